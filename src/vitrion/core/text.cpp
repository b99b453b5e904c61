#include "vitrion/core/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <numeric>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace vitrion::inline core {
namespace {

constexpr std::array<bool, 256> blanks = [] {
  std::array<bool, 256> table{};
  for (const char c : {' ', '\t', '\r', '\n'}) table[static_cast<unsigned char>(c)] = true;
  return table;
}();

bool is_blank(char c) {
  return blanks[static_cast<unsigned char>(c)];
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

constexpr std::size_t block_size = 64;

/// Which of the first 64 characters are blanks, the first in the lowest bit; what lies behind the text counts as blank.
std::uint64_t blank_mask(std::string_view text) {
#ifdef __SSE2__
  alignas(16) std::array<char, block_size> padded;
  const char* from = text.data();
  if (text.size() < block_size) {
    padded.fill(' ');
    std::memcpy(padded.data(), text.data(), text.size());
    from = padded.data();
  }
  std::uint64_t mask = 0;
  for (int part = 0; part < 4; ++part) {
    const __m128i c = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + 16 * part));
    const auto is = [&](char blank) { return _mm_cmpeq_epi8(c, _mm_set1_epi8(blank)); };
    const __m128i blank = _mm_or_si128(_mm_or_si128(is(' '), is('\t')), _mm_or_si128(is('\r'), is('\n')));
    mask |= static_cast<std::uint64_t>(static_cast<std::uint32_t>(_mm_movemask_epi8(blank))) << (16 * part);
  }
  return mask;
#else
  std::uint64_t mask = ~std::uint64_t{0};
  for (std::size_t i = 0; i < std::min(text.size(), block_size); ++i)
    if (!is_blank(text[i])) mask &= ~(std::uint64_t{1} << i);
  return mask;
#endif
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substitute = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substitute});
    }
  }
  return row[b.size()];
}

}  // namespace

void split_words(std::string_view line, std::vector<std::string_view>& words) {
  words.clear();
  const char* begin = nullptr;  // of the word that is open
  bool after_blank = true;
  for (std::size_t at = 0; at < line.size(); at += block_size) {
    const std::uint64_t blank = blank_mask(line.substr(at, block_size));
    // Bits where blanks turn into a word or a word into blanks, in order.
    std::uint64_t edges = blank ^ (blank << 1 | (after_blank ? 1U : 0U));
    after_blank = (blank >> (block_size - 1)) != 0;
    for (; edges != 0; edges &= edges - 1) {
      const char* here = line.data() + at + std::countr_zero(edges);
      if (begin) {
        words.emplace_back(begin, static_cast<std::size_t>(here - begin));
        begin = nullptr;
      } else {
        begin = here;
      }
    }
  }
  const char* const end = line.data() + line.size();
  if (begin) words.emplace_back(begin, static_cast<std::size_t>(end - begin));
}

std::vector<std::string_view> split_words(std::string_view line) {
  std::vector<std::string_view> words;
  split_words(line, words);
  return words;
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

bool same_word(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return lower(x) == lower(y); });
}

bool natural_less(std::string_view a, std::string_view b) {
  std::size_t i = 0, j = 0;
  while (i < a.size() && j < b.size()) {
    if (is_digit(a[i]) && is_digit(b[j])) {
      std::size_t i_end = i, j_end = j;
      while (i_end < a.size() && is_digit(a[i_end])) ++i_end;
      while (j_end < b.size() && is_digit(b[j_end])) ++j_end;
      std::string_view x = a.substr(i, i_end - i), y = b.substr(j, j_end - j);
      x.remove_prefix(std::min(x.find_first_not_of('0'), x.size()));
      y.remove_prefix(std::min(y.find_first_not_of('0'), y.size()));
      if (x.size() != y.size()) return x.size() < y.size();
      if (x != y) return x < y;
      i = i_end;
      j = j_end;
    } else {
      if (a[i] != b[j]) return a[i] < b[j];
      ++i;
      ++j;
    }
  }
  if (a.size() - i != b.size() - j) return a.size() - i < b.size() - j;
  return a < b;  // equal but for leading zeros
}

std::string nearest_word(std::string_view word, const std::vector<std::string>& candidates) {
  const std::string* best = nullptr;
  std::size_t best_distance = std::max<std::size_t>(2, word.size() / 3) + 1;
  for (const std::string& candidate : candidates) {
    const std::size_t distance = edit_distance(word, candidate);
    if (distance < best_distance) {
      best_distance = distance;
      best = &candidate;
    }
  }
  return best ? *best : std::string{};
}

std::string format_duration(double seconds) {
  if (seconds < 60) return fmt::format("{:.1f} s", seconds);
  const auto whole = std::llround(seconds);
  if (whole < 3600) return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  return fmt::format("{} h {:02} min", whole / 3600, whole / 60 % 60);
}

}  // namespace vitrion::inline core
