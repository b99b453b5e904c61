#include "vitrion/present/training.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <filesystem>

#include "vitrion/core/units.hpp"
#include "vitrion/present/columns.hpp"
#include "vitrion/report/numbers.hpp"
#include "vitrion/report/parity.hpp"
#include "vitrion/train/slopes.hpp"

namespace vitrion::present {
namespace {

using report::Figure;
using report::Headline;
using report::number;
using report::Section;
using report::Severity;
using report::Table;
using train::Deviations;
using train::ErrorReport;
using train::ErrorTable;
using train::TrainedSet;
using train::TrainResult;

constexpr double eV_in_meV = 1e3;

using NamedSet = std::pair<const char*, const TrainedSet*>;

// Those that are not empty.
std::vector<NamedSet> sets_of(const TrainResult& result) {
  std::vector<NamedSet> sets;
  for (const NamedSet& set :
       {NamedSet{"training", &result.training}, {"validation", &result.validation}, {"test", &result.test}})
    if (!set.second->structures.empty()) sets.push_back(set);
  return sets;
}

void add_cells(std::vector<std::string>& row, const Deviations& d, double factor) {
  for (const double value : {d.rmse(), d.mae(), d.max()})
    row.push_back(d.count() > 0 ? number(value * factor) : std::string("–"));
}

Table error_table(const char* id, const std::string& title, const std::string& first) {
  Table t{.id = id, .title = title, .caption = "Force errors are over components."};
  t.columns = {first,
               "configurations",
               "atoms",
               "energy RMSE (meV/atom)",
               "energy MAE",
               "energy max",
               "force RMSE (eV/Å)",
               "force MAE",
               "force max",
               "stress RMSE (GPa)",
               "stress MAE",
               "stress max"};
  return t;
}

void add_errors(Table& t, const std::string& name, const ErrorTable& errors) {
  std::vector<std::string> row{name, std::to_string(errors.n_configurations), std::to_string(errors.n_atoms)};
  add_cells(row, errors.energy, eV_in_meV);
  add_cells(row, errors.force, 1);
  add_cells(row, errors.stress, units::eV_per_A3_in_GPa);
  t.rows.push_back(std::move(row));
}

Table species_table(const ErrorReport& errors, const std::string& of) {
  Table t{.id = "errors-by-species", .title = "Force errors by species" + of};
  t.columns = {"species", "RMSE (eV/Å)", "MAE (eV/Å)", "max (eV/Å)"};
  for (const auto& [name, force] : errors.force_by_species) {
    std::vector<std::string> row{name};
    add_cells(row, force, 1);
    t.rows.push_back(std::move(row));
  }
  return t;
}

void add_parity(Section& section, const std::map<std::string, train::ParityData>& subsets) {
  struct Quantity {
    const char *id, *name, *unit;
    train::Parity train::ParityData::*points;
  };
  const Quantity quantities[] = {{"parity-energy", "Energy", "eV/atom", &train::ParityData::energy},
                                 {"parity-force", "Force components", "eV/Å", &train::ParityData::force},
                                 {"parity-stress", "Stress components", "GPa", &train::ParityData::stress}};
  for (const Quantity& q : quantities) {
    std::map<std::string, report::ParityPoints> points;
    for (const auto& [name, data] : subsets)
      if (!(data.*q.points).reference.empty()) points[name] = {(data.*q.points).reference, (data.*q.points).predicted};
    if (points.empty()) continue;
    section.blocks.emplace_back(report::parity_figure(q.id, q.name, q.unit, points));
    section.blocks.emplace_back(
        report::residual_figure(std::string("residual") + (q.id + sizeof("parity") - 1), q.name, q.unit, points));
  }
}

void add_grades(Section& section, const std::map<std::string, train::GradedErrors>& subsets) {
  Figure figure{.id = "grade-error",
                .title = "Force error over extrapolation grade",
                .caption = "Every point is an atom. Up to grade 1 its surroundings lie within those trained on.",
                .x = {"extrapolation grade", "", report::Scale::logarithmic},
                .y = {"force error", "eV/Å", report::Scale::logarithmic}};
  for (const auto& [name, graded] : subsets)
    if (!graded.grades.empty())
      figure.series.push_back({.name = name, .mark = report::Mark::points, .x = graded.grades, .y = graded.errors});
  if (figure.series.empty()) return;
  figure.annotations.push_back({.kind = report::AnnotationKind::vertical_line, .x = 1});
  section.blocks.emplace_back(std::move(figure));
}

Figure loss_figure(const TrainResult& result) {
  const Columns csv = read_csv(result.files.log);
  Figure figure{.id = "loss",
                .title = "Loss during training",
                .x = {csv.names.front(), ""},
                .y = {"loss", "", report::Scale::logarithmic}};
  const std::vector<double>& iteration = csv.starting_with(csv.names.front());  // epoch, with NequIP
  figure.series.push_back({.name = "training", .x = iteration, .y = csv.starting_with("loss")});
  figure.series.push_back({.name = "validation", .x = iteration, .y = csv.starting_with("validation_loss")});
  return figure;
}

Headline trust_headline(const ErrorTable& errors, const std::string& basis, Severity severity) {
  return {.question = "How far can the potential be trusted?",
          .answer = fmt::format("{} meV/atom, {} eV/Å", number(errors.energy.rmse() * eV_in_meV),
                                number(errors.force.rmse())),
          .basis = "RMSE of energy and force components " + basis,
          .severity = severity};
}

Headline headline_of(const TrainResult& result) {
  if (!result.test.structures.empty())
    return trust_headline(result.test.errors.overall, "on configurations that were kept out of the fit.",
                          Severity::neutral);
  const TrainedSet& set = result.validation.structures.empty() ? result.training : result.validation;
  return trust_headline(set.errors.overall,
                        &set == &result.validation ? "on the validation set; no test set was kept out of the fit."
                                                   : "on the training set; no test set was kept out of the fit.",
                        Severity::warning);
}

void add_subsets(Section& section, const TrainResult& result, const std::string& subset_key) {
  if (subset_key.empty()) return;
  Table t = error_table("errors-by-subset", "Errors by " + subset_key, "subset");
  for (const auto& [name, set] : sets_of(result))
    for (const auto& [subset, errors] : set->errors.groups) add_errors(t, fmt::format("{}: {}", name, subset), errors);
  section.blocks.emplace_back(std::move(t));
}

void warn_of_pairs(Section& section, const std::vector<std::string>& pairs) {
  if (pairs.empty()) return;
  section.blocks.emplace_back(report::Callout{
      .severity = Severity::warning,
      .title = fmt::format("{} never meet in the training set", fmt::join(pairs, ", ")),
      .text = "No two such atoms are within the cutoff of each other anywhere in it. The potential learns nothing of "
              "how they repel: label configurations in which they meet before running MD."});
}

void add_warning(Section& section, const std::string& title, const std::string& text) {
  section.blocks.emplace_back(report::Callout{.severity = Severity::warning, .title = title, .text = text});
}

}  // namespace

report::Table calibration_table(const potentials::Calibration& calibration, const std::string& of) {
  Table t{.id = "grade-calibration", .title = "What extrapolation grades mean" + of};
  t.columns = {"grade", "atoms", "force error RMS (eV/Å)", "95 % below (eV/Å)"};
  for (const potentials::GradeBin& bin : calibration)
    t.rows.push_back(
        {std::isfinite(bin.to) ? fmt::format("{:g} to {:g}", bin.from, bin.to) : fmt::format("above {:g}", bin.from),
         std::to_string(bin.n_atoms), fmt::format("{:.4f}", bin.rms), fmt::format("{:.4f}", bin.quantile_95)});
  return t;
}

report::Section training_section(const TrainResult& result, const std::string& subset_key) {
  Section section{.heading = "The potential", .headlines = {headline_of(result)}};
  Table errors = error_table("errors", "Errors against DFT", "set");
  std::map<std::string, train::ParityData> parity;
  std::map<std::string, train::GradedErrors> graded;
  for (const auto& [name, set] : sets_of(result)) {
    add_errors(errors, name, set->errors.overall);
    parity[name] = train::parity(set->structures, set->predictions)[""];
    graded[name] = set->graded;
  }
  errors.caption += " The test set was not used in the fit.";
  section.blocks.emplace_back(std::move(errors));
  add_subsets(section, result, subset_key);
  const auto sets = sets_of(result);
  const auto& [last_name, last] = sets.back();
  section.blocks.emplace_back(species_table(last->errors, fmt::format(", {} set", last_name)));
  if (!result.calibration.empty())
    section.blocks.emplace_back(
        calibration_table(result.calibration, fmt::format(", by the {} set", result.calibrated_on)));
  add_parity(section, parity);
  add_grades(section, graded);
  if (std::filesystem::exists(result.files.log)) section.blocks.emplace_back(loss_figure(result));
  for (const train::Warning& warning : result.warnings) add_warning(section, warning.title, warning.text);
  warn_of_pairs(section, result.pairs_never_met);
  return section;
}

report::Section evaluation_section(const Evaluation& e) {
  Section section{.heading = "The potential"};
  if (e.n_unlabelled > 0)
    section.blocks.emplace_back(report::Paragraph{
        fmt::format("{} of {} configurations hold no labels: predicted, not compared.", e.n_unlabelled,
                    static_cast<std::size_t>(e.errors.overall.n_configurations) + e.n_unlabelled)});
  if (e.errors.overall.n_configurations == 0) return section;
  const std::string basis =
      fmt::format("on {} configurations {}.", e.errors.overall.n_configurations,
                  e.held_out ? "it was not trained on" : "that nobody vouches were kept out of its training");
  section.headlines = {trust_headline(e.errors.overall, basis, e.held_out ? Severity::neutral : Severity::warning)};
  section.blocks.emplace_back(report::Paragraph{
      fmt::format("{} was trained before{}.", e.potential,
                  e.held_out ? "; the configurations below are named as ones it was not trained on" : "")});
  Table errors = error_table("errors", "Errors against DFT", e.by.empty() ? "set" : e.by);
  for (const auto& [name, table] : e.errors.groups) add_errors(errors, name, table);
  add_errors(errors, "all", e.errors.overall);
  section.blocks.emplace_back(std::move(errors));
  for (const std::string& text : train::implausible_slopes(e.parity, e.errors.overall))
    add_warning(section, "Labels and predictions differ by a factor", text);
  if (!e.errors.force_by_species.empty()) section.blocks.emplace_back(species_table(e.errors, ""));
  if (!e.graded.grades.empty()) {
    Table t = calibration_table(train::calibrate(e.graded), "");
    t.caption = fmt::format("Rank correlation of grade and force error: {:.2f}.",
                            train::rank_correlation(e.graded.grades, e.graded.errors));
    section.blocks.emplace_back(std::move(t));
  }
  add_parity(section, e.parity);
  add_grades(section, {{"", e.graded}});
  return section;
}

}  // namespace vitrion::present
