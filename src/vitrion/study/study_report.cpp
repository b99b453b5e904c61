#include "vitrion/study/study_report.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "vitrion/core/error.hpp"
#include "vitrion/core/file.hpp"
#include "vitrion/core/version.hpp"
#include "vitrion/study/results.hpp"
#include "vitrion/study/sections.hpp"
#include "vitrion/study/stage.hpp"

namespace vitrion::study {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using report::Headline;
using report::Severity;

Headline glass_headline(const fs::path& study) {
  const json order = read_json(study / "structure" / "structure.json").at("long_range_order");
  const std::string verdict = order.at("verdict").get<std::string>();
  return {.question = "Is the quenched structure a glass?",
          .answer = verdict,
          .basis = order.at("statement").get<std::string>(),
          .severity = verdict == "amorphous"     ? Severity::good
                      : verdict == "crystalline" ? Severity::error
                                                 : Severity::warning};
}

// The lowest temperature at which D* is resolved says most about the battery; without one the bound at the highest
// does.
Headline diffusion_headline(const json& transport) {
  const json& temperatures = transport.at("temperatures");
  const json* chosen = nullptr;
  for (const json& t : temperatures)
    if (t.at("D_tracer").at("resolved").get<bool>() &&
        (chosen == nullptr || t.at("temperature_K").get<double>() < chosen->at("temperature_K").get<double>()))
      chosen = &t;
  const std::string species = temperatures.at(0).at("species").get<std::string>();
  Headline headline{.question = "How fast does " + species + " move?", .answer = "not resolved"};
  if (chosen == nullptr) {
    headline.basis = "No run was long enough to tell diffusion from vibration; the table gives upper bounds.";
    headline.severity = Severity::warning;
    return headline;
  }
  const json& d = chosen->at("D_tracer");
  headline.answer = "D^{*} = " +
                    with_interval(d.at("value_cm2_per_s").get<double>(), d.at("ci95_cm2_per_s").at(0).get<double>(),
                                  d.at("ci95_cm2_per_s").at(1).get<double>()) +
                    " cm^{2}/s";
  headline.basis = fmt::format("At {:g} K, the lowest temperature resolved; 95 % interval.",
                               chosen->at("temperature_K").get<double>());
  headline.severity = Severity::good;
  return headline;
}

Headline barrier_headline(const json& transport) {
  Headline headline{.question = "What barrier does it see?", .answer = "not known"};
  headline.severity = Severity::warning;
  headline.basis = "Fewer than two temperatures are resolved: no activation energy.";
  if (!transport.contains("arrhenius") || !transport.at("arrhenius").contains("activation_energy_eV")) return headline;
  const json& arrhenius = transport.at("arrhenius");
  const json& energy = arrhenius.at("activation_energy_eV");
  if (!energy.is_object()) return headline;
  headline.answer = "E_{a} = " +
                    with_interval(energy.at("value").get<double>(), energy.at("ci95").at(0).get<double>(),
                                  energy.at("ci95").at(1).get<double>()) +
                    " eV";
  std::string fitted;
  for (const json& t : arrhenius.at("fitted_K"))
    fitted += fmt::format("{}{:g}", fitted.empty() ? "" : ", ", t.get<double>());
  headline.basis = "Arrhenius line through " + fitted + " K; 95 % interval.";
  headline.severity = Severity::good;
  return headline;
}

// Extrapolation grades of all MD of the study.
struct GradesMet {
  double highest = 0, above = 0, looks = 0;
  bool any = false;

  void add(const json& run) {
    for (const json& stage : run.at("stages"))
      if (const auto grade = stage.find("extrapolation_grade"); grade != stage.end()) {
        any = true;
        highest = std::max(highest, grade->at("highest").get<double>());
        const double steps = stage.at("steps").get<double>();
        above += steps * grade->at("share_above_save").get<double>();
        looks += steps;
      }
  }
};

GradesMet grades_met(const ReportOptions& options, const fs::path& study) {
  GradesMet met;
  for (int r = 1; r <= options.replicas; ++r) {
    met.add(read_json(study / fmt::format("quench-{}", r) / "quench.json").at("replicas").at(0));
    for (const double t : options.temperatures)
      met.add(read_json(study / fmt::format("md-{:g}K-{}", t, r) / "md.json"));
  }
  return met;
}

constexpr double grade_of_guessing = 10;  // customary limit of reliable extrapolation

Headline trust_headline(const ReportOptions& options, const fs::path& study) {
  const json errors = errors_of_potential(options, study);
  const bool tested = errors.contains("test");
  const json& set = tested ? errors.at("test") : errors.at(errors.contains("validation") ? "validation" : "training");
  Headline headline{
      .question = "How far can the potential be trusted?",
      .answer = fmt::format("{} meV/atom, {} eV/Å", number(set.at("energy").at("rmse_meV_per_atom").get<double>()),
                            number(set.at("force").at("rmse_eV_per_A").get<double>())),
      .basis = tested ? "RMSE of energy and force components on configurations that were kept out of the fit."
                      : "RMSE of energy and force components; no test set was kept out of the fit.",
      .severity = tested ? Severity::neutral : Severity::warning};
  const GradesMet met = grades_met(options, study);
  if (!met.any) return headline;
  headline.basis +=
      fmt::format(" In the MD an atom's extrapolation grade was above the threshold {:.0f} % of the time, at most {}.",
                  100 * met.above / met.looks, number(met.highest, 2));
  if (met.highest > grade_of_guessing) {
    headline.severity = Severity::warning;
    headline.basis += " Above 10 the potential guesses: label such configurations and train again.";
  }
  return headline;
}

void add_provenance(const ReportOptions& options, report::Report& report, const fs::path& study) {
  report.provenance.emplace_back("Program", std::string("Vitrion ") + version);
  const StudyState state = StudyState::load(study);
  for (const fs::directory_entry& entry : fs::directory_iterator(study)) {
    const StageRecord* record = state.find(entry.path().filename().string());
    if (record == nullptr) continue;
    for (const auto& [file, hash] : record->outputs)
      report.provenance.emplace_back(entry.path().filename().string() + "/" + file, hash);
  }
  if (options.potential.starts_with("inputs/"))
    report.provenance.emplace_back(options.potential, content_hash_of_file(study / options.potential));
  std::sort(report.provenance.begin() + 1, report.provenance.end());
}

}  // namespace

std::vector<LiteratureValue> read_literature(Config& config) {
  std::vector<LiteratureValue> list;
  for (Config& entry : config.sections("literature")) {
    LiteratureValue value;
    value.quantity = entry.text("quantity");
    value.value = entry.number("value");
    if (entry.has("temperature_K")) value.temperature = entry.number("temperature_K");
    value.source = entry.text("source");
    list.push_back(std::move(value));
  }
  return list;
}

ReportOptions read_report_options(Config& config) {
  ReportOptions options;
  options.title = config.text("title", "Study");
  options.potential = config.text("potential", "train/potential.almtp");
  options.potential_stage = config.text("potential_stage", "train");
  options.replicas = static_cast<int>(config.integer("replicas", 1));
  options.temperatures = config.numbers("temperatures_K", {});
  options.production_stage = config.text("production_stage", "");
  options.literature = read_literature(config);
  config.finish();
  return options;
}

report::Report assemble_report(const ReportOptions& options, const fs::path& study) {
  report::Report report;
  report.title = options.title;
  report.headlines.push_back(glass_headline(study));
  const bool has_transport = !options.temperatures.empty();
  if (has_transport) {
    const json transport = read_json(study / "transport" / "transport.json");
    report.headlines.push_back(diffusion_headline(transport));
    report.headlines.push_back(barrier_headline(transport));
  }
  report.headlines.push_back(trust_headline(options, study));
  report.sections.push_back(glass_section(options, study));
  if (has_transport) report.sections.push_back(transport_section(options, study));
  report.sections.push_back(quench_section(options, study));
  report.sections.push_back(potential_section(options, study));
  add_provenance(options, report, study);
  return report;
}

}  // namespace vitrion::study
