// Irreducible representations of O(3) and the real 3j tensors that couple them.
#pragma once

#include <compare>
#include <string>
#include <vector>

namespace vitrion::potentials::nequip {

inline constexpr int largest_l = 3;

/// How 2l+1 numbers change under rotations (l) and inversion (parity +1 even "e", -1 odd "o").
///
/// The order is e3nn's: by l, odd before even.
struct Irrep {
  int l = 0;
  int parity = 1;

  int size() const { return 2 * l + 1; }
  /// "0e", "1o", ...
  std::string name() const { return std::to_string(l) + (parity > 0 ? "e" : "o"); }
  auto operator<=>(const Irrep&) const = default;
};

/// True when C^{l1 l2 l3} with the orders m1, m2, m3 (-l .. l) may differ from zero: the selection rules of the real
/// basis, in which negative orders are the sine-like functions.
constexpr bool may_couple(int l1, int m1, int l2, int m2, int l3, int m3) {
  const auto absolute = [](int m) { return m < 0 ? -m : m; };
  const int a = absolute(m1), b = absolute(m2), c = absolute(m3);
  return (c == a + b || c == absolute(a - b)) && (int{m1 < 0} + int{m2 < 0} + int{m3 < 0}) % 2 == (l1 + l2 + l3) % 2;
}

/// The real tensor C^{l1 l2 l3}_{ijk}, shape (2 l1 + 1, 2 l2 + 1, 2 l3 + 1), row major, Frobenius norm 1, l <= 3.
///
/// Clebsch-Gordan coefficients (Racah's formula; Varshalovich, Moskalev, Khersonskii 1988, section 8.2) in the basis of
/// real harmonics with y as the polar axis, so that l = 1 is (x, y, z); phases as in e3nn (Geiger and Smidt 2022,
/// arXiv 2207.09453). Zero unless |l1 - l2| <= l3 <= l1 + l2.
std::vector<double> wigner_3j(int l1, int l2, int l3);

}  // namespace vitrion::potentials::nequip
