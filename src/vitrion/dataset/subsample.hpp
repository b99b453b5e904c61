// A few frames that stand for many: farthest point sampling on a description of whole frames.
#pragma once

#include <Eigen/Core>
#include <cstddef>
#include <vector>

#include "vitrion/core/session.hpp"
#include "vitrion/core/structure.hpp"

namespace vitrion::dataset {

struct DescriptorOptions {
  double cutoff = 5;  ///< Å
  double step = 0.2;  ///< Å, of the grid of distances and width of the Gaussians on it
};

/// Frames as points, shape (n_frames, n_pairs * n_grid): for every pair of species a <= b of the whole set and every
/// distance r_k of the grid
///
///     D_ab(r_k) = 1/N sum_{i of a} sum_{j of b, r_ij < cutoff} f(r_ij) / r_ij^2 exp(-(r_ij - r_k)^2 / (2 step^2)),
///
/// f(r) = (1 + cos(pi r / cutoff)) / 2: a smoothed partial radial distribution per atom of the frame, near distances
/// weighed more. It does not change with the order of atoms, rotation, translation, supercells; it sees composition and
/// density, and no angles.
Eigen::MatrixXd describe_frames(const std::vector<Structure>& frames, const DescriptorOptions& options = {});

/// Points in the order in which they were chosen.
struct FarthestPoints {
  std::vector<std::size_t> chosen;
  std::vector<double> distances;  ///< of each from those chosen before it when it was chosen; the first: from the mean
  double radius = 0;              ///< no point is farther than this from the nearest chosen one
};

/// Chooses `count` points (rows): first the one farthest from the mean, then always the one farthest from all chosen
/// (Gonzalez 1985, doi 10.1016/0304-3975(85)90224-5; Eldar et al. 1997, doi 10.1109/83.623193). The largest distance of
/// any point to its nearest chosen one is at most twice the smallest that `count` points can reach. Ends early when all
/// that is left equals what was chosen.
FarthestPoints farthest_points(const Eigen::MatrixXd& points, std::size_t count, const Session& session = {});

}  // namespace vitrion::dataset
