// Do labels and predictions measure the same thing? Their slope tells a wrong sign or unit that errors alone do not
// name.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "vitrion/train/metrics.hpp"

namespace vitrion::train {

/// One sentence for each of energy, forces and stress whose given values go with the predicted ones (correlation above
/// 0.7 in size; 0.9 where no unit fits) at a slope outside 1/2 .. 2, with the causes that fit. `subsets` as `parity`
/// gives them; `table` is of the same configurations. Energies are compared by their differences, of ten configurations
/// at least; energies per atom of cells of any sizes are found by what they are once multiplied.
std::vector<std::string> implausible_slopes(const std::map<std::string, ParityData>& subsets, const ErrorTable& table);

}  // namespace vitrion::train
