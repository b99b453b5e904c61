// What a configuration of MLIP holds, whether its file is a text or binary.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>

#include "vitrion/core/error.hpp"
#include "vitrion/core/structure.hpp"

namespace vitrion::io {

struct CfgContent {
  Matrix3 cell = Matrix3::Zero();
  int n_vectors = 0;                                         ///< of the cell; periodic along these
  bool fractional = false;                                   ///< positions of `frame` are multiples of the cell vectors
  std::optional<std::array<double, 6>> plus_stress, virial;  ///< xx yy zz yz xz xy; eV, eV/Å^3
  std::map<std::string, std::string> features;
  Structure frame;  ///< the rest
};

/// The configuration as a structure. Throws InputError at `where` when its parts do not belong together.
Structure to_structure(CfgContent content, const Location& where);

}  // namespace vitrion::io
