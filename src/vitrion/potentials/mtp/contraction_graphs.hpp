// Which scalar contractions of moments belong to a level: enumeration of multigraphs.
#pragma once

#include <array>
#include <compare>
#include <vector>

namespace vitrion::potentials::mtp {

/// The tensor M_{mu,nu}: radial function mu, rank nu.
struct MomentTensor {
  int mu, nu;

  /// lev(M_{mu,nu}) = 2 + 4 mu + nu (Novikov et al. 2021, doi 10.1088/2632-2153/abc9fe).
  int level() const { return 2 + 4 * mu + nu; }
  auto operator<=>(const MomentTensor&) const = default;
};

/// A full contraction of up to four moment tensors to a scalar.
///
/// Nodes are tensors, an edge is a pair of contracted indices; every index is contracted, so the edges at a node number
/// nu. There are no edges from a node to itself: a trace of M_{mu,nu} is M_{mu,nu-2}.
struct ContractionGraph {
  static constexpr std::size_t max_nodes = 4;

  std::vector<MomentTensor> nodes;
  std::array<std::array<int, max_nodes>, max_nodes> edges{};  ///< symmetric; edges[a][b] index pairs between a and b

  int level() const;
  /// The nodes at the given positions with the edges among them.
  ContractionGraph part(const std::vector<std::size_t>& positions) const;
  /// Positions of the nodes of each connected part.
  std::vector<std::vector<std::size_t>> connected_parts() const;
  /// The same contraction with nodes in standard order: equal for graphs that differ only in the numbering of nodes.
  ContractionGraph canonical() const;

  auto operator<=>(const ContractionGraph&) const = default;
};

/// Highest mu and nu of the tensors at any level: MLIP's templates stop there (which matters from level 26 on).
inline constexpr int highest_mu = 5;
inline constexpr int highest_nu = 10;

/// Tensors whose components levels up to `level` use: nu = 0 if the tensor alone fits, nu > 0 if it fits with M_{0,nu}.
std::vector<MomentTensor> tensors_of_level(int level);

/// All contractions of at most four tensors with total level <= `level`, each once, by number of nodes, then level.
std::vector<ContractionGraph> contractions_of_level(int level);

}  // namespace vitrion::potentials::mtp
