#include "vitrion/build/ewald.hpp"

#include <Eigen/LU>
#include <cmath>
#include <numbers>

#include "vitrion/build/geometry.hpp"
#include "vitrion/core/error.hpp"
#include "vitrion/core/units.hpp"

namespace vitrion::build {
namespace {

constexpr double pi = std::numbers::pi;

// Adds sum_R erfc(alpha r)/r for every pair of sites.
void add_near_part(Eigen::MatrixXd& a, const Cell& cell, const Positions& positions, double alpha, double cutoff) {
  Structure sites;
  sites.cell = cell;
  sites.positions = positions;
  sites.species.assign(static_cast<std::size_t>(positions.rows()), Species::type(0));
  for_each_neighbor(sites, cutoff, [&](std::size_t i, std::size_t j, const Vector3& d) {
    a(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(j)) += std::erfc(alpha * d.norm()) / d.norm();
  });
}

// Reciprocal vectors 2 pi m cell^-T shorter than `cutoff`, one of each pair k, -k, rows.
std::vector<Vector3> wave_vectors(const Cell& cell, double cutoff) {
  const Matrix3 reciprocal = 2 * pi * cell.matrix().inverse().transpose();
  int most[3];
  for (int d = 0; d < 3; ++d) most[d] = static_cast<int>(cutoff * cell.lengths()[d] / (2 * pi)) + 1;
  std::vector<Vector3> list;
  for (int h = 0; h <= most[0]; ++h)
    for (int k = h == 0 ? 0 : -most[1]; k <= most[1]; ++k)
      for (int l = h == 0 && k == 0 ? 1 : -most[2]; l <= most[2]; ++l) {
        const Vector3 wave = (Eigen::RowVector3d(h, k, l) * reciprocal).transpose();
        if (wave.norm() < cutoff) list.push_back(wave);
      }
  return list;
}

// Adds the sum over wave vectors: cos k(ri - rj) = cos cos + sin sin, one matrix product.
void add_far_part(Eigen::MatrixXd& a, const Cell& cell, const Positions& positions, double alpha, double cutoff) {
  constexpr std::size_t block = 1024;  // bounds the memory of the waves
  const std::vector<Vector3> waves = wave_vectors(cell, cutoff);
  const Eigen::Index n = positions.rows();
  for (std::size_t begin = 0; begin < waves.size(); begin += block) {
    const std::size_t count = std::min(block, waves.size() - begin);
    Eigen::MatrixXd f(n, 2 * static_cast<Eigen::Index>(count));
    for (std::size_t w = 0; w < count; ++w) {
      const Vector3& k = waves[begin + w];
      const double k2 = k.squaredNorm();
      // Twice: k and -k.
      const double weight = std::sqrt(8 * pi / cell.volume() * std::exp(-k2 / (4 * alpha * alpha)) / k2);
      const Eigen::ArrayXd phase = (positions * k).array();
      f.col(static_cast<Eigen::Index>(2 * w)) = weight * phase.cos().matrix();
      f.col(static_cast<Eigen::Index>(2 * w + 1)) = weight * phase.sin().matrix();
    }
    a.noalias() += f * f.transpose();
  }
}

}  // namespace

Eigen::MatrixXd coulomb_matrix(const Cell& cell, const Positions& positions, const EwaldOptions& options) {
  if (!cell.is_periodic() || !cell.has_volume())
    throw InputError("a Coulomb energy needs a cell that repeats along all three vectors");
  if (!(options.accuracy > 0 && options.accuracy < 1))
    throw InputError("the accuracy of Ewald's sum lies between 0 and 1");
  const Eigen::Index n = positions.rows();
  const double volume = cell.volume();
  const double alpha = options.alpha > 0
                           ? options.alpha
                           : std::sqrt(pi) * std::pow(static_cast<double>(n) / (volume * volume), 1.0 / 6.0);
  const double reach = std::sqrt(-std::log(options.accuracy));  // exp(-reach^2) = accuracy
  Eigen::MatrixXd a = Eigen::MatrixXd::Constant(n, n, -pi / (alpha * alpha * volume));
  a.diagonal().array() -= 2 * alpha / std::sqrt(pi);
  add_near_part(a, cell, positions, alpha, reach / alpha);
  add_far_part(a, cell, positions, alpha, 2 * alpha * reach);
  return units::coulomb_eV_A * a;
}

double coulomb_energy(const Eigen::MatrixXd& matrix, const std::vector<double>& charges) {
  const Eigen::Map<const Eigen::VectorXd> q(charges.data(), static_cast<Eigen::Index>(charges.size()));
  return 0.5 * q.dot(matrix * q);
}

}  // namespace vitrion::build
