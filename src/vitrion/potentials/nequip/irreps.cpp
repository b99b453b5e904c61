#include "vitrion/potentials/nequip/irreps.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>
#include <cstddef>
#include <cstdlib>

namespace vitrion::potentials::nequip {
namespace {

double factorial(int n) {
  double product = 1;
  for (int k = 2; k <= n; ++k) product *= k;
  return product;
}

double sign(int n) {
  return n % 2 == 0 ? 1.0 : -1.0;
}

// <l1 m1 l2 m2 | l3 m3> by Racah's sum.
double clebsch_gordan(int l1, int m1, int l2, int m2, int l3, int m3) {
  if (m1 + m2 != m3) return 0;
  const double front = std::sqrt((2 * l3 + 1) * factorial(l3 + l1 - l2) * factorial(l3 - l1 + l2) *
                                 factorial(l1 + l2 - l3) * factorial(l3 + m3) * factorial(l3 - m3) /
                                 (factorial(l1 + l2 + l3 + 1) * factorial(l1 - m1) * factorial(l1 + m1) *
                                  factorial(l2 - m2) * factorial(l2 + m2)));
  double sum = 0;
  const int first = std::max({-l1 + l2 + m3, -l1 + m1, 0});
  const int last = std::min({l2 + l3 + m1, l3 - l1 + l2, l3 + m3});
  for (int v = first; v <= last; ++v)
    sum += sign(v + l2 + m2) * factorial(l2 + l3 + m1 - v) * factorial(l1 - m1 + v) /
           (factorial(v) * factorial(l3 - l1 + l2 - v) * factorial(l3 + m3 - v) * factorial(v + l1 - l2 - m3));
  return front * sum;
}

using Complex = std::complex<double>;

// Element (complex order m, real order r) of the change from real to complex harmonics, with e3nn's phase (-i)^l.
Complex real_to_complex(int l, int m, int r) {
  if (std::abs(m) != std::abs(r)) return 0;
  constexpr std::array<Complex, 4> powers{Complex(1, 0), Complex(0, -1), Complex(-1, 0), Complex(0, 1)};
  const Complex phase = powers[static_cast<std::size_t>(l % 4)];
  if (m == 0) return phase;
  const double s = std::sqrt(0.5);
  if (m < 0) return phase * (r > 0 ? Complex(s, 0) : Complex(0, -s));
  return phase * sign(m) * (r > 0 ? Complex(s, 0) : Complex(0, s));
}

double element(int l1, int r1, int l2, int r2, int l3, int r3) {
  Complex sum = 0;
  for (const int m1 : {-std::abs(r1), std::abs(r1)})
    for (const int m2 : {-std::abs(r2), std::abs(r2)}) {
      const int m3 = m1 + m2;
      if (std::abs(m3) > l3) continue;
      // An order that is zero stands twice in the loops.
      const double weight = (r1 == 0 ? 0.5 : 1.0) * (r2 == 0 ? 0.5 : 1.0);
      sum += weight * real_to_complex(l1, m1, r1) * real_to_complex(l2, m2, r2) *
             std::conj(real_to_complex(l3, m3, r3)) * clebsch_gordan(l1, m1, l2, m2, l3, m3);
    }
  return sum.real();
}

}  // namespace

std::vector<double> wigner_3j(int l1, int l2, int l3) {
  std::vector<double> tensor;
  if (l3 < std::abs(l1 - l2) || l3 > l1 + l2) {
    tensor.assign(static_cast<std::size_t>((2 * l1 + 1) * (2 * l2 + 1) * (2 * l3 + 1)), 0.0);
    return tensor;
  }
  double squares = 0;
  for (int r1 = -l1; r1 <= l1; ++r1)
    for (int r2 = -l2; r2 <= l2; ++r2)
      for (int r3 = -l3; r3 <= l3; ++r3) {
        tensor.push_back(may_couple(l1, r1, l2, r2, l3, r3) ? element(l1, r1, l2, r2, l3, r3) : 0.0);
        squares += tensor.back() * tensor.back();
      }
  for (double& value : tensor) value /= std::sqrt(squares);
  return tensor;
}

}  // namespace vitrion::potentials::nequip
