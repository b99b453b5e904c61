#include "vitrion/io/row.hpp"

#include "vitrion/core/decimal.hpp"
#include "vitrion/core/text.hpp"

namespace vitrion::io {

void Row::numbers(double* to, std::size_t n, std::string_view what) {
  const char* c = at_;  // a local one stays in a register
  for (std::size_t k = 0; k < n; ++k) {
    while (c != end_ && is_blank(*c)) ++c;
    const char* const after = read_decimal(c, to[k]);
    if (after && is_word_end(after)) {
      c = after;
      continue;
    }
    at_ = c;
    to[k] = lines_.number(word(), what);
    c = at_;
  }
  at_ = c;
}

std::int64_t Row::integer(std::string_view what) {
  skip_blanks();
  std::int64_t value = 0;
  const char* const after = read_integer(at_, value);
  if (!after || !is_word_end(after)) return lines_.integer(word(), what);
  at_ = after;
  return value;
}

void Row::fail_columns() const {
  lines_.fail("the row has " + std::to_string(split_words(line_).size()) + " columns, " + std::to_string(n_columns_) +
                  " are due",
              "The frame is cut there, or its number of atoms is wrong. Repair it, or leave it out with --frames.");
}

}  // namespace vitrion::io
