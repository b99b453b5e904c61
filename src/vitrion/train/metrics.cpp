#include "vitrion/train/metrics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <nlohmann/json.hpp>

#include "vitrion/core/error.hpp"
#include "vitrion/core/parallel.hpp"
#include "vitrion/core/progress.hpp"
#include "vitrion/core/units.hpp"

namespace vitrion::train {
namespace {

constexpr double eV_in_meV = 1e3;

nlohmann::json quantity(const Deviations& d, double factor, const std::string& unit) {
  if (d.count() == 0) return nullptr;
  return {{"rmse_" + unit, d.rmse() * factor}, {"mae_" + unit, d.mae() * factor}, {"max_" + unit, d.max() * factor}};
}

bool has_labels(const Structure& s) {
  return s.labels.energy || s.labels.has_forces() || s.labels.stress;
}

void add_structure(const Structure& s, const Labels& predicted, ErrorTable& table) {
  const Labels& label = s.labels;
  const auto n = static_cast<double>(s.size());
  ++table.n_configurations;
  table.n_atoms += static_cast<std::int64_t>(s.size());
  if (label.energy && predicted.energy) table.energy.add((*predicted.energy - *label.energy) / n);
  if (label.has_forces())
    for (Eigen::Index k = 0; k < label.forces.size(); ++k)
      table.force.add(predicted.forces.data()[k] - label.forces.data()[k]);
  if (label.stress && predicted.stress)
    for (int a = 0; a < 3; ++a)
      for (int b = a; b < 3; ++b) table.stress.add((*predicted.stress)(a, b) - (*label.stress)(a, b));
}

}  // namespace

void Deviations::add(double deviation) {
  ++count_;
  squares_ += deviation * deviation;
  absolutes_ += std::abs(deviation);
  // A deviation that is not a number must not hide behind the comparison.
  max_ = std::abs(deviation) <= max_ ? max_ : std::abs(deviation);
}

void Deviations::add(const Deviations& others) {
  count_ += others.count_;
  squares_ += others.squares_;
  absolutes_ += others.absolutes_;
  max_ = std::max(max_, others.max_);
}

double Deviations::rmse() const {
  return count_ == 0 ? 0.0 : std::sqrt(squares_ / static_cast<double>(count_));
}

double Deviations::mae() const {
  return count_ == 0 ? 0.0 : absolutes_ / static_cast<double>(count_);
}

std::vector<Labels> predict(const potentials::Potential& potential, const std::vector<Structure>& structures,
                            const Session& session) {
  std::vector<std::unique_ptr<potentials::Potential>> clones(static_cast<std::size_t>(threads()));
  for (auto& clone : clones) clone = potential.clone();
  std::vector<Labels> predictions(structures.size());
  Progress progress(session, "evaluate", static_cast<std::int64_t>(structures.size()), "configurations");
  std::atomic<std::int64_t> done = 0;
  parallel_for(structures.size(), [&](std::size_t i) {
    session.check_stop();
    const auto thread = static_cast<std::size_t>(thread_number());
    try {
      predictions[i] = evaluate(*clones[thread], structures[i]);
    } catch (const InputError& e) {
      throw InputError(fmt::format("configuration {}: {}", i + 1, e.what()));
    }
    const std::int64_t now = ++done;
    if (thread == 0) progress.update(now);
  });
  return predictions;
}

ErrorReport compare(const std::vector<Structure>& labelled, const std::vector<Labels>& predictions,
                    const std::string& group_key) {
  ErrorReport report;
  bool has_key = false;
  for (std::size_t i = 0; i < labelled.size(); ++i) {
    const Structure& s = labelled[i];
    if (!has_labels(s)) continue;
    add_structure(s, predictions[i], report.overall);
    if (!group_key.empty()) {
      const auto found = s.info.find(group_key);
      has_key = has_key || found != s.info.end();
      add_structure(s, predictions[i], report.groups[found == s.info.end() ? "none" : found->second]);
    }
    if (!s.labels.has_forces()) continue;
    for (std::size_t atom = 0; atom < s.size(); ++atom)
      for (int a = 0; a < 3; ++a) {
        const auto row = static_cast<Eigen::Index>(atom);
        report.force_by_species[s.species[atom].name()].add(predictions[i].forces(row, a) - s.labels.forces(row, a));
      }
  }
  const ErrorTable& all = report.overall;
  if (all.energy.count() + all.force.count() + all.stress.count() == 0)
    throw InputError("no configuration holds an energy, forces or a stress to compare with");
  if (!group_key.empty() && !labelled.empty() && !has_key)
    throw InputError("no configuration has the key \"" + group_key + "\"",
                     "Subsets are made by a key of the comment line (extended XYZ) or a Feature (.cfg).");
  return report;
}

std::map<std::string, ParityData> parity(const std::vector<Structure>& labelled, const std::vector<Labels>& predictions,
                                         const std::string& group_key) {
  std::map<std::string, ParityData> subsets;
  const auto put = [](Parity& to, double reference, double predicted) {
    to.reference.push_back(reference);
    to.predicted.push_back(predicted);
  };
  for (std::size_t i = 0; i < labelled.size(); ++i) {
    const Structure& s = labelled[i];
    const Labels &label = s.labels, &predicted = predictions[i];
    if (!has_labels(s)) continue;
    const auto found = s.info.find(group_key);
    ParityData& data = subsets[group_key.empty() ? "" : found == s.info.end() ? "none" : found->second];
    const auto n = static_cast<double>(s.size());
    if (label.energy && predicted.energy) {
      put(data.energy, *label.energy / n, *predicted.energy / n);
      data.atoms.push_back(n);
    }
    if (label.has_forces())
      for (Eigen::Index k = 0; k < label.forces.size(); ++k)
        put(data.force, label.forces.data()[k], predicted.forces.data()[k]);
    if (label.stress && predicted.stress)
      for (int a = 0; a < 3; ++a)
        for (int b = a; b < 3; ++b)
          put(data.stress, (*label.stress)(a, b) * units::eV_per_A3_in_GPa,
              (*predicted.stress)(a, b) * units::eV_per_A3_in_GPa);
  }
  return subsets;
}

nlohmann::json to_json(const ErrorTable& table) {
  return {{"energy", quantity(table.energy, eV_in_meV, "meV_per_atom")},
          {"force", quantity(table.force, 1, "eV_per_A")},
          {"stress", quantity(table.stress, units::eV_per_A3_in_GPa, "GPa")},
          {"n_configurations", table.n_configurations},
          {"n_atoms", table.n_atoms}};
}

nlohmann::json to_json(const ErrorReport& report) {
  nlohmann::json json = to_json(report.overall);
  json["groups"] = nlohmann::json::object();
  for (const auto& [name, table] : report.groups) json["groups"][name] = to_json(table);
  json["species"] = nlohmann::json::object();
  for (const auto& [name, force] : report.force_by_species) json["species"][name] = quantity(force, 1, "eV_per_A");
  return json;
}

}  // namespace vitrion::train
