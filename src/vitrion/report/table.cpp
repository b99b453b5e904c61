// Which columns of a table are numbers.
#include <cctype>

#include "vitrion/core/text.hpp"
#include "vitrion/report/blocks.hpp"

namespace vitrion::report {
namespace {

bool is_number(const Markup& cell) {
  static const std::string minus = "\u2212";
  std::string text = markup_to_text(cell);
  if (text.starts_with(minus)) text.replace(0, minus.size(), "-");
  return text.empty() || text == "–" || text == "-" || parse_double(text).has_value() ||
         std::isdigit(static_cast<unsigned char>(text.front())) || (text.front() == '-' && text.size() > 1);
}

}  // namespace

std::vector<bool> numeric_columns(const Table& table) {
  std::vector<bool> numeric(table.columns.size(), true);
  for (const auto& row : table.rows)
    for (std::size_t k = 0; k < row.size(); ++k) numeric[k] = numeric[k] && is_number(row[k]);
  return numeric;
}

}  // namespace vitrion::report
