// The columns of one line, read from left to right as what each is meant to be.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "vitrion/io/lines.hpp"

namespace vitrion::io {

/// Splitting and reading in one pass, for the tables of atoms that make up most of a large file. Throws InputError at
/// the line when a column is missing, is no number, or not finite.
class Row {
 public:
  /// The line that `lines` handed out last; it should have `n_columns`.
  Row(const LineReader& lines, std::string_view line, std::size_t n_columns)
      : lines_(lines), line_(line), at_(line.data()), end_(line.data() + line.size()), n_columns_(n_columns) {}

  std::string_view word() {
    skip_blanks();
    if (at_ == end_) fail_columns();
    const char* const begin = at_;
    while (at_ != end_ && !is_blank(*at_)) ++at_;
    return {begin, static_cast<std::size_t>(at_ - begin)};
  }

  double number(std::string_view what) {
    double value = 0;
    numbers(&value, 1, what);
    return value;
  }
  /// The next n columns into to[0] ... to[n - 1]; `what` names each in the error.
  void numbers(double* to, std::size_t n, std::string_view what);
  std::int64_t integer(std::string_view what);

  /// `words` columns as they stand, one blank between them.
  std::string text(std::size_t words) {
    std::string text(word());
    for (std::size_t k = 1; k < words; ++k) (text += ' ') += word();
    return text;
  }

  bool at_end() {
    skip_blanks();
    return at_ == end_;
  }
  /// Call when every column was read.
  void finish() {
    if (!at_end()) fail_columns();
  }

 private:
  static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }
  void skip_blanks() {
    while (at_ != end_ && is_blank(*at_)) ++at_;
  }
  /// Whether a number that ends there is a whole word of this line.
  bool is_word_end(const char* c) const { return c == end_ || (c < end_ && is_blank(*c)); }
  [[noreturn]] void fail_columns() const;

  const LineReader& lines_;
  std::string_view line_;
  const char* at_;
  const char* end_;
  std::size_t n_columns_;
};

}  // namespace vitrion::io
