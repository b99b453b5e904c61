#include "vitrion/study/study_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "vitrion/core/error.hpp"
#include "vitrion/core/file.hpp"
#include "vitrion/core/result.hpp"
#include "vitrion/core/version.hpp"
#include "vitrion/report/join.hpp"
#include "vitrion/study/stage.hpp"

namespace vitrion::study {
namespace {

namespace fs = std::filesystem;
using report::Source;
using Provenance = std::vector<std::pair<std::string, std::string>>;

constexpr const char* section_name = "section.json";
const fs::path settings_of_report = fs::path("report") / "report.yaml";

fs::path real_folder(const fs::path& folder) {
  return fs::weakly_canonical(folder);
}

// The results of analyses, where they left one.
std::vector<nlohmann::json> results_of(const std::vector<fs::path>& folders) {
  std::vector<nlohmann::json> results;
  for (const fs::path& folder : folders)
    if (fs::exists(folder / "result.json")) results.push_back(read_json(folder / "result.json"));
  return results;
}

// Collects the sections of all sources, each under the title of its study.
class Collector {
 public:
  void add(const fs::path& source) {
    if (fs::is_regular_file(source)) return add_study(source);
    if (fs::exists(source / settings_of_report)) return add_study(source / settings_of_report);
    if (!fs::exists(source / section_name))
      throw InputError(Location{source.string()}, "is no study and holds no section.json",
                       "vitrion COMMAND --result FOLDER writes one; a study has one in the folder of every analysis.");
    const fs::path study = real_folder(source).parent_path();
    add_stage(source, title_of(study));
  }

  std::vector<Source> sources() && { return std::move(sources_); }
  const std::vector<std::string>& titles() const { return titles_; }

 private:
  // The report.yaml of a study.
  void add_study(const fs::path& settings) {
    Config config = Config::load(settings.string());
    const ReportOptions options = read_report_options(config);
    const fs::path study = real_folder(settings.parent_path() / "..");
    const std::string title = own_title(study, options.title);
    for (const fs::path& folder : options.sections) add_stage(folder, title);
    if (!options.literature.empty())
      sources_.push_back({.study = title,
                          .name = "literature",
                          .section = comparison_section(options.literature, results_of(options.sections))});
    if (std::optional<report::Section> methods = methods_section(options.sections, options.methods))
      sources_.push_back({.study = title, .name = "methods", .section = std::move(*methods)});
    add_inputs(study);
  }

  void add_stage(const fs::path& folder, const std::string& title) {
    const fs::path real = real_folder(folder);
    sources_.push_back({.study = title,
                        .name = real.filename().string(),
                        .section = report::read_section(real / section_name),
                        .provenance = provenance_of(real)});
  }

  // Hashes of what the stage left: as its study knows them, else of the two files every analysis has.
  static Provenance provenance_of(const fs::path& stage) {
    const std::string name = stage.filename().string();
    std::map<std::string, std::string> hashes;
    const StudyState state = StudyState::load(stage.parent_path());
    if (const StageRecord* record = state.find(name))
      hashes = record->outputs;
    else
      for (const char* file : {"result.json", section_name})
        if (fs::exists(stage / file)) hashes[file] = content_hash_of_file(stage / file);
    Provenance list;
    for (const auto& [file, hash] : hashes) list.emplace_back(name + "/" + file, hash);
    const nlohmann::json header = read_json(stage / section_name).at("vitrion");
    const std::string program = header.value("program", std::string());
    if (program != std::string(program_name) + " " + version) list.emplace_back(name + " was written by", program);
    return list;
  }

  void add_inputs(const fs::path& study) {
    if (!fs::exists(study / "inputs") || sources_.empty()) return;
    Provenance files;
    for (const fs::directory_entry& entry : fs::directory_iterator(study / "inputs"))
      if (fs::exists(entry.path()))
        files.emplace_back("inputs/" + entry.path().filename().string(), content_hash_of_file(entry.path()));
    std::sort(files.begin(), files.end());
    Provenance& last = sources_.back().provenance;
    last.insert(last.end(), files.begin(), files.end());
  }

  std::string title_of(const fs::path& study) {
    if (!fs::exists(study / settings_of_report)) return own_title(study, study.filename().string());
    Config config = Config::load((study / settings_of_report).string());
    return own_title(study, read_report_options(config).title);
  }

  // Two studies of one title are told apart by their folders.
  std::string own_title(const fs::path& study, std::string title) {
    for (const auto& [other, taken] : studies_) {
      if (other == study) return taken;
      if (taken == title) title += " (" + study.filename().string() + ")";
    }
    studies_.emplace_back(study, title);
    titles_.push_back(title);
    return title;
  }

  std::vector<std::pair<fs::path, std::string>> studies_;
  std::vector<std::string> titles_;
  std::vector<Source> sources_;
};

// With several studies, the provenance says whose each file is.
void name_provenance(std::vector<Source>& sources) {
  for (Source& s : sources)
    for (auto& [name, value] : s.provenance) name = s.study + ": " + name;
}

}  // namespace

MethodNotes read_methods(Config& config) {
  Config section = config.section("methods");
  const std::string labels = section.has("labels") ? section.paragraph("labels") : std::string{};
  section.accept("labels");
  return {labels, section.paragraphs("remarks"), section.paragraphs("references")};
}

ReportOptions read_report_options(Config& config) {
  ReportOptions options;
  options.title = config.text("title", "Study");
  for (const std::string& folder : config.paths("sections")) options.sections.emplace_back(folder);
  options.literature = read_literature(config);
  options.methods = read_methods(config);
  config.finish();
  return options;
}

report::Report assemble_report(const std::vector<fs::path>& sources, const std::string& title) {
  Collector collector;
  for (const fs::path& source : sources) collector.add(source);
  std::string titles;
  for (const std::string& t : collector.titles()) titles += (titles.empty() ? "" : " \u00b7 ") + t;
  const bool several = collector.titles().size() > 1;
  std::vector<Source> sections = std::move(collector).sources();
  if (several) name_provenance(sections);
  return report::join(title.empty() ? titles : title, std::move(sections));
}

}  // namespace vitrion::study
