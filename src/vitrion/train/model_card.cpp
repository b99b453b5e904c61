#include "vitrion/train/model_card.hpp"

#include "vitrion/core/version.hpp"

namespace vitrion::train {

nlohmann::json model_card(const TrainResult& result, const TrainOptions& o, const dataset::Description& data,
                          const CardOfPotential& p) {
  nlohmann::json references = nlohmann::json::object();
  for (std::size_t i = 0; i < p.species.size(); ++i) references[p.species[i].name()] = p.reference_energies[i];
  nlohmann::json species = nlohmann::json::array();
  for (const Species& one : p.species) species.push_back(one.name());
  nlohmann::json card = {{"potential", result.files.potential.filename().string()},
                         {"kind", p.kind},
                         {"program", std::string(program_name) + " " + version},
                         {"species", species},
                         {"basis", p.basis},
                         {"training_data", dataset::to_json(data)},
                         {"data_files", {{"train", o.train}, {"test", o.test}}},
                         {"split",
                          {{"group_key", o.group_key},
                           {"validation_fraction", o.validation_fraction},
                           {"test_fraction", o.test_fraction},
                           {"n_train", result.training.structures.size()},
                           {"n_validation", result.validation.structures.size()},
                           {"n_test", result.test.structures.size()}}},
                         {"loss",
                          {{"type", name_of(o.loss.kind)},
                           {"energy_weight", o.loss.energy_weight},
                           {"force_weight", o.loss.force_weight},
                           {"stress_weight", o.loss.stress_weight}}},
                         {"optimizer", p.optimizer},
                         {"reference_energies_eV", references},
                         {"seed", o.seed},
                         {"wall_seconds", result.seconds},
                         {"errors", to_json(result)},
                         {"settings", o.settings}};
  if (o.loss.kind == LossKind::huber)
    card["loss"].update({{"energy_delta_eV_per_atom", o.loss.energy_delta},
                         {"force_delta_eV_per_A", o.loss.force_delta},
                         {"stress_delta_GPa", o.loss.stress_delta}});
  if (!result.calibration.empty())
    card["extrapolation_grades"] = {{"force_errors_of", result.calibrated_on},
                                    {"bins", potentials::to_json(result.calibration)}};
  if (!p.short_range.is_null()) card["short_range"] = p.short_range;
  return card;
}

}  // namespace vitrion::train
