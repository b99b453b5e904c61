#include "vitrion/potentials/zbl/zbl.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "vitrion/core/error.hpp"
#include "vitrion/core/parallel.hpp"
#include "vitrion/core/units.hpp"

namespace vitrion::potentials {
namespace {

struct Screening {
  double weight, rate;
};
// phi(x) = sum of weight * exp(-rate x); the weights sum to 1.
constexpr std::array<Screening, 4> universal{
    {{0.18175, 3.19980}, {0.50986, 0.94229}, {0.28022, 0.40290}, {0.02817, 0.20162}}};

struct Derivatives {
  double value, first, second;
};

// prefactor / r * phi(r / length) and its derivatives.
Derivatives repulsion(double prefactor, double length, double r) {
  double phi = 0, phi1 = 0, phi2 = 0;  // derivatives with respect to r
  for (const Screening& s : universal) {
    const double rate = s.rate / length;
    const double term = s.weight * std::exp(-rate * r);
    phi += term;
    phi1 -= rate * term;
    phi2 += rate * rate * term;
  }
  const double k = prefactor / r;
  return {k * phi, k * (phi1 - phi / r), k * (phi2 - 2 * phi1 / r + 2 * phi / (r * r))};
}

}  // namespace

Zbl::Zbl(ZblOptions options) : options_(std::move(options)) {
  if (options_.species.empty()) throw InputError("ZBL needs at least one species");
  if (!(options_.inner > 0 && options_.outer > options_.inner))
    throw InputError("ZBL needs 0 < inner < outer (Å)",
                     "Common choices end well below the shortest bond: 0.7 and 1.4.");
  const double width = options_.outer - options_.inner;
  for (const Species& a : options_.species)
    for (const Species& b : options_.species) {
      if (!a.is_element() || !b.is_element()) throw InputError("ZBL needs elements, not unnamed types");
      const double za = a.atomic_number(), zb = b.atomic_number();
      PairTerms t{};
      t.prefactor = units::coulomb_eV_A * za * zb;
      t.length = 0.46850 / (std::pow(za, 0.23) + std::pow(zb, 0.23));
      const Derivatives e = repulsion(t.prefactor, t.length, options_.outer);
      t.cubic = (-3 * e.first + width * e.second) / (width * width);
      t.quartic = (2 * e.first - width * e.second) / (width * width * width);
      t.constant = -e.value + width * e.first / 2 - width * width * e.second / 12;
      terms_.push_back(t);
    }
}

void Zbl::name_species(const std::vector<Species>& names) {
  if (names != options_.species)
    throw InputError("the ZBL potential is made for " + join_names(options_.species) + ", not " + join_names(names));
}

Zbl::Value Zbl::pair(int type_i, int type_j, double r) const {
  if (r >= options_.outer) return {0, 0};
  const PairTerms& t = terms(type_i, type_j);
  const Derivatives e = repulsion(t.prefactor, t.length, r);
  Value v{e.value + t.constant, e.first};
  const double u = r - options_.inner;
  if (u > 0) {
    v.energy += u * u * u * (t.cubic / 3 + t.quartic * u / 4);
    v.slope += u * u * (t.cubic + t.quartic * u);
  }
  return v;
}

// A pair of atoms is met from both ends. Each end takes half the energy and all of its own force, so that threads share
// nothing and ghosts, whose owners do the same, are left alone.
void Zbl::compute(const neighbors::Neighborhoods& atoms, const EvaluationRequest& request, GhostExchange&,
                  Evaluation& result) {
  result.energies.assign(atoms.n_local, 0.0);
  result.forces = Positions::Zero(static_cast<Eigen::Index>(atoms.n_total), 3);
  virials_.resize(static_cast<Eigen::Index>(atoms.n_local), 9);
  constexpr std::size_t share = 64;  // atoms
  parallel_for((atoms.n_local + share - 1) / share, [&](std::size_t k) {
    for (std::size_t i = k * share; i < std::min((k + 1) * share, atoms.n_local); ++i) compute_site(atoms, i, result);
  });
  Eigen::Matrix<double, 1, 9> sum = virials_.colwise().sum();
  result.virial = Eigen::Map<const Eigen::Matrix<double, 3, 3, Eigen::RowMajor>>(sum.data());
  result.atomic_virials.resize(0, 9);
  if (request.atomic_virials) result.atomic_virials = virials_;
}

void Zbl::compute_site(const neighbors::Neighborhoods& atoms, std::size_t i, Evaluation& result) {
  const double cutoff2 = options_.outer * options_.outer;
  const double* xi = atoms.positions + 3 * i;
  double energy = 0;
  Vector3 force = Vector3::Zero();
  Matrix3 virial = Matrix3::Zero();
  for (const int j : atoms.of(i)) {
    const double* xj = atoms.positions + 3 * static_cast<std::size_t>(j);
    const Vector3 d(xj[0] - xi[0], xj[1] - xi[1], xj[2] - xi[2]);
    const double r2 = d.squaredNorm();
    if (r2 >= cutoff2) continue;
    const double r = std::sqrt(r2);
    const Value v = pair(atoms.types[i], atoms.types[j], r);
    energy += 0.5 * v.energy;
    force += v.slope / r * d;
    virial -= 0.5 * v.slope / r * d * d.transpose();
  }
  result.energies[i] = energy;
  result.forces.row(static_cast<Eigen::Index>(i)) = force.transpose();
  Eigen::Map<Eigen::Matrix<double, 3, 3, Eigen::RowMajor>>(virials_.row(static_cast<Eigen::Index>(i)).data()) = virial;
}

}  // namespace vitrion::potentials
