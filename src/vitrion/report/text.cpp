#include "vitrion/report/text.hpp"

#include <algorithm>
#include <cctype>
#include <sstream>

#include "vitrion/report/blocks.hpp"
#include "vitrion/report/markup.hpp"

namespace vitrion::report {
namespace {

constexpr std::size_t line_length = 110;

std::size_t columns(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

// Words of a text in lines; the first begins with `first`, the others with as many blanks.
std::string wrapped(const Markup& markup, const std::string& first) {
  std::istringstream words(plain_text(markup));
  const std::string indent(columns(first), ' ');
  std::string out, line = first;
  bool fresh = true;
  for (std::string word; words >> word;) {
    if (!fresh && columns(line) + 1 + columns(word) > line_length) {
      out += line + "\n";
      line = indent;
      fresh = true;
    }
    line += (fresh ? "" : " ") + word;
    fresh = false;
  }
  return out + line + "\n";
}

std::string list_text(const List& list) {
  std::string out = list.title.empty() ? "" : wrapped(list.title, "  ");
  for (const Markup& item : list.items) out += wrapped(item, "  - ");
  return out;
}

std::string callout_text(const Callout& c) {
  const std::string sign = c.severity == Severity::warning ? "warning: "
                           : c.severity == Severity::error ? "error: "
                                                           : "";
  std::string out = wrapped(sign + c.title, "  ");
  if (!c.text.empty()) out += wrapped(c.text, "    ");
  for (const Markup& item : c.details.items) out += wrapped(item, "  - ");
  return out;
}

std::string row_text(const std::vector<std::string>& cells, const std::vector<std::size_t>& widths,
                     const std::vector<bool>& right) {
  std::string line = "  ";
  for (std::size_t k = 0; k < cells.size(); ++k) {
    const std::string blanks(widths[k] - columns(cells[k]), ' ');
    line += (right[k] ? blanks + cells[k] : cells[k] + blanks) + "  ";
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return line + "\n";
}

std::string headline_text(const Headline& h) {
  const std::string sign = h.severity == Severity::warning ? "(!) " : h.severity == Severity::error ? "(!!) " : "";
  return wrapped(h.question + " " + sign + h.answer, "") + (h.basis.empty() ? "" : wrapped(h.basis, "  "));
}

}  // namespace

std::string plain_text(const Markup& text) {
  std::string out;
  for (const Run& run : parse_markup(text)) {
    const bool word = !run.text.empty() && std::isalnum(static_cast<unsigned char>(run.text.back())) != 0;
    const bool digits = std::all_of(run.text.begin(), run.text.end(),
                                    [](char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; });
    if (run.level == Level::superscript && word) out += "^";
    if (run.level == Level::subscript && !digits) out += "_";
    out += run.text;
  }
  return out;
}

std::string to_text(const Table& table) {
  std::vector<std::vector<std::string>> rows(1);
  for (const Markup& title : table.columns) rows.front().push_back(plain_text(title));
  for (const auto& row : table.rows) {
    rows.emplace_back();
    for (const Markup& cell : row) rows.back().push_back(plain_text(cell));
  }
  std::vector<std::size_t> widths(table.columns.size(), 0);
  for (const auto& row : rows)
    for (std::size_t k = 0; k < row.size(); ++k) widths[k] = std::max(widths[k], columns(row[k]));
  const std::vector<bool> right = numeric_columns(table);
  std::string out = table.title.empty() ? "" : wrapped(table.title, "");
  for (const auto& row : rows) out += row_text(row, widths, right);
  return out + (table.caption.empty() ? "" : wrapped(table.caption, "  "));
}

std::string to_text(const Section& section) {
  std::string out;
  for (const Headline& h : section.headlines) out += headline_text(h);
  const auto add = [&](const std::string& text) {
    if (!text.empty()) out += (out.empty() ? "" : "\n") + text;
  };
  for (const Block& block : section.blocks)
    std::visit(Overloaded{[&](const Paragraph& p) { add(wrapped(p.text, "")); },
                          [&](const List& l) { add(list_text(l)); }, [&](const Callout& c) { add(callout_text(c)); },
                          [&](const Table& t) { add(to_text(t)); }, [](const Figure&) {}, [](const StructureView&) {}},
               block);
  return out;
}

}  // namespace vitrion::report
