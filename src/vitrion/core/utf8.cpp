#include "vitrion/core/utf8.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>

namespace vitrion::inline core {
namespace {

/// Bytes of the character that begins at `text`, 0 where none does.
std::size_t character_length(std::string_view text) {
  const auto byte = [&](std::size_t k) { return static_cast<unsigned char>(text[k]); };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t n = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < n) return 0;
  for (std::size_t k = 1; k < n; ++k)
    if ((byte(k) & 0xC0U) != 0x80) return 0;
  const unsigned second = byte(1);
  const bool overlong = (first == 0xE0 && second < 0xA0) || (first == 0xF0 && second < 0x90);
  const bool surrogate = first == 0xED && second >= 0xA0;
  const bool beyond = first == 0xF4 && second >= 0x90;
  return overlong || surrogate || beyond ? 0 : n;
}

/// Bytes at the beginning that are ASCII, in steps of eight.
std::size_t ascii_prefix(std::string_view text) {
  std::size_t at = 0;
  std::uint64_t eight = 0;
  for (; at + 8 <= text.size(); at += 8) {
    std::memcpy(&eight, text.data() + at, 8);
    if ((eight & 0x8080808080808080U) != 0) break;
  }
  return at;
}

}  // namespace

std::optional<std::size_t> invalid_utf8(std::string_view text) {
  std::size_t at = ascii_prefix(text);
  while (at < text.size()) {
    const std::size_t n = character_length(text.substr(at));
    if (n == 0) return at;
    at += n;
    if (n > 1) at += ascii_prefix(text.substr(at));
  }
  return std::nullopt;
}

void demand_utf8(std::string_view text, Location where) {
  const std::optional<std::size_t> at = invalid_utf8(text);
  if (!at) return;
  if (where.line > 0)
    where.line +=
        static_cast<std::size_t>(std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(*at), '\n'));
  throw InputError(where, fmt::format("the text is not UTF-8: byte 0x{:02x}", static_cast<unsigned char>(text[*at])),
                   "Write it anew, for instance: iconv -f LATIN1 -t UTF-8 FILE > NEW.");
}

}  // namespace vitrion::inline core
