#include "potentials/grader.hpp"

#include <cblas.h>

#include <algorithm>
#include <cmath>

namespace vitrion {
namespace {

constexpr std::size_t atoms_at_a_time = 64;  // as many rows as one matrix product takes

using Numbers = Eigen::Map<const Eigen::ArrayXd>;

// From a row b and its product c with the matrix.
double grade_of(ReferenceKind kind, const Numbers& b, const Numbers& c) {
  // A number that is none must not pass as a small grade.
  if (!c.allFinite()) return INFINITY;
  if (kind == ReferenceKind::active_set) return c.abs().maxCoeff();
  return std::sqrt(std::max(0.0, (b * c).sum()));
}

}  // namespace

Grader::Grader(ReferenceKind kind, std::vector<SelectionRows> matrices) : kind_(kind), matrices_(std::move(matrices)) {
  // Products run on the threads of the caller, each on one core.
  openblas_set_num_threads(1);
}

void Grader::grade(const double* rows, const int* types, std::size_t begin, std::size_t end, double* grades) const {
  const std::size_t width = this->width();
  std::vector<double> gathered(atoms_at_a_time * width), product;
  std::vector<std::size_t> atoms;
  const auto flush = [&](const SelectionRows& matrix) {
    if (atoms.empty()) return;
    const auto n = static_cast<std::size_t>(matrix.cols());
    product.resize(atoms_at_a_time * n);
    cblas_dgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, static_cast<int>(atoms.size()), static_cast<int>(n),
                static_cast<int>(width), 1.0, gathered.data(), static_cast<int>(width), matrix.data(),
                static_cast<int>(n), 0.0, product.data(), static_cast<int>(n));
    for (std::size_t a = 0; a < atoms.size(); ++a)
      grades[atoms[a]] = grade_of(kind_, Numbers(gathered.data() + a * width, static_cast<Eigen::Index>(width)),
                                  Numbers(product.data() + a * n, static_cast<Eigen::Index>(n)));
    atoms.clear();
  };
  for (std::size_t type = 0; type < matrices_.size(); ++type) {
    for (std::size_t i = begin; i < end; ++i) {
      if (types[i] != static_cast<int>(type)) continue;
      std::copy(rows + i * width, rows + (i + 1) * width, gathered.data() + atoms.size() * width);
      atoms.push_back(i);
      if (atoms.size() == atoms_at_a_time) flush(matrices_[type]);
    }
    flush(matrices_[type]);
  }
}

}  // namespace vitrion
