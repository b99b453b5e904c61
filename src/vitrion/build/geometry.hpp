// What every builder asks of a structure before it starts, and takes along from it.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "vitrion/core/structure.hpp"
#include "vitrion/neighbors/neighborhoods.hpp"

namespace vitrion::build {

/// Atoms nearer than this, Å, are an error in the input: no two nuclei of a solid come so near.
inline constexpr double overlap_distance = 0.5;

/// Cell, species and positions alone: labels, velocities, keys and columns belong to the structure they were given for.
Structure bare(const Structure& s);

/// Calls visit(i, j, d) for every atom i and every atom j with an image nearer than `cutoff` (Å); d is the vector from
/// i to that image, Å. Each pair comes from both ends. Throws InputError when two atoms coincide.
template <class Visit>
void for_each_neighbor(const Structure& s, double cutoff, const Visit& visit) {
  const neighbors::PeriodicNeighborhoods lists(s, std::vector<int>(s.size(), 0), cutoff);
  const neighbors::Neighborhoods near = lists.view();
  const Eigen::Map<const Positions> x(near.positions, static_cast<Eigen::Index>(near.n_total), 3);
  for (std::size_t i = 0; i < near.n_local; ++i)
    for (const int image : near.of(i)) {
      const Vector3 d = (x.row(image) - x.row(static_cast<Eigen::Index>(i))).transpose();
      if (d.norm() >= cutoff) continue;
      const auto n = static_cast<std::size_t>(image);
      visit(i, n < near.n_local ? n : static_cast<std::size_t>(lists.owners()[n - near.n_local]), d);
    }
}

/// A pair of atoms (of j possibly an image) and their distance, Å.
struct Contact {
  std::size_t i = 0, j = 0;
  double distance = 0;
};

/// The two atoms that are nearest to each other, if any are nearer than `cutoff` (Å). Throws InputError when two
/// coincide.
std::optional<Contact> nearest_contact(const Structure& s, double cutoff);

/// "Li 3 and O 17 are 0.41 Å apart", atoms counted from 1.
std::string describe(const Structure& s, const Contact& contact);

/// Throws InputError unless `s` holds atoms, repeats along a, b and c, and no two atoms are nearer than
/// `overlap_distance`. `what` stands for the structure in the message: "the host".
void require_solid(const Structure& s, const std::string& what);

/// The same structure turned so that a lies along x and b in the xy plane (right-handed cells only).
Structure turned_to_axes(const Structure& s);

}  // namespace vitrion::build
