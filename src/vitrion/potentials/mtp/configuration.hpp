// Configurations made ready for gradient and design matrix: neighbour geometry laid out for vector instructions.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "vitrion/core/structure.hpp"
#include "vitrion/potentials/aligned.hpp"

namespace vitrion::potentials::mtp {

/// Numbers of doubles are rounded up to this, so that whole vectors can be read and written on every processor.
inline constexpr int vector_pad = 8;

constexpr int padded(int n) {
  return (n + vector_pad - 1) / vector_pad * vector_pad;
}

/// Order of the six components of a symmetric tensor in rows of the design matrix.
inline constexpr std::array<std::array<int, 2>, 6> voigt = {{{0, 0}, {1, 1}, {2, 2}, {1, 2}, {0, 2}, {0, 1}}};

/// The neighbours of one atom, sorted so that derivatives with respect to atoms need no scatter.
///
/// In a cell smaller than the cutoff several neighbours are images of one atom, the *owner*. Moving the owner moves
/// them all, so their derivatives add up. Owners are sorted by their number of images, most first; "slot" e holds the
/// e-th image of every owner that has so many: a prefix of the owners. Adding slot e to the owners is then one vector
/// addition. Every slot is padded with neighbours at the cutoff, whose radial functions and derivatives vanish.
struct Environment {
  struct Slot {
    int first;  ///< lane in the configuration's arrays, a multiple of vector_pad
    int count;  ///< neighbours in it; owners 0 .. count-1
  };
  int center = 0, type = 0;
  int first = 0, lanes = 0;  ///< lanes of all slots, paddings included
  std::vector<Slot> slots;
  std::vector<int> owners;                ///< atom number of each owner; may be the centre itself
  std::vector<std::vector<int>> of_type;  ///< lanes (absolute) of the true neighbours of each type
};

/// One configuration.
struct Configuration {
  int n_atoms = 0;
  double volume = 0;                      ///< Å^3; 0 for a cluster
  std::vector<int> types;                 ///< shape (n_atoms)
  std::vector<Environment> environments;  ///< one per atom
  AlignedVector<double> x, y, z, r;       ///< Å, neighbour minus centre, shape (all lanes)
  AlignedVector<std::int64_t> type_of;    ///< type of the neighbour in each lane; 64 bits for vector gathers
  bool wants_virial = true;  ///< else the virial's rows of the design matrix stay 0, which saves their sweep

  /// Rows of its design matrix: 3 n_atoms forces ([axis][atom]), then 6 virial components, then the energy.
  int n_rows() const { return 3 * n_atoms + 7; }
};

/// Lists neighbours within `cutoff` (Å). `n_types`: how many species the potential has. Throws InputError when atoms
/// coincide.
Configuration make_configuration(const Structure& structure, const std::vector<int>& types, int n_types, double cutoff);

}  // namespace vitrion::potentials::mtp
