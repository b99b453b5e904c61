#include "vitrion/select/active_set_file.hpp"

#include <map>
#include <string>

#include "vitrion/core/error.hpp"
#include "vitrion/core/file.hpp"
#include "vitrion/io/frames.hpp"
#include "vitrion/potentials/catalogue.hpp"

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

// As `.cfg` text. Its writer writes files.
std::string as_text(const std::vector<Structure>& frames, const std::vector<Species>& species,
                    const fs::path& scratch) {
  io::write_frames(scratch, frames, {.format = {}, .species = species});
  std::string text = read_file(scratch);
  fs::remove(scratch);
  return text;
}

}  // namespace

void write_with_active_set(const fs::path& file, const potentials::Potential& potential,
                           potentials::SelectionState state, const std::vector<Structure>& training,
                           const potentials::Calibration& calibration) {
  if (state.kind == potentials::ReferenceKind::active_set) {
    const std::vector<Structure> used = keep_used(state, training);
    state.configurations = as_text(used, potential.species(), file.string() + ".active.cfg");
  }
  potentials::write_potential(file, *potential.graded_by(std::move(state), calibration));
}

}  // namespace vitrion::select
