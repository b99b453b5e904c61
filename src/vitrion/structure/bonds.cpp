#include "vitrion/structure/bonds.hpp"

#include <algorithm>

#include "vitrion/core/error.hpp"
#include "vitrion/core/text.hpp"
#include "vitrion/neighbors/neighborhoods.hpp"

namespace vitrion::structure {

void BondCutoffs::set(Species a, Species b, double cutoff) {
  cutoffs_[std::minmax(a, b)] = cutoff;
}

double BondCutoffs::of(Species a, Species b) const {
  const auto found = cutoffs_.find(std::minmax(a, b));
  return found == cutoffs_.end() ? 0 : found->second;
}

double BondCutoffs::largest() const {
  double r = 0;
  for (const auto& [pair, cutoff] : cutoffs_) r = std::max(r, cutoff);
  return r;
}

BondCutoffs parse_cutoffs(const std::string& text) {
  BondCutoffs cutoffs;
  std::string_view rest = text;
  while (!trim(rest).empty()) {
    const std::size_t comma = rest.find(',');
    const std::string_view entry = trim(rest.substr(0, comma));
    const std::size_t dash = entry.find('-'), equal = entry.find('=');
    if (dash == std::string_view::npos || equal == std::string_view::npos || equal < dash)
      throw InputError("\"" + std::string(entry) + "\" is not a bond cutoff", "Write pairs as P-O=2.0,Li-O=2.6 (Å)");
    const std::optional<double> cutoff = parse_double(trim(entry.substr(equal + 1)));
    if (!cutoff || !(*cutoff > 0))
      throw InputError("the cutoff in \"" + std::string(entry) + "\" is not a positive number (Å)");
    cutoffs.set(Species::element(trim(entry.substr(0, dash))),
                Species::element(trim(entry.substr(dash + 1, equal - dash - 1))), *cutoff);
    if (comma == std::string_view::npos) break;
    rest.remove_prefix(comma + 1);
  }
  return cutoffs;
}

BondCutoffs cutoffs_from(const RadialDistributions& distributions, const BondCutoffs& chosen) {
  BondCutoffs cutoffs;
  for (const PairDistribution& pair : distributions.pairs)
    if (pair.shell && pair.shell->minimum) cutoffs.set(pair.center, pair.neighbor, *pair.shell->minimum);
  for (const auto& [pair, cutoff] : chosen.all()) cutoffs.set(pair.first, pair.second, cutoff);
  return cutoffs;
}

BondGraph find_bonds(const Structure& structure, const BondCutoffs& cutoffs) {
  BondGraph graph(structure.size());
  if (cutoffs.empty()) return graph;
  const neighbors::PeriodicNeighborhoods lists(structure, std::vector<int>(structure.size(), 0), cutoffs.largest());
  const neighbors::Neighborhoods view = lists.view();
  for (std::size_t i = 0; i < view.n_local; ++i)
    for (const int j : view.of(i)) {
      const auto at = static_cast<std::size_t>(j);
      const int owner = at < view.n_local ? j : lists.owners()[at - view.n_local];
      const double cutoff = cutoffs.of(structure.species[i], structure.species[static_cast<std::size_t>(owner)]);
      const Vector3 d =
          Eigen::Map<const Vector3>(view.positions + 3 * at) - Eigen::Map<const Vector3>(view.positions + 3 * i);
      if (d.squaredNorm() < cutoff * cutoff) graph[i].push_back({owner, d});
    }
  return graph;
}

}  // namespace vitrion::structure
