// Whole numbers from text, within the range of their type.
#pragma once

#include <optional>
#include <string_view>
#include <utility>

#include "vitrion/core/number.hpp"

namespace vitrion::inline core {

/// parse_integer where `Int` can hold the number; nothing where it cannot.
template <class Int>
std::optional<Int> parse_integer_as(std::string_view word) {
  const std::optional<std::int64_t> value = parse_integer(word);
  return value && std::in_range<Int>(*value) ? std::optional(static_cast<Int>(*value)) : std::nullopt;
}

}  // namespace vitrion::inline core
