#include "potentials/mtp/grader.hpp"

#include <cblas.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/error.hpp"

namespace vitrion::mtp {
namespace {

constexpr std::size_t atoms_at_a_time = 64;  // as many rows as one matrix product takes

}  // namespace

std::vector<std::size_t> places_of_row(const MtpParameters& p, std::size_t type) {
  const std::size_t block = p.n_radial() / p.n_species();
  std::vector<std::size_t> places(block);
  std::iota(places.begin(), places.end(), type * block);
  places.push_back(p.n_radial() + type);
  for (std::size_t k = 0; k < p.n_scalars(); ++k) places.push_back(p.n_radial() + p.n_species() + k);
  return places;
}

Grader::Grader(const SelectionState& state, const MtpParameters& p) {
  if (state.size() != p.n_parameters())
    throw InputError(
        fmt::format("the active set has {} rows, the potential {} parameters", state.size(), p.n_parameters()));
  // Products run on the threads of the caller, each on one core.
  openblas_set_num_threads(1);
  for (std::size_t type = 0; type < p.n_species(); ++type) {
    const std::vector<std::size_t> places = places_of_row(p, type);
    RowMajor& inverse = inverse_.emplace_back(places.size(), p.n_parameters());
    for (std::size_t k = 0; k < places.size(); ++k)
      inverse.row(static_cast<Eigen::Index>(k)) = state.inverse.row(static_cast<Eigen::Index>(places[k]));
  }
}

void Grader::grade(const double* rows, const int* types, std::size_t begin, std::size_t end, double* grades) const {
  const auto width = static_cast<std::size_t>(inverse_.front().rows());
  const auto n = static_cast<std::size_t>(inverse_.front().cols());
  std::vector<double> gathered(atoms_at_a_time * width), product(atoms_at_a_time * n);
  std::vector<std::size_t> atoms;
  const auto flush = [&](const RowMajor& inverse) {
    if (atoms.empty()) return;
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, static_cast<int>(atoms.size()), static_cast<int>(n),
                static_cast<int>(width), 1.0, gathered.data(), static_cast<int>(width), inverse.data(),
                static_cast<int>(n), 0.0, product.data(), static_cast<int>(n));
    for (std::size_t a = 0; a < atoms.size(); ++a) {
      const Eigen::Map<const Eigen::ArrayXd> c(product.data() + a * n, static_cast<Eigen::Index>(n));
      // A number that is none must not pass as a small grade.
      grades[atoms[a]] = c.allFinite() ? c.abs().maxCoeff() : INFINITY;
    }
    atoms.clear();
  };
  for (std::size_t type = 0; type < inverse_.size(); ++type) {
    for (std::size_t i = begin; i < end; ++i) {
      if (types[i] != static_cast<int>(type)) continue;
      std::copy(rows + i * width, rows + (i + 1) * width, gathered.data() + atoms.size() * width);
      atoms.push_back(i);
      if (atoms.size() == atoms_at_a_time) flush(inverse_[type]);
    }
    flush(inverse_[type]);
  }
}

}  // namespace vitrion::mtp
