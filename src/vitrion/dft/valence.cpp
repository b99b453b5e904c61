#include "vitrion/dft/valence.hpp"

#include <array>

namespace vitrion::dft {

std::optional<int> gth_valence(Species species) {
  // By atomic number from 0; 0: none.
  constexpr std::array<int, 87> charge{
      0,  1,  2,  3,  4,  3,  4,  5,  6,  7,  8,  9,  10, 3,  4,  5,  6,  7,  8,  9,  10, 11,  // to Sc
      12, 13, 14, 15, 16, 17, 18, 11, 12, 13, 4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15,  // to Tc
      16, 17, 18, 11, 12, 13, 4,  5,  6,  7,  8,  9,  10, 0,  0,  0,  0,  0,  0,  0,  0,  0,   // to Tb
      0,  0,  0,  0,  0,  0,  12, 13, 14, 15, 16, 17, 18, 11, 12, 13, 4,  5,  6,  7,  8};      // to Rn
  const auto z = static_cast<std::size_t>(species.atomic_number());
  if (z >= charge.size() || charge[z] == 0) return std::nullopt;
  return charge[z];
}

}  // namespace vitrion::dft
