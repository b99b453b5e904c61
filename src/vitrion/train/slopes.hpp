// Do labels and predictions measure the same thing? Their slope tells a wrong sign or unit that errors alone do not
// name.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "vitrion/train/metrics.hpp"

namespace vitrion::train {

/// One sentence for each of energy, forces and stress whose given values go with the predicted ones (correlation above
/// 0.7 in size) at a slope outside 1/2 .. 2, with the causes that fit. `subsets` as `parity` gives them; `table` is of
/// the same configurations. Energies are compared by their differences, of five configurations at least.
std::vector<std::string> implausible_slopes(const std::map<std::string, ParityData>& subsets, const ErrorTable& table);

}  // namespace vitrion::train
