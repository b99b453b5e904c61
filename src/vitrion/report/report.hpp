// A report: what it is made of, and how it becomes one offline HTML page, JSON and SVG files.
//
// This room draws what it is handed and knows no physics.
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "vitrion/core/result.hpp"
#include "vitrion/core/structure.hpp"
#include "vitrion/report/plot.hpp"

namespace vitrion::report {

/// How a finding or an answer is meant; it sets colour and sign, never colour alone.
enum class Severity { neutral, good, info, warning, error };

/// One of the answers at the top of the page: a question, a short answer, and what it rests on.
///
///     {.question = "How fast does Li move?", .answer = "(2.1 ± 0.4)×10^{-8} cm^{2}/s", .basis = "D* at 600 K, 95 %"}
struct Headline {
  Markup question;
  Markup answer;
  Markup basis = {};
  Severity severity = Severity::neutral;
  double urgency = 0;  ///< of several answers of one severity to one question (replicas), the most urgent is shown
};

struct Paragraph {
  Markup text;
};

/// Short statements, one under the other. A long list with a title is folded on the page: the title opens it.
struct List {
  std::vector<Markup> items;
  Markup title = {};
};

/// A finding that must not be overlooked.
struct Callout {
  Severity severity = Severity::info;
  Markup title;
  Markup text = {};
  List details = {};
};

/// Units stand in the column titles. Columns whose cells are all numbers are set flush right; a table of four columns
/// or more takes the whole width of the page.
struct Table {
  std::string id;  ///< as Figure::id
  Markup title;
  Markup caption = {};
  std::vector<Markup> columns = {};
  std::vector<std::vector<Markup>> rows = {};  ///< shape (n_rows, n_columns)
  /// What only few readers need row by row: on the page the title opens it.
  bool folded = false;
  /// Rows are runs; those alike in the first column are of one kind. Where `join` finds several of a kind, their mean
  /// and standard deviation stand in front, and the rows themselves are folded.
  bool grouped = false;
};

/// Atoms of these species nearer than `length` (Å) are joined by a stick.
struct StickRule {
  Species first, second;
  double length;
};

/// A structure to turn about with the mouse; as a still picture on paper.
struct StructureView {
  std::string id;  ///< as Figure::id
  Markup title;
  Markup caption = {};
  Structure structure = {};
  std::vector<StickRule> sticks = {};
};

using Block = std::variant<Paragraph, List, Callout, Table, Figure, StructureView>;

/// What one analysis has to say.
struct Section {
  Markup heading;
  std::vector<Block> blocks = {};
  std::vector<Headline> headlines = {};  ///< its answers, for the top of the page
  /// One run of several alike: every row of its tables and every series of its figures names the run, and `join` lays
  /// them over each other.
  bool replica = false;
};

/// Everything the page shows, in its order.
struct Report {
  Markup title;
  Markup subtitle = {};                  ///< what was studied, in a sentence
  std::vector<Headline> headlines = {};  ///< the answers, first thing on the page
  std::vector<Section> sections = {};
  std::vector<std::pair<std::string, std::string>> provenance = {};  ///< versions, hashes, seeds, date: name and value
};

/// Throws std::invalid_argument when a block is malformed or two blocks share an id.
void validate(const Report& report);

/// Every callout of a warning or an error, as plain text: title, text, one line a detail.
std::vector<std::string> warnings_of(const Report& report);

/// One HTML file that needs nothing else: no network, no script from elsewhere; readable without script and in print.
std::string to_html(const Report& report);

/// The same content for machines, every number of every figure included.
nlohmann::json to_json(const Report& report);

/// The JSON form of blocks and sections, complete: what is read back draws the same page.
nlohmann::json to_json(const Headline& headline);
nlohmann::json to_json(const Block& block);
nlohmann::json to_json(const Section& section);
/// The reverse. Throw nlohmann::json::exception or std::invalid_argument when it is none.
Block block_from_json(const nlohmann::json& json);
Section section_from_json(const nlohmann::json& json);

/// section.json, as an analysis leaves it: {"vitrion": {...}, "heading", "headlines", "blocks", "replica"}.
inline constexpr ResultKind section_kind{"section", 1};
/// Throws InputError when the file is missing or holds something else.
Section read_section(const std::filesystem::path& file);

/// A still picture of the structure, 720 x 540.
std::string to_svg(const StructureView& view);

/// Writes `folder`/report.html, report.json and figures/ID.svg (all atomically; also figures/ID.png where the program
/// rsvg-convert is installed). Returns the files written.
std::vector<std::filesystem::path> write_report(const Report& report, const std::filesystem::path& folder);

}  // namespace vitrion::report
