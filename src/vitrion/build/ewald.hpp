// Coulomb energy of point charges in a periodic cell, by Ewald's sum.
#pragma once

#include <Eigen/Core>
#include <vector>

#include "vitrion/core/cell.hpp"

namespace vitrion::build {

struct EwaldOptions {
  /// Terms of either sum that are smaller than this, relative to a nearest pair, are left out.
  double accuracy = 1e-12;
  /// Width of the split between the two sums, 1/Å. 0: sqrt(pi) (N/V^2)^(1/6), which makes them equally long. The
  /// energy does not depend on it.
  double alpha = 0;
};

/// Energies of unit charges at N sites, eV/e^2, shape (N, N), symmetric: charges q have the energy E = q.A q / 2.
///
///     A_ij = sum_R erfc(alpha r)/r + (4 pi/V) sum_k exp(-k^2/4 alpha^2)/k^2 cos k.r_ij - pi/(alpha^2 V)
///            - delta_ij 2 alpha/sqrt(pi),   times e^2/(4 pi eps0)
///
/// (Ewald 1921, doi 10.1002/andp.19213690304; as in Frenkel and Smit 2002, ch. 12). R runs over all images but a site
/// itself. Surroundings conduct (no surface term); a charged cell gets a uniform background of the opposite charge. One
/// matrix serves all ways to put charges on the same sites.
///
/// `positions`: Å, shape (N, 3). Throws InputError when two sites coincide or the cell does not repeat in all
/// directions.
Eigen::MatrixXd coulomb_matrix(const Cell& cell, const Positions& positions, const EwaldOptions& options = {});

/// eV, whole cell; charges in e.
double coulomb_energy(const Eigen::MatrixXd& matrix, const std::vector<double>& charges);

}  // namespace vitrion::build
