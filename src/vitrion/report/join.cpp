#include "vitrion/report/join.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <map>
#include <optional>
#include <set>

#include "vitrion/core/text.hpp"
#include "vitrion/core/version.hpp"
#include "vitrion/report/blocks.hpp"

namespace vitrion::report {
namespace {

// A name as part of an id.
std::string as_id(const std::string& name) {
  std::string id;
  for (const char c : markup_to_text(name))
    if (std::isalnum(static_cast<unsigned char>(c)) != 0)
      id += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    else if (!id.empty() && id.back() != '-')
      id += '-';
  while (!id.empty() && id.back() == '-') id.pop_back();
  return id.empty() ? "study" : id;
}

std::string* id_of(Block& block) {
  return std::visit(
      Overloaded{[](Paragraph&) -> std::string* { return nullptr; }, [](List&) -> std::string* { return nullptr; },
                 [](Callout&) -> std::string* { return nullptr; }, [](auto& b) -> std::string* { return &b.id; }},
      block);
}

template <class T>
void append(std::vector<T>& to, const std::vector<T>& more) {
  to.insert(to.end(), more.begin(), more.end());
}

// Adds what `next` holds to `block` where both say the same of different runs.
bool taken_in(Block& block, const Block& next) {
  if (block.index() != next.index()) return false;
  return std::visit(Overloaded{[&](Paragraph& p) { return p.text == std::get<Paragraph>(next).text; },
                               [&](List& l) {
                                 const List& more = std::get<List>(next);
                                 if (l.title != more.title) return false;
                                 append(l.items, more.items);
                                 return true;
                               },
                               [&](Callout& c) {
                                 const Callout& more = std::get<Callout>(next);
                                 if (c.title != more.title || c.text != more.text || c.severity != more.severity)
                                   return false;
                                 append(c.details.items, more.details.items);
                                 return true;
                               },
                               [&](Table& t) {
                                 const Table& more = std::get<Table>(next);
                                 if (t.id != more.id || t.columns != more.columns) return false;
                                 append(t.rows, more.rows);
                                 return true;
                               },
                               [&](Figure& f) {
                                 const Figure& more = std::get<Figure>(next);
                                 if (f.id != more.id) return false;
                                 append(f.series, more.series);
                                 return true;
                               },
                               [](StructureView&) { return false; }},
                    block);
}

bool more_urgent(const Headline& a, const Headline& b) {
  return std::pair(a.severity, a.urgency) > std::pair(b.severity, b.urgency);
}

void take_in(Section& section, Section more) {
  for (Headline& h : more.headlines) {
    const auto same = std::find_if(section.headlines.begin(), section.headlines.end(),
                                   [&](const Headline& other) { return other.question == h.question; });
    if (same == section.headlines.end())
      section.headlines.push_back(std::move(h));
    else if (more_urgent(h, *same))
      *same = std::move(h);
  }
  for (Block& block : more.blocks)
    if (std::none_of(section.blocks.begin(), section.blocks.end(), [&](Block& b) { return taken_in(b, block); }))
      section.blocks.push_back(std::move(block));
}

// Mean and standard deviation with as many decimals as the cells have; what is no number in every row is left out.
std::string mean_cell(const std::vector<std::string>& cells) {
  std::size_t decimals = 0;
  std::vector<double> values;
  for (const std::string& text : cells) {
    const std::optional<double> value = parse_double(text);
    if (!value) return "–";
    values.push_back(*value);
    const std::size_t point = text.find('.');
    if (point != std::string::npos) decimals = std::max(decimals, text.size() - point - 1);
  }
  const auto n = static_cast<double>(values.size());
  double mean = 0, squares = 0;
  for (const double v : values) mean += v / n;
  for (const double v : values) squares += (v - mean) * (v - mean);
  if (values.size() == 1) return cells.front();
  return fmt::format("{:.{}f} ± {:.{}f}", mean, decimals, std::sqrt(squares / (n - 1)), decimals);
}

// One row for each kind of run; nothing where no kind has two.
std::optional<Table> means_of(const Table& table) {
  std::vector<std::string> kinds;
  std::map<std::string, std::vector<std::size_t>> rows;
  for (std::size_t r = 0; r < table.rows.size(); ++r) {
    if (rows[table.rows[r].front()].empty()) kinds.push_back(table.rows[r].front());
    rows[table.rows[r].front()].push_back(r);
  }
  if (kinds.size() == table.rows.size() || table.columns.size() < 2) return {};
  Table means = table;
  means.id += "-mean";
  means.caption += " Mean ± standard deviation of the runs.";
  means.columns[1] = "runs";
  means.rows.clear();
  for (const std::string& kind : kinds) {
    std::vector<std::string> row{kind, std::to_string(rows[kind].size())};
    for (std::size_t c = 2; c < table.columns.size(); ++c) {
      std::vector<std::string> cells;
      for (const std::size_t r : rows[kind]) cells.push_back(table.rows[r][c]);
      row.push_back(mean_cell(cells));
    }
    means.rows.push_back(std::move(row));
  }
  means.grouped = false;
  return means;
}

void group_tables(Section& section) {
  for (std::size_t k = 0; k < section.blocks.size(); ++k) {
    auto* table = std::get_if<Table>(&section.blocks[k]);
    if (table == nullptr || !table->grouped) continue;
    std::optional<Table> means = means_of(*table);
    if (!means) continue;
    table->grouped = false;
    table->folded = true;
    table->title += ", one by one";
    section.blocks.insert(section.blocks.begin() + static_cast<std::ptrdiff_t>(k), std::move(*means));
    ++k;
  }
}

// The sections of one heading one after the other, headings in the order they first stand in.
void put_side_by_side(std::vector<Source>& sources) {
  std::map<std::string, std::size_t> place;
  for (const Source& s : sources) place.emplace(s.section.heading, place.size());
  std::stable_sort(sources.begin(), sources.end(), [&](const Source& a, const Source& b) {
    return place.at(a.section.heading) < place.at(b.section.heading);
  });
}

// Studies by name in front of what they say; stages behind headings that would stand there twice.
void name_sections(std::vector<Source>& sources) {
  std::set<std::string> studies, seen;
  for (const Source& s : sources) studies.insert(s.study);
  for (Source& s : sources) {
    if (studies.size() > 1) {
      s.section.heading = s.study + ": " + s.section.heading;
      for (Headline& h : s.section.headlines) h.question = s.study + ": " + h.question;
    }
    if (!seen.insert(s.section.heading).second) {
      s.section.heading += " (" + s.name + ")";
      for (Headline& h : s.section.headlines) h.question += " (" + s.name + ")";
    }
  }
}

void make_ids_unique(std::vector<Source>& sources) {
  std::set<std::string> taken;
  for (Source& s : sources)
    for (Block& block : s.section.blocks) {
      std::string* id = id_of(block);
      if (id == nullptr || taken.insert(*id).second) continue;
      const std::string stem = as_id(s.study) + "-" + as_id(s.name) + "-" + *id;
      *id = stem;
      for (int n = 2; !taken.insert(*id).second; ++n) *id = fmt::format("{}-{}", stem, n);
    }
}

}  // namespace

std::vector<Source> merge_replicas(std::vector<Source> sources) {
  std::vector<Source> list;
  for (Source& s : sources) {
    const auto first = std::find_if(list.begin(), list.end(), [&](const Source& other) {
      return s.section.replica && other.section.replica && other.study == s.study &&
             other.section.heading == s.section.heading;
    });
    if (first == list.end()) {
      list.push_back(std::move(s));
      continue;
    }
    take_in(first->section, std::move(s.section));
    append(first->provenance, s.provenance);
  }
  return list;
}

Report join(const Markup& title, std::vector<Source> sources) {
  Report report{.title = title};
  report.provenance.emplace_back("Program", fmt::format("Vitrion {}", version));
  for (const Source& s : sources) append(report.provenance, s.provenance);
  sources = merge_replicas(std::move(sources));
  for (Source& s : sources) group_tables(s.section);
  put_side_by_side(sources);
  name_sections(sources);
  make_ids_unique(sources);
  for (Source& s : sources) {
    append(report.headlines, s.section.headlines);
    s.section.headlines.clear();
    report.sections.push_back(std::move(s.section));
  }
  return report;
}

}  // namespace vitrion::report
