// Text from outside is UTF-8, or refused where it is read.
#pragma once

#include <optional>
#include <string_view>

#include "vitrion/core/error.hpp"

namespace vitrion::inline core {

/// Where the first byte stands that is no part of a character in UTF-8 (RFC 3629: no surrogates, no overlong forms,
/// nothing above U+10FFFF); nothing when all are. Reports, result files and labels are JSON, which knows nothing else.
std::optional<std::size_t> invalid_utf8(std::string_view text);

/// Throws InputError when `text`, which begins at `where`, is not UTF-8: at the line of the byte where `where` has one.
void demand_utf8(std::string_view text, Location where);

}  // namespace vitrion::inline core
