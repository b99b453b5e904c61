#include "vitrion/select/active_set_file.hpp"

#include <map>
#include <string>

#include "vitrion/core/error.hpp"
#include "vitrion/core/file.hpp"
#include "vitrion/io/frames.hpp"
#include "vitrion/potentials/mtp/mtp_file.hpp"
#include "vitrion/potentials/mtp/mtp_potential.hpp"
#include "vitrion/potentials/mtp/selection_state.hpp"
#include "vitrion/potentials/nequip/model_file.hpp"
#include "vitrion/potentials/nequip/nequip_potential.hpp"

namespace vitrion::select {
namespace {

namespace fs = std::filesystem;

// Keeps the configurations that rows came from, and counts only them in the origins: so MLIP numbers them.
std::vector<Structure> keep_used(potentials::SelectionState& state, const std::vector<Structure>& training) {
  std::map<int, std::string> equations;
  for (const auto& [frame, equation] : state.origins) {
    if (frame < 0) continue;
    std::string& list = equations[frame];
    list += (list.empty() ? "" : ",") + std::to_string(equation);
  }
  std::map<int, int> number;
  std::vector<Structure> used;
  for (const auto& [frame, list] : equations) {
    number[frame] = static_cast<int>(used.size());
    used.push_back(training[static_cast<std::size_t>(frame)]);
    used.back().info["selected_eqn_inds"] = list;
  }
  for (auto& origin : state.origins)
    if (origin[0] >= 0) origin[0] = number.at(origin[0]);
  return used;
}

void write_mtp(const fs::path& file, potentials::mtp::MtpParameters parameters, potentials::SelectionState state,
               const std::vector<Structure>& training) {
  const std::vector<Structure> used = keep_used(state, training);
  // The `.cfg` writer writes files.
  const fs::path scratch = file.string() + ".active.cfg";
  io::write_frames(scratch, used, {.format = {}, .species = parameters.species});
  state.configurations = read_file(scratch);
  fs::remove(scratch);
  parameters.selection_state = potentials::mtp::format_selection_state(state);
  potentials::mtp::write_mtp(file, parameters);
}

void write_nequip(const fs::path& file, potentials::nequip::Model model, const potentials::SelectionState& state,
                  const potentials::Calibration& calibration) {
  model.extrapolation = potentials::nequip::from_selection_state(state, model.species.size());
  model.extrapolation->calibration = calibration;
  potentials::nequip::write_model(file, model);
}

}  // namespace

void write_with_active_set(const fs::path& file, const potentials::Potential& potential,
                           potentials::SelectionState state, const std::vector<Structure>& training,
                           const potentials::Calibration& calibration) {
  if (const auto* mtp = dynamic_cast<const potentials::mtp::MtpPotential*>(&potential))
    return write_mtp(file, mtp->parameters(), std::move(state), training);
  if (const auto* network = dynamic_cast<const potentials::nequip::NequipPotential*>(&potential))
    return write_nequip(file, network->model(), state, calibration);
  throw InputError("a potential of kind " + potential.kind() + " has nothing to grade by");
}

}  // namespace vitrion::select
