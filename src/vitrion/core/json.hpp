// JSON from outside, read with limits.
#pragma once

#include <cstdint>
#include <limits>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <type_traits>

#include "vitrion/core/error.hpp"

namespace vitrion::inline core {

/// Levels of nesting that are read: copying and writing a value calls itself once a level.
inline constexpr int deepest_json = 100;

/// The value that `text` spells. Throws InputError at `where` when it is not JSON, not UTF-8, or nested too deeply.
nlohmann::json parse_json(std::string_view text, const Location& where);

/// A whole number within the range of `Int`. Throws InputError where `value` is another or none, naming `what`.
std::int64_t json_integer_within(const nlohmann::json& value, std::int64_t least, std::int64_t most,
                                 const std::string& what);
template <class Int>
Int json_integer(const nlohmann::json& value, const std::string& what) {
  static_assert(sizeof(Int) < sizeof(std::int64_t) || std::is_same_v<Int, std::int64_t>);
  return static_cast<Int>(json_integer_within(value, static_cast<std::int64_t>(std::numeric_limits<Int>::min()),
                                              static_cast<std::int64_t>(std::numeric_limits<Int>::max()), what));
}

/// An object with the key "hash", the content_hash of all else in it: whoever reads it knows that it is as it was
/// written.
nlohmann::json sealed(nlohmann::json object);
/// The reverse. Throws InputError at `where` when the object was changed since, or is none; where it has no hash (of
/// an older program) only when `must_be_sealed`.
nlohmann::json unsealed(nlohmann::json object, const Location& where, bool must_be_sealed = false);

/// The value as JSON, in one line or with `indent` blanks a level. Bytes that are not UTF-8 (names of files may hold
/// any) become U+FFFD.
std::string json_text(const nlohmann::json& value, int indent = -1);

}  // namespace vitrion::inline core
