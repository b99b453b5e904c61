// Blocks and sections as JSON, and back.
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "vitrion/core/error.hpp"
#include "vitrion/core/result.hpp"
#include "vitrion/report/blocks.hpp"
#include "vitrion/report/report.hpp"

namespace vitrion::report {
namespace {

using Json = nlohmann::json;

template <class Matrix>
Json rows_json(const Matrix& matrix) {
  Json list = Json::array();
  for (Eigen::Index i = 0; i < matrix.rows(); ++i) list.push_back({matrix(i, 0), matrix(i, 1), matrix(i, 2)});
  return list;
}

Positions rows_from(const Json& list) {
  Positions rows(static_cast<Eigen::Index>(list.size()), 3);
  Eigen::Index i = 0;
  for (const Json& row : list) {
    for (std::size_t k = 0; k < 3; ++k) rows(i, static_cast<Eigen::Index>(k)) = row.at(k).get<double>();
    ++i;
  }
  return rows;
}

// "Li", or "type0" where the file named no element.
Species species_from(const std::string& name) {
  return name.starts_with("type") ? Species::type(std::stoi(name.substr(4))) : Species::element(name);
}

Json view_json(const StructureView& v) {
  Json species = Json::array(), sticks = Json::array();
  for (const Species& s : v.structure.species) species.push_back(s.name());
  for (const StickRule& rule : v.sticks)
    sticks.push_back({{"first", rule.first.name()}, {"second", rule.second.name()}, {"length_A", rule.length}});
  return {{"kind", "structure"},
          {"id", v.id},
          {"title", v.title},
          {"caption", v.caption},
          {"cell_A", rows_json(v.structure.cell.matrix())},
          {"periodic", v.structure.cell.periodic()},
          {"species", species},
          {"positions_A", rows_json(v.structure.positions)},
          {"sticks", sticks}};
}

StructureView view_from(const Json& j) {
  StructureView v{.id = j.at("id"), .title = j.at("title"), .caption = j.at("caption")};
  v.structure.cell = Cell(Matrix3(rows_from(j.at("cell_A"))), j.at("periodic").get<std::array<bool, 3>>());
  for (const Json& name : j.at("species")) v.structure.species.push_back(species_from(name.get<std::string>()));
  v.structure.positions = rows_from(j.at("positions_A"));
  for (const Json& s : j.at("sticks"))
    v.sticks.push_back({species_from(s.at("first").get<std::string>()), species_from(s.at("second").get<std::string>()),
                        s.at("length_A").get<double>()});
  return v;
}

Severity severity_from(const std::string& name) {
  for (const Severity s : {Severity::neutral, Severity::good, Severity::info, Severity::warning, Severity::error})
    if (name == name_of(s)) return s;
  throw std::invalid_argument("there is no severity \"" + name + "\"");
}

Json list_json(const List& l) {
  return {{"kind", "list"}, {"title", l.title}, {"items", l.items}};
}

Json callout_json(const Callout& c) {
  return {{"kind", "callout"},
          {"severity", name_of(c.severity)},
          {"title", c.title},
          {"text", c.text},
          {"details", c.details.items}};
}

Json table_json(const Table& t) {
  Json j{{"kind", "table"},      {"id", t.id},           {"title", t.title},
         {"caption", t.caption}, {"columns", t.columns}, {"rows", t.rows}};
  if (t.folded) j["folded"] = true;
  if (t.grouped) j["grouped"] = true;
  return j;
}

Json figure_json(const Figure& f) {
  Json j = to_json(f);
  j["kind"] = "figure";
  return j;
}

Table table_from(const Json& j) {
  return {.id = j.at("id"),
          .title = j.at("title"),
          .caption = j.at("caption"),
          .columns = j.at("columns").get<std::vector<Markup>>(),
          .rows = j.at("rows").get<std::vector<std::vector<Markup>>>(),
          .folded = j.value("folded", false),
          .grouped = j.value("grouped", false)};
}

Headline headline_from(const Json& j) {
  return {.question = j.at("question"),
          .answer = j.at("answer"),
          .basis = j.at("basis"),
          .severity = severity_from(j.at("severity")),
          .urgency = j.at("urgency")};
}

}  // namespace

Json to_json(const Headline& h) {
  return {{"question", h.question},
          {"answer", h.answer},
          {"basis", h.basis},
          {"severity", name_of(h.severity)},
          {"urgency", h.urgency}};
}

Json to_json(const Block& block) {
  return std::visit(
      Overloaded{[](const Paragraph& p) {
                   return Json{{"kind", "paragraph"}, {"text", p.text}};
                 },
                 [](const List& l) { return list_json(l); }, [](const Callout& c) { return callout_json(c); },
                 [](const Table& t) { return table_json(t); }, [](const Figure& f) { return figure_json(f); },
                 [](const StructureView& v) { return view_json(v); }},
      block);
}

Block block_from_json(const Json& j) {
  const std::string kind = j.at("kind");
  if (kind == "paragraph") return Paragraph{j.at("text")};
  if (kind == "list") return List{.items = j.at("items").get<std::vector<Markup>>(), .title = j.at("title")};
  if (kind == "callout")
    return Callout{.severity = severity_from(j.at("severity")),
                   .title = j.at("title"),
                   .text = j.at("text"),
                   .details = {j.at("details").get<std::vector<Markup>>()}};
  if (kind == "table") return table_from(j);
  if (kind == "figure") return figure_from_json(j);
  if (kind == "structure") return view_from(j);
  throw std::invalid_argument("there is no block \"" + kind + "\"");
}

Json to_json(const Section& section) {
  Json headlines = Json::array(), blocks = Json::array();
  for (const Headline& h : section.headlines) headlines.push_back(to_json(h));
  for (const Block& block : section.blocks) blocks.push_back(to_json(block));
  return {{"heading", section.heading},
          {"headlines", std::move(headlines)},
          {"blocks", std::move(blocks)},
          {"replica", section.replica}};
}

Section section_from_json(const Json& j) {
  Section section{.heading = j.at("heading"), .replica = j.at("replica")};
  for (const Json& h : j.at("headlines")) section.headlines.push_back(headline_from(h));
  for (const Json& block : j.at("blocks")) section.blocks.push_back(block_from_json(block));
  return section;
}

Section read_section(const std::filesystem::path& file) {
  const Json j = read_result(file, section_kind);
  try {
    return section_from_json(j);
  } catch (const Json::exception& e) {
    throw InputError(Location{file.string()}, std::string("is no section of a report: ") + e.what());
  } catch (const std::invalid_argument& e) {
    throw InputError(Location{file.string()}, std::string("is no section of a report: ") + e.what());
  }
}

}  // namespace vitrion::report
