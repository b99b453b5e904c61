// Rows of atoms times the matrices of their irreps.
#pragma once

#include <vector>

#include "vitrion/potentials/nequip/kernel.hpp"
#include "vitrion/potentials/nequip/network.hpp"

namespace vitrion::potentials::nequip {

/// First numbers of the rows that go in and come out, atom by atom.
template <class T>
struct RowPointers {
  std::vector<const T*> in;
  std::vector<T*> out;

  void clear() {
    in.clear();
    out.clear();
  }
  void add(const T* from, T* to) {
    in.push_back(from);
    out.push_back(to);
  }
};

/// Row n of arrays without gaps.
template <class T>
void point_at_rows(const T* from, std::size_t from_width, T* to, std::size_t to_width, std::size_t n,
                   RowPointers<T>& rows) {
  rows.clear();
  for (std::size_t k = 0; k < n; ++k) rows.add(from + k * from_width, to + k * to_width);
}

/// n rows without gaps times a matrix, or its transpose; overwrites.
template <class T>
void multiply_rows(const Matrix<T>& matrix, bool transposed, const T* from, T* to, std::size_t n,
                   RowPointers<T>& scratch) {
  const std::size_t inner = transposed ? matrix.columns : matrix.rows;
  const std::size_t columns = transposed ? matrix.rows : matrix.columns;
  point_at_rows(from, inner, to, columns, n, scratch);
  multiply<T>({scratch.in.data(), scratch.out.data(), n, transposed ? matrix.transposed.data() : matrix.values.data(),
               inner, columns, false});
}

/// Which matrix of IrrepWeights (0, or the type), and whether to go from outputs to inputs.
enum class Direction { forward, transposed };

/// Multiplies every irrep of the rows with its matrix; adds to what is there when `add`.
template <class T>
void apply(const std::vector<IrrepWeights<T>>& weights, std::size_t matrix, Direction direction, bool add,
           const RowPointers<T>& rows, RowPointers<T>& scratch) {
  const bool transposed = direction == Direction::transposed;
  for (const IrrepWeights<T>& w : weights) {
    scratch.clear();
    const std::size_t in = transposed ? w.to : w.from, in_stride = transposed ? w.to_stride : w.from_stride;
    const std::size_t out = transposed ? w.from : w.to, out_stride = transposed ? w.from_stride : w.to_stride;
    for (std::size_t a = 0; a < rows.in.size(); ++a)
      for (std::size_t m = 0; m < static_cast<std::size_t>(w.components); ++m)
        scratch.add(rows.in[a] + in + m * in_stride, rows.out[a] + out + m * out_stride);
    const Matrix<T>& values = w.matrices[matrix];
    multiply<T>({scratch.in.data(), scratch.out.data(), scratch.in.size(),
                 transposed ? values.transposed.data() : values.values.data(),
                 transposed ? values.columns : values.rows, transposed ? values.rows : values.columns, add});
  }
}

}  // namespace vitrion::potentials::nequip
