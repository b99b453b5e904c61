#include "vitrion/build/charges.hpp"

#include <numeric>

#include "vitrion/core/error.hpp"

namespace vitrion::build {

std::vector<double> charges_of(const std::vector<Species>& species, const OxidationStates& states) {
  std::vector<double> charges;
  charges.reserve(species.size());
  for (const Species& s : species) {
    const auto found = states.find(s);
    if (found == states.end())
      throw InputError(s.name() + " has no oxidation state", "Give one to every species, as in Li=1,P=5,O=-2,N=-3.");
    charges.push_back(found->second);
  }
  return charges;
}

double total_charge(const std::vector<Species>& species, const OxidationStates& states) {
  const std::vector<double> charges = charges_of(species, states);
  return std::accumulate(charges.begin(), charges.end(), 0.0);
}

}  // namespace vitrion::build
