// Crystals from what papers print: cell, space group, one position of every Wyckoff site.
#pragma once

#include <string>
#include <vector>

#include "vitrion/core/structure.hpp"

namespace vitrion::build {

struct CrystalSite {
  Species species;
  Vector3 fractional;
};

struct CrystalOptions {
  Vector3 lengths = Vector3::Zero();     ///< a, b, c, Å
  Vector3 angles = Vector3(90, 90, 90);  ///< alpha, beta, gamma, degrees
  std::string space_group;               ///< as space_group_operations takes it
  std::vector<CrystalSite> sites;        ///< one of each orbit
  double merge = 0.05;                   ///< Å: images of a site nearer than this are the same atom
};

/// All atoms of the conventional cell: the images of every site under the space group, each once, placed at the mean of
/// those that fall together. a lies along x, b in the xy plane.
///
/// Throws InputError when lengths or angles make no cell or one the group does not leave unchanged, and when atoms of
/// different sites overlap.
Structure crystal(const CrystalOptions& options);

}  // namespace vitrion::build
