// The key=value pairs in the second line of an extended XYZ frame.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "vitrion/io/lines.hpp"

namespace vitrion::io {

/// key=value, key="a b", key={a b}, "a key"=..., key=[1, 2] (kept as it stands) and bare keys (value "T").
/// Throws InputError at the place of `lines` when a quote does not end.
std::map<std::string, std::string> parse_keys(const LineReader& lines, std::string_view line);

/// The value as it must stand in that line: in quotes where it holds blanks or special characters.
std::string quoted(const std::string& value);

}  // namespace vitrion::io
