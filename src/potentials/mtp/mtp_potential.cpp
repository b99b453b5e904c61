#include "potentials/mtp/mtp_potential.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>

#include "core/error.hpp"

namespace vitrion::mtp {
namespace {

// One site at a time, straight from the definition.
class Site {
 public:
  explicit Site(const MtpParameters& p)
      : p_(p),
        moments_(static_cast<std::size_t>(p.tables.moments_count)),
        adjoints_(moments_.size()),
        f_(static_cast<std::size_t>(p.radial_funcs_count)),
        df_(f_.size()) {}

  // Radial functions and their derivatives at distance r; returns the pair repulsion and its derivative.
  std::array<double, 2> radial(std::size_t center, std::size_t neighbor, double r) {
    const bool clamped = p_.radial_basis == RadialBasis::chebyshev_repulsive && r < p_.min_dist;
    const double x = clamped ? p_.min_dist : r;
    const double slope = 2 / (p_.max_dist - p_.min_dist),
                 t = (2 * x - p_.min_dist - p_.max_dist) / (p_.max_dist - p_.min_dist);
    const double w = x - p_.max_dist;
    for (int mu = 0; mu < p_.radial_funcs_count; ++mu) {
      double T0 = 1, T1 = t, D0 = 0, D1 = 1, f = 0, df = 0;
      for (const double c : p_.radial(center, neighbor, mu)) {
        f += c * T0 * w * w;
        df += c * (D0 * slope * w * w + 2 * T0 * w);
        const double T2 = 2 * t * T1 - T0, D2 = 2 * T1 + 2 * t * D1 - D0;
        T0 = T1, T1 = T2, D0 = D1, D1 = D2;
      }
      f_[static_cast<std::size_t>(mu)] = p_.scaling * f;
      df_[static_cast<std::size_t>(mu)] = clamped ? 0.0 : p_.scaling * df;
    }
    if (!clamped) return {0, 0};
    return {1e4 * (std::exp(-10 * (r - 1)) - std::exp(-10 * (p_.min_dist - 1))), -1e5 * std::exp(-10 * (r - 1))};
  }

  // Site energy; gradients[n] = dV_i/dd_in.
  double energy(std::size_t center, const std::vector<Vector3>& d, const std::vector<std::size_t>& types,
                std::vector<Vector3>& gradients) {
    const auto& tables = p_.tables;
    std::fill(moments_.begin(), moments_.end(), 0.0);
    std::fill(adjoints_.begin(), adjoints_.end(), 0.0);
    gradients.assign(d.size(), Vector3::Zero());
    double energy = p_.species_coeffs[center];
    for (std::size_t n = 0; n < d.size(); ++n) {
      const double r = d[n].norm();
      const Vector3 u = d[n] / r;
      const auto [repulsion, slope] = radial(center, types[n], r);
      energy += repulsion;
      gradients[n] += slope * u;
      for (std::size_t k = 0; k < tables.basic.size(); ++k) {
        const auto& b = tables.basic[k];
        moments_[k] +=
            f_[static_cast<std::size_t>(b.mu)] * std::pow(u[0], b.nx) * std::pow(u[1], b.ny) * std::pow(u[2], b.nz);
      }
    }
    for (const auto& [a, b, multiplicity, target] : tables.products)
      moments_[static_cast<std::size_t>(target)] +=
          multiplicity * moments_[static_cast<std::size_t>(a)] * moments_[static_cast<std::size_t>(b)];
    for (std::size_t a = 0; a < tables.scalars.size(); ++a) {
      energy += p_.moment_coeffs[a] * moments_[static_cast<std::size_t>(tables.scalars[a])];
      adjoints_[static_cast<std::size_t>(tables.scalars[a])] += p_.moment_coeffs[a];
    }
    for (auto row = tables.products.rbegin(); row != tables.products.rend(); ++row) {
      const double g = row->multiplicity * adjoints_[static_cast<std::size_t>(row->target)];
      const double ma = moments_[static_cast<std::size_t>(row->a)], mb = moments_[static_cast<std::size_t>(row->b)];
      adjoints_[static_cast<std::size_t>(row->a)] += g * mb;
      adjoints_[static_cast<std::size_t>(row->b)] += g * ma;
    }
    for (std::size_t n = 0; n < d.size(); ++n) {
      const double r = d[n].norm();
      const Vector3 u = d[n] / r;
      radial(center, types[n], r);
      for (std::size_t k = 0; k < tables.basic.size(); ++k) {
        const auto& b = tables.basic[k];
        const int nu[3] = {b.nx, b.ny, b.nz};
        const double f = f_[static_cast<std::size_t>(b.mu)], df = df_[static_cast<std::size_t>(b.mu)];
        double monomial = 1;
        for (int a = 0; a < 3; ++a) monomial *= std::pow(u[a], nu[a]);
        Vector3 angular = -(b.nx + b.ny + b.nz) * monomial * u;
        for (int a = 0; a < 3; ++a) {
          if (nu[a] == 0) continue;
          double derivative = nu[a];
          for (int c = 0; c < 3; ++c) derivative *= std::pow(u[c], nu[c] - (c == a ? 1 : 0));
          angular[a] += derivative;
        }
        gradients[n] += adjoints_[k] * (df * monomial * u + f / r * angular);
      }
    }
    return energy;
  }

 private:
  const MtpParameters& p_;
  std::vector<double> moments_, adjoints_, f_, df_;
};

}  // namespace

MtpPotential::MtpPotential(MtpParameters parameters) : parameters_(std::move(parameters)) {
  validate(parameters_);
  if (!parameters_.is_trained()) throw InputError("the potential is an untrained template: it has no coefficients");
}

MtpPotential::~MtpPotential() = default;

void MtpPotential::name_species(const std::vector<Species>& names) {
  if (names.size() != parameters_.species.size())
    throw InputError(fmt::format("the potential has {} species, {} are named: {}", parameters_.species.size(),
                                 names.size(), join_names(names)));
  for (std::size_t s = 0; s < names.size(); ++s)
    if (!parameters_.species[s].is_element()) parameters_.species[s] = names[s];
}

std::unique_ptr<Potential> MtpPotential::clone() const {
  return std::make_unique<MtpPotential>(parameters_);
}

void MtpPotential::compute(const Neighborhoods& atoms, const EvaluationRequest& request, GhostExchange&,
                           Evaluation& result) {
  result.energies.assign(atoms.n_local, 0.0);
  result.forces = Positions::Zero(static_cast<Eigen::Index>(atoms.n_total), 3);
  result.virial.setZero();
  result.atomic_virials.resize(request.atomic_virials ? static_cast<Eigen::Index>(atoms.n_local) : 0, 9);
  Site site(parameters_);
  std::vector<Vector3> d, gradients;
  std::vector<std::size_t> types;
  std::vector<int> near;
  const Eigen::Map<const Positions> x(atoms.positions, static_cast<Eigen::Index>(atoms.n_total), 3);
  for (std::size_t i = 0; i < atoms.n_local; ++i) {
    d.clear(), types.clear(), near.clear();
    for (const int j : atoms.of(i)) {
      const Vector3 dj = x.row(j) - x.row(static_cast<Eigen::Index>(i));
      if (dj.norm() >= parameters_.max_dist) continue;
      d.push_back(dj);
      types.push_back(static_cast<std::size_t>(atoms.types[j]));
      near.push_back(j);
    }
    result.energies[i] = site.energy(static_cast<std::size_t>(atoms.types[i]), d, types, gradients);
    Matrix3 virial = Matrix3::Zero();
    for (std::size_t n = 0; n < d.size(); ++n) {
      result.forces.row(static_cast<Eigen::Index>(i)) += gradients[n].transpose();
      result.forces.row(near[n]) -= gradients[n].transpose();
      virial -= gradients[n] * d[n].transpose();
    }
    result.virial += virial;
    if (request.atomic_virials)
      for (int a = 0; a < 9; ++a) result.atomic_virials(static_cast<Eigen::Index>(i), a) = virial(a / 3, a % 3);
  }
}

}  // namespace vitrion::mtp
