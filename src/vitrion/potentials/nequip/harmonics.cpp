#include "vitrion/potentials/nequip/harmonics.hpp"

#include <cmath>
#include <cstddef>

namespace vitrion::potentials::nequip {
namespace {

const double sqrt3 = std::sqrt(3.0), sqrt5 = std::sqrt(5.0), sqrt7 = std::sqrt(7.0), sqrt15 = std::sqrt(15.0),
             sqrt35_8 = std::sqrt(35.0 / 8), sqrt105 = std::sqrt(105.0), sqrt21_8 = std::sqrt(21.0 / 8);

// Gradients of the homogeneous polynomials at the unit vector (x, y, z), not yet projected on the sphere; row lm.
//
// Calls add(lm, d/dx, d/dy, d/dz) for every l >= 1.
template <class Add>
void polynomial_gradients(int l_max, const double u[3], Add add) {
  const double x = u[0], y = u[1], z = u[2];
  if (l_max >= 1) {
    add(1, sqrt3, 0, 0);
    add(2, 0, sqrt3, 0);
    add(3, 0, 0, sqrt3);
  }
  if (l_max >= 2) {
    add(4, sqrt15 * z, 0, sqrt15 * x);
    add(5, sqrt15 * y, sqrt15 * x, 0);
    add(6, -sqrt5 * x, 2 * sqrt5 * y, -sqrt5 * z);
    add(7, 0, sqrt15 * z, sqrt15 * y);
    add(8, -sqrt15 * x, 0, sqrt15 * z);
  }
  if (l_max >= 3) {
    add(9, sqrt35_8 * 3 * (z * z - x * x), 0, sqrt35_8 * 6 * x * z);
    add(10, sqrt105 * y * z, sqrt105 * x * z, sqrt105 * x * y);
    add(11, sqrt21_8 * (4 * y * y - 3 * x * x - z * z), sqrt21_8 * 8 * x * y, -sqrt21_8 * 2 * x * z);
    add(12, -sqrt7 * 3 * x * y, sqrt7 * 1.5 * (2 * y * y - x * x - z * z), -sqrt7 * 3 * y * z);
    add(13, -sqrt21_8 * 2 * x * z, sqrt21_8 * 8 * y * z, sqrt21_8 * (4 * y * y - x * x - 3 * z * z));
    add(14, -sqrt105 * x * y, sqrt105 / 2 * (z * z - x * x), sqrt105 * y * z);
    add(15, -sqrt35_8 * 6 * x * z, 0, sqrt35_8 * 3 * (z * z - x * x));
  }
}

}  // namespace

void harmonics(int l_max, const double unit[3], double* values) {
  const double x = unit[0], y = unit[1], z = unit[2];
  values[0] = 1;
  if (l_max >= 1) {
    values[1] = sqrt3 * x;
    values[2] = sqrt3 * y;
    values[3] = sqrt3 * z;
  }
  if (l_max >= 2) {
    values[4] = sqrt15 * x * z;
    values[5] = sqrt15 * x * y;
    values[6] = sqrt5 * (y * y - 0.5 * (x * x + z * z));
    values[7] = sqrt15 * y * z;
    values[8] = sqrt15 / 2 * (z * z - x * x);
  }
  if (l_max >= 3) {
    values[9] = sqrt35_8 * x * (3 * z * z - x * x);
    values[10] = sqrt105 * x * y * z;
    values[11] = sqrt21_8 * x * (4 * y * y - x * x - z * z);
    values[12] = sqrt7 / 2 * y * (2 * y * y - 3 * x * x - 3 * z * z);
    values[13] = sqrt21_8 * z * (4 * y * y - x * x - z * z);
    values[14] = sqrt105 / 2 * y * (z * z - x * x);
    values[15] = sqrt35_8 * z * (z * z - 3 * x * x);
  }
}

void add_harmonics_gradient(int l_max, const double unit[3], double r, const double* adjoint, double gradient[3]) {
  double g[3] = {};
  polynomial_gradients(l_max, unit, [&](int lm, double dx, double dy, double dz) {
    const double a = adjoint[lm];
    g[0] += a * dx;
    g[1] += a * dy;
    g[2] += a * dz;
  });
  // Y depends on the direction alone: the part along it drops out.
  const double along = g[0] * unit[0] + g[1] * unit[1] + g[2] * unit[2];
  for (int k = 0; k < 3; ++k) gradient[k] += (g[k] - along * unit[k]) / r;
}

void harmonics_tangent(int l_max, const double unit[3], double r, const double rate[3], double* tangents) {
  const double along = rate[0] * unit[0] + rate[1] * unit[1] + rate[2] * unit[2];
  double turn[3];
  for (int k = 0; k < 3; ++k) turn[k] = (rate[k] - along * unit[k]) / r;
  tangents[0] = 0;
  polynomial_gradients(l_max, unit, [&](int lm, double dx, double dy, double dz) {
    tangents[lm] = dx * turn[0] + dy * turn[1] + dz * turn[2];
  });
}

}  // namespace vitrion::potentials::nequip
