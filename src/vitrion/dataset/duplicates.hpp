// Frames that are the same structure, and whether their labels agree.
#pragma once

#include <cstddef>
#include <vector>

#include "vitrion/core/session.hpp"
#include "vitrion/core/structure.hpp"

namespace vitrion::dataset {

struct DuplicateOptions {
  double tolerance = 1e-3;         ///< Å: lengths of the cell and places of atoms
  double energy_tolerance = 1e-3;  ///< eV per atom
  double force_tolerance = 0.02;   ///< eV/Å, on the length of each atom's force
};

/// Groups of two or more frames that are the same structure, each in increasing order: each member is the same as the
/// first. Two frames are the same when their cells have the same lengths and angles and one rigid shift brings every
/// atom of the one onto an atom of the same species of the other, periodic images counted: whatever the order of the
/// atoms, the orientation of the whole and the cell vectors by which atoms were moved. Another choice of cell vectors,
/// or a supercell, is another structure.
std::vector<std::vector<std::size_t>> find_duplicates(const std::vector<Structure>& frames,
                                                      const DuplicateOptions& options = {},
                                                      const Session& session = {});

/// For every atom of `a` the atom of `b` it falls on; empty when they are not the same structure.
std::vector<std::size_t> same_structure(const Structure& a, const Structure& b, double tolerance);

/// How far the labels of two frames of one structure are apart. A label that one of them lacks is not compared.
struct LabelDifference {
  double energy = 0;  ///< eV per atom
  double force = 0;   ///< eV/Å, largest difference of the lengths of an atom's force
  bool agree = true;  ///< within the tolerances
};
LabelDifference compare_labels(const Structure& a, const Structure& b, const DuplicateOptions& options = {});

}  // namespace vitrion::dataset
