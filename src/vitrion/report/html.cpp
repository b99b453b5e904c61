// The page: answers first, then sections, then provenance; style, scripts and data inside the one file.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>

#include "vitrion/core/json.hpp"
#include "vitrion/core/version.hpp"
#include "vitrion/report/blocks.hpp"
#include "vitrion/report/markup.hpp"
#include "vitrion/report/palette.hpp"
#include "vitrion/report/report.hpp"
#include "vitrion/report/resources.hpp"
#include "vitrion/report/structure_view.hpp"

namespace vitrion::report {
namespace {

constexpr std::size_t most_points_in_page = 4000;  // of one series: the JSON beside the page holds them all

constexpr std::size_t columns_of_wide_table = 4;
constexpr std::size_t most_items_unfolded = 8;  // of a list with a title, or of a callout
constexpr std::ptrdiff_t most_items_open = 4;   // of a longer one in a callout

// Colour is not the only sign.
const char* word_of(Severity severity) {
  switch (severity) {
    case Severity::good:
      return "\u2713 ";
    case Severity::warning:
      return "\u26a0 ";
    case Severity::error:
      return "\u2715 ";
    case Severity::neutral:
    case Severity::info:
      return "";
  }
  return "";
}

std::string replaced(std::string text, std::string_view what, std::string_view by) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
  return text;
}

// Data must not end their script element, nor open a comment in it.
std::string data_element(const nlohmann::json& data) {
  return "<script type=\"application/json\">" + replaced(json_text(data), "<", "\\u003c") + "</script>";
}

std::string code_element(std::string_view code) {
  return "<script>" + replaced(std::string(code), "</script", "<\\/script") + "</script>\n";
}

double rounded(double x) {
  if (x == 0 || !std::isfinite(x)) return x;
  const double unit = std::pow(10.0, 6 - std::ceil(std::log10(std::abs(x))));
  return std::round(x * unit) / unit;
}

// Thinned evenly and rounded to six digits: what an eye and a mouse can tell apart.
Figure for_page(Figure figure) {
  for (Series& s : figure.series) {
    const std::size_t n = s.x.size();
    const std::size_t stride = (n + most_points_in_page - 1) / most_points_in_page;
    const auto thin = [&](auto& values) {
      if (stride <= 1) return;
      std::size_t kept = 0;
      for (std::size_t i = 0; i < values.size(); i += stride) values[kept++] = values[i];
      values.resize(kept);
    };
    for (std::vector<double>* values : {&s.x, &s.y, &s.low, &s.high}) {
      thin(*values);
      for (double& v : *values) v = rounded(v);
    }
    thin(s.hover);
  }
  return figure;
}

nlohmann::json page_json(const Figure& figure) {
  nlohmann::json json = to_json(for_page(figure));
  json["colors"] = colors_of(figure);
  return json;
}

std::string caption(const Markup& text) {
  return text.empty() ? "" : "<p class=\"caption\">" + markup_to_html(text) + "</p>";
}

std::string card(const char* kind, const std::string& id, const Markup& title, const Markup& note,
                 const nlohmann::json& data, const std::string& still) {
  return fmt::format(
      "<figure class=\"card\" id=\"{}\" data-kind=\"{}\"><h3>{}</h3>\n<div class=\"still\">{}</div>{}\n"
      "{}</figure>\n",
      id, kind, markup_to_html(title), still, caption(note), data_element(data));
}

std::string list_html(const List& list) {
  if (list.items.empty()) return "";
  std::string out = "<ul>";
  for (const Markup& item : list.items) out += "<li>" + markup_to_html(item) + "</li>";
  out += "</ul>\n";
  if (list.title.empty()) return out;
  if (list.items.size() <= most_items_unfolded) return "<p>" + markup_to_html(list.title) + "</p>" + out;
  return fmt::format("<details><summary>{} ({})</summary>{}</details>\n", markup_to_html(list.title), list.items.size(),
                     out);
}

std::string table_html(const Table& table) {
  const std::vector<bool> numeric = numeric_columns(table);
  const auto cell = [&](const char* tag, std::size_t k, const Markup& text) {
    return fmt::format("<{0}{1}>{2}</{0}>", tag, numeric[k] ? " class=\"number\"" : "", markup_to_html(text));
  };
  const std::string title = markup_to_html(table.title);
  std::string out =
      fmt::format("<figure class=\"card{}\" id=\"{}\">{}<div class=\"scroll\"><table><thead><tr>",
                  table.columns.size() >= columns_of_wide_table || table.folded ? " wide" : "", table.id,
                  table.folded ? fmt::format("<details><summary>{} ({} rows)</summary>", title, table.rows.size())
                               : "<h3>" + title + "</h3>");
  for (std::size_t k = 0; k < table.columns.size(); ++k) out += cell("th", k, table.columns[k]);
  out += "</tr></thead><tbody>\n";
  for (const auto& row : table.rows) {
    out += "<tr>";
    for (std::size_t k = 0; k < row.size(); ++k) out += cell("td", k, row[k]);
    out += "</tr>\n";
  }
  return out + "</tbody></table></div>" + caption(table.caption) + (table.folded ? "</details>" : "") + "</figure>\n";
}

// Cards that follow each other share a grid; paragraphs and callouts stand between.
class Page {
 public:
  explicit Page(const Report& report) : report_(report) {}

  std::string html() {
    out_ = "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n";
    // The browser itself sees to it that nothing is fetched.
    out_ +=
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; script-src 'unsafe-inline'; "
        "style-src 'unsafe-inline'; img-src data: blob:\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        "<meta name=\"color-scheme\" content=\"light dark\">\n"
        "<link rel=\"icon\" href=\"data:,\">\n";
    out_ +=
        fmt::format("<meta name=\"generator\" content=\"{} {}\">\n<title>{}</title>\n<style>{}</style></head><body>\n",
                    program_name, version, escape_xml(markup_to_text(report_.title)), page_style());
    out_ += "<header><h1>" + markup_to_html(report_.title) + "</h1><p>" + markup_to_html(report_.subtitle) +
            "</p></header>\n";
    navigation();
    out_ += "<main>\n";
    answers();
    for (std::size_t k = 0; k < report_.sections.size(); ++k) section(k);
    provenance();
    footer();
    out_ += "</main>\n" + code_element(plotting_library()) + code_element(page_script()) + "</body></html>\n";
    return out_;
  }

 private:
  void navigation() {
    if (report_.sections.size() < 2) return;
    out_ += "<nav aria-label=\"Sections\"><div>";
    for (std::size_t k = 0; k < report_.sections.size(); ++k)
      out_ += fmt::format("<a href=\"#section-{}\">{}</a>", k + 1, markup_to_html(report_.sections[k].heading));
    if (!report_.provenance.empty()) out_ += "<a href=\"#provenance\">Provenance</a>";
    out_ += "</div></nav>\n";
  }

  void answers() {
    if (report_.headlines.empty()) return;
    out_ += "<div class=\"answers\">\n";
    for (const Headline& h : report_.headlines)
      out_ += fmt::format(
          "<div class=\"answer {}\"><div class=\"question\">{}</div><div class=\"value\">{}{}</div>"
          "<div class=\"basis\">{}</div></div>\n",
          name_of(h.severity), markup_to_html(h.question), word_of(h.severity), markup_to_html(h.answer),
          markup_to_html(h.basis));
    out_ += "</div>\n";
  }

  void section(std::size_t k) {
    const Section& s = report_.sections[k];
    out_ += fmt::format("<section id=\"section-{}\"><h2>{}</h2>\n", k + 1, markup_to_html(s.heading));
    for (const Block& block : s.blocks)
      std::visit(
          Overloaded{
              [&](const Paragraph& p) { text("<p>" + markup_to_html(p.text) + "</p>\n"); },
              [&](const List& l) { text(list_html(l)); }, [&](const Callout& c) { text(callout_html(c)); },
              [&](const Table& t) { in_grid(table_html(t)); },
              [&](const Figure& f) { in_grid(card("figure", f.id, f.title, f.caption, page_json(f), to_svg(f))); },
              [&](const StructureView& v) {
                in_grid(card("structure", v.id, v.title, v.caption, scene_json(v), to_svg(v)));
              }},
          block);
    close_grid();
    out_ += "</section>\n";
  }

  // The first few stand open, so that a reader sees what kind of thing it is.
  static std::string details_html(const List& details) {
    if (details.items.size() <= most_items_unfolded) return list_html(details);
    const auto middle = details.items.begin() + most_items_open;
    const List open{.items = {details.items.begin(), middle}}, rest{.items = {middle, details.items.end()}};
    return fmt::format("{}<details><summary>and {} more</summary>{}</details>\n", list_html(open), rest.items.size(),
                       list_html(rest));
  }

  static std::string callout_html(const Callout& c) {
    return fmt::format("<div class=\"callout {}\" role=\"note\"><b>{}{}</b>{}{}</div>\n", name_of(c.severity),
                       word_of(c.severity), markup_to_html(c.title),
                       c.text.empty() ? "" : "<p>" + markup_to_html(c.text) + "</p>", details_html(c.details));
  }

  void text(const std::string& html) {
    close_grid();
    out_ += html;
  }
  void in_grid(const std::string& html) {
    if (!open_) out_ += "<div class=\"grid\">\n";
    open_ = true;
    out_ += html;
  }
  void close_grid() {
    if (open_) out_ += "</div>\n";
    open_ = false;
  }

  void provenance() {
    if (report_.provenance.empty()) return;
    out_ += "<section id=\"provenance\"><h2>Provenance</h2><div class=\"card\">";
    provenance_rows(false);
    const auto hashes = std::count_if(report_.provenance.begin(), report_.provenance.end(), is_hash);
    if (hashes > 0) {
      out_ += fmt::format("<details><summary>Hashes of the {} files this page rests on (XXH3-128)</summary>", hashes);
      provenance_rows(true);
      out_ += "</details>";
    }
    out_ += "</div></section>\n";
  }

  static bool is_hash(const std::pair<std::string, std::string>& entry) {
    return entry.second.size() == 32 && entry.second.find_first_not_of("0123456789abcdef") == std::string::npos;
  }

  void provenance_rows(bool hashes) {
    out_ += "<div class=\"scroll\"><table class=\"provenance\"><tbody>\n";
    for (const auto& entry : report_.provenance)
      if (is_hash(entry) == hashes)
        out_ += "<tr><td>" + escape_xml(entry.first) + "</td><td>" + escape_xml(entry.second) + "</td></tr>\n";
    out_ += "</tbody></table></div>";
  }

  void footer() {
    out_ += fmt::format(
        "<footer><p>Made by {} {}. Plots by {}.</p><details><summary>Licence of "
        "{}</summary><pre>{}</pre></details></footer>\n",
        program_name, version, plotting_library_name(), plotting_library_name(),
        escape_xml(plotting_library_license()));
  }

  const Report& report_;
  std::string out_;
  bool open_ = false;
};

}  // namespace

void validate(const Report& report) {
  std::set<std::string> ids;
  const auto take = [&](const std::string& id) {
    validate(Figure{.id = id, .title = {}, .x = {}, .y = {}});
    if (!ids.insert(id).second) throw std::invalid_argument("report: two blocks are called \"" + id + "\"");
  };
  for (const Section& section : report.sections)
    for (const Block& block : section.blocks)
      std::visit(
          Overloaded{[](const Paragraph&) {}, [](const List&) {}, [](const Callout&) {},
                     [&](const Table& t) {
                       take(t.id);
                       for (const auto& row : t.rows)
                         if (row.size() != t.columns.size())
                           throw std::invalid_argument("report: table \"" + t.id + "\" has a row of another length");
                     },
                     [&](const Figure& f) {
                       validate(f);
                       take(f.id);
                     },
                     [&](const StructureView& v) { take(v.id); }},
          block);
}

std::string to_html(const Report& report) {
  validate(report);
  return Page(report).html();
}

}  // namespace vitrion::report
