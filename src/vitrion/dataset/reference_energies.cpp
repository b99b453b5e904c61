#include "vitrion/dataset/reference_energies.hpp"

#include <Eigen/QR>
#include <algorithm>

#include "vitrion/core/error.hpp"

namespace vitrion::dataset {
namespace {

Eigen::RowVectorXd count_species(const Structure& s, const std::vector<Species>& species) {
  Eigen::RowVectorXd counts = Eigen::RowVectorXd::Zero(static_cast<Eigen::Index>(species.size()));
  for (const Species& one : s.species) {
    const auto found = std::find(species.begin(), species.end(), one);
    if (found == species.end()) throw InputError("no reference energy for " + one.name());
    counts[found - species.begin()] += 1;
  }
  return counts;
}

}  // namespace

std::vector<double> fit_reference_energies(const std::vector<Structure>& frames, const std::vector<Species>& species) {
  std::vector<const Structure*> labelled;
  for (const Structure& s : frames)
    if (s.labels.energy) labelled.push_back(&s);
  if (labelled.empty()) throw InputError("no frame has an energy to find reference energies from");
  const auto n = static_cast<Eigen::Index>(labelled.size());
  Eigen::MatrixXd fractions(n, static_cast<Eigen::Index>(species.size()));
  Eigen::VectorXd energies(n);
  for (Eigen::Index i = 0; i < n; ++i) {
    const Structure& s = *labelled[static_cast<std::size_t>(i)];
    fractions.row(i) = count_species(s, species) / static_cast<double>(s.size());
    energies[i] = *s.labels.energy / static_cast<double>(s.size());
  }
  const double mean = energies.mean();
  Eigen::CompleteOrthogonalDecomposition<Eigen::MatrixXd> solver(fractions);
  // Compositions that differ by less than one atom in 10^8 are the same: not to be told apart by rounding.
  solver.setThreshold(1e-8);
  const Eigen::VectorXd deviations = solver.solve((energies.array() - mean).matrix());
  std::vector<double> result(species.size());
  for (std::size_t i = 0; i < result.size(); ++i) result[i] = mean + deviations[static_cast<Eigen::Index>(i)];
  return result;
}

double reference_energy(const Structure& structure, const std::vector<Species>& species,
                        const std::vector<double>& energies) {
  const Eigen::Map<const Eigen::VectorXd> values(energies.data(), static_cast<Eigen::Index>(energies.size()));
  return count_species(structure, species).dot(values);
}

}  // namespace vitrion::dataset
