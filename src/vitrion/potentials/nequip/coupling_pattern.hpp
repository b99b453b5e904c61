// Which elements of the coupling tensors are not zero, at compile time: the kernels are straight lines of them.
#pragma once

#include <array>
#include <cstddef>

#include "vitrion/potentials/nequip/irreps.hpp"

namespace vitrion::potentials::nequip {

/// Non-zero elements (i, j, k) of C^{L1 L2 L3}, and the pairs (i, j) and (i, k) among them, numbered in this order.
template <int L1, int L2, int L3>
struct CouplingPattern {
  static constexpr int n1 = 2 * L1 + 1, n2 = 2 * L2 + 1, n3 = 2 * L3 + 1;

  static constexpr bool ijk(int i, int j, int k) { return may_couple(L1, i - L1, L2, j - L2, L3, k - L3); }
  static constexpr bool ij(int i, int j) { return pairs_ij[i * n2 + j] >= 0; }
  static constexpr bool ik(int i, int k) { return pairs_ik[i * n3 + k] >= 0; }
  static constexpr int place_ijk(int i, int j, int k) { return elements[(i * n2 + j) * n3 + k]; }
  static constexpr int place_ij(int i, int j) { return pairs_ij[i * n2 + j]; }
  static constexpr int place_ik(int i, int k) { return pairs_ik[i * n3 + k]; }

 private:
  // Number of an element, or -1 where it is zero.
  static constexpr auto elements = [] {
    std::array<int, n1 * n2 * n3> places{};
    int n = 0;
    for (int at = 0; at < n1 * n2 * n3; ++at) places[at] = ijk(at / n3 / n2, at / n3 % n2, at % n3) ? n++ : -1;
    return places;
  }();
  template <bool WITH_J>
  static constexpr auto pairs() {
    constexpr int width = WITH_J ? n2 : n3, others = WITH_J ? n3 : n2;
    std::array<int, n1 * width> places{};
    int n = 0;
    for (int at = 0; at < n1 * width; ++at) {
      bool found = false;
      for (int o = 0; o < others; ++o)
        found = found || (WITH_J ? ijk(at / width, at % width, o) : ijk(at / width, o, at % width));
      places[at] = found ? n++ : -1;
    }
    return places;
  }
  static constexpr auto pairs_ij = pairs<true>();
  static constexpr auto pairs_ik = pairs<false>();
};

}  // namespace vitrion::potentials::nequip
