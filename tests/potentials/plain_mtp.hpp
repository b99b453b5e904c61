// A moment tensor potential evaluated straight from its definition, slowly: what the kernels are compared with.
#pragma once

#include <cmath>
#include <vector>

#include "vitrion/core/structure.hpp"
#include "vitrion/neighbors/neighborhoods.hpp"
#include "vitrion/potentials/mtp/mtp_parameters.hpp"

namespace vitrion::test {

struct PlainResult {
  double energy = 0;                 // eV
  std::vector<double> energies;      // eV, by site
  Positions forces;                  // eV/Å
  Matrix3 virial = Matrix3::Zero();  // eV
  std::vector<Matrix3> virials;      // eV, by site
};

/// One site at a time, one basic moment at a time, powers by std::pow.
class PlainMtp {
 public:
  explicit PlainMtp(const potentials::mtp::MtpParameters& p)
      : p_(p),
        moments_(static_cast<std::size_t>(p.tables.moments_count)),
        adjoints_(moments_.size()),
        f_(static_cast<std::size_t>(p.radial_funcs_count)),
        df_(f_.size()) {}

  PlainResult evaluate(const Structure& structure, const std::vector<int>& types) {
    const neighbors::PeriodicNeighborhoods lists(structure, types, p_.max_dist);
    const neighbors::Neighborhoods atoms = lists.view();
    const Eigen::Map<const Positions> x(atoms.positions, static_cast<Eigen::Index>(atoms.n_total), 3);
    PlainResult result;
    Positions forces = Positions::Zero(static_cast<Eigen::Index>(atoms.n_total), 3);
    for (std::size_t i = 0; i < atoms.n_local; ++i) {
      const auto row = static_cast<Eigen::Index>(i);
      std::vector<Vector3> d, gradients;
      std::vector<std::size_t> near_types;
      for (const int j : atoms.of(i)) {
        d.emplace_back((x.row(j) - x.row(row)).transpose());
        near_types.push_back(static_cast<std::size_t>(atoms.types[j]));
      }
      result.energies.push_back(site(static_cast<std::size_t>(atoms.types[i]), d, near_types, gradients));
      result.energy += result.energies.back();
      result.virials.emplace_back(Matrix3::Zero());
      for (std::size_t n = 0; n < d.size(); ++n) {
        forces.row(row) += gradients[n].transpose();
        forces.row(atoms.of(i)[n]) -= gradients[n].transpose();
        result.virials.back() -= gradients[n] * d[n].transpose();
      }
      result.virial += result.virials.back();
    }
    result.forces = lists.fold(forces);
    return result;
  }

 private:
  // Radial functions and derivatives at distance r, into f_ and df_; returns the pair repulsion and its derivative.
  std::pair<double, double> radial(std::size_t center, std::size_t neighbor, double r) {
    const bool clamped = p_.radial_basis == potentials::mtp::RadialBasis::chebyshev_repulsive && r < p_.min_dist;
    const double x = clamped ? p_.min_dist : r, span = p_.max_dist - p_.min_dist, w = x - p_.max_dist;
    const double t = (2 * x - p_.min_dist - p_.max_dist) / span;
    for (int mu = 0; mu < p_.radial_funcs_count; ++mu) {
      double T0 = 1, T1 = t, D0 = 0, D1 = 1, f = 0, df = 0;
      for (const double c : p_.radial(center, neighbor, mu)) {
        f += c * T0 * w * w;
        df += c * (D0 * 2 / span * w * w + 2 * T0 * w);
        const double T2 = 2 * t * T1 - T0, D2 = 2 * T1 + 2 * t * D1 - D0;
        T0 = T1, T1 = T2, D0 = D1, D1 = D2;
      }
      f_[static_cast<std::size_t>(mu)] = p_.scaling * f;
      df_[static_cast<std::size_t>(mu)] = clamped ? 0.0 : p_.scaling * df;
    }
    if (!clamped) return {0, 0};
    return {1e4 * (std::exp(-10 * (r - 1)) - std::exp(-10 * (p_.min_dist - 1))), -1e5 * std::exp(-10 * (r - 1))};
  }

  // Site energy; gradients[n] = dV_i/dd_n.
  double site(std::size_t center, const std::vector<Vector3>& d, const std::vector<std::size_t>& types,
              std::vector<Vector3>& gradients) {
    const auto& tables = p_.tables;
    const auto at = [](std::vector<double>& v, int k) -> double& { return v[static_cast<std::size_t>(k)]; };
    std::fill(moments_.begin(), moments_.end(), 0.0);
    std::fill(adjoints_.begin(), adjoints_.end(), 0.0);
    gradients.assign(d.size(), Vector3::Zero());
    double energy = p_.species_coeffs[center];
    for (std::size_t n = 0; n < d.size(); ++n) {
      const double r = d[n].norm();
      const auto [repulsion, slope] = radial(center, types[n], r);
      energy += repulsion;
      gradients[n] += slope * d[n] / r;
      for (std::size_t k = 0; k < tables.basic.size(); ++k)
        moments_[k] += at(f_, tables.basic[k].mu) * monomial(d[n] / r, tables.basic[k]);
    }
    for (const auto& [a, b, multiplicity, target] : tables.products)
      at(moments_, target) += multiplicity * at(moments_, a) * at(moments_, b);
    for (std::size_t a = 0; a < tables.scalars.size(); ++a) {
      energy += p_.moment_coeffs[a] * at(moments_, tables.scalars[a]);
      at(adjoints_, tables.scalars[a]) += p_.moment_coeffs[a];
    }
    for (auto row = tables.products.rbegin(); row != tables.products.rend(); ++row) {
      const double g = row->multiplicity * at(adjoints_, row->target);
      at(adjoints_, row->a) += g * at(moments_, row->b);
      at(adjoints_, row->b) += g * at(moments_, row->a);
    }
    for (std::size_t n = 0; n < d.size(); ++n) {
      const double r = d[n].norm();
      const Vector3 u = d[n] / r;
      radial(center, types[n], r);
      for (std::size_t k = 0; k < tables.basic.size(); ++k) {
        const auto& b = tables.basic[k];
        const Vector3 angular = gradient(u, b) - (b.nx + b.ny + b.nz) * monomial(u, b) * u;
        gradients[n] += adjoints_[k] * (at(df_, b.mu) * monomial(u, b) * u + at(f_, b.mu) / r * angular);
      }
    }
    return energy;
  }

  static double monomial(const Vector3& u, const potentials::mtp::MomentTables::Basic& b) {
    return std::pow(u[0], b.nx) * std::pow(u[1], b.ny) * std::pow(u[2], b.nz);
  }

  static Vector3 gradient(const Vector3& u, const potentials::mtp::MomentTables::Basic& b) {
    const int nu[3] = {b.nx, b.ny, b.nz};
    Vector3 result = Vector3::Zero();
    for (int a = 0; a < 3; ++a) {
      if (nu[a] == 0) continue;
      result[a] = nu[a];
      for (int c = 0; c < 3; ++c) result[a] *= std::pow(u[c], nu[c] - (c == a ? 1 : 0));
    }
    return result;
  }

  const potentials::mtp::MtpParameters& p_;
  std::vector<double> moments_, adjoints_, f_, df_;
};

}  // namespace vitrion::test
