// What partly filled shells need, said element by element: Hubbard U and starting magnetic moments. Shared by engines.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "vitrion/core/config.hpp"
#include "vitrion/core/structure.hpp"

namespace vitrion::dft {

/// A Hubbard term on one shell of an element, in the form of Dudarev et al. 1998 (doi 10.1103/PhysRevB.57.1505), where
/// only U - J counts.
struct HubbardU {
  int l = 2;        ///< angular momentum of the shell: 0 to 3
  double U_eV = 0;  ///< U - J
};

/// By element.
using HubbardTerms = std::map<std::string, HubbardU>;

/// Moments an iteration starts from, in Bohr magnetons, by element. Several of one element: its atoms take them in
/// turn, in the order of the structure, so that [1, -1] is an antiferromagnetic start.
using StartingMoments = std::map<std::string, std::vector<double>>;

/// Reads `plus_u: {V: {l: 2, U_eV: 3}}`. Throws InputError at what is no element, a shell there is not, a missing U.
HubbardTerms read_plus_u(Config& config);

/// Reads `magnetization: {V: 1, Fe: [4, -4]}`. Throws InputError at what is no element and at moments above 10.
StartingMoments read_magnetization(Config& config);

/// The moment of every atom; 0 where its element has none.
std::vector<double> moments_of(const StartingMoments& moments, const Structure& structure);

/// For fingerprints: " plus_u.V 2 3.1", " magnetization.V 1 -1"; empty without any.
std::string describe(const HubbardTerms& terms);
std::string describe(const StartingMoments& moments);

}  // namespace vitrion::dft
