// Which elements of the coupling tensors are not zero, at compile time: the kernels are straight lines of them.
#pragma once

#include <array>
#include <cstddef>

#include "vitrion/potentials/nequip/irreps.hpp"

namespace vitrion::potentials::nequip {

constexpr std::size_t index(int n) {
  return static_cast<std::size_t>(n);
}

/// Entries of a table that has few: row r holds first[r], ..., first[r + 1] - 1, and entry e stands in column[e].
template <std::size_t ROWS, std::size_t ENTRIES>
struct SparseRows {
  std::array<int, ROWS + 1> first{};
  std::array<int, ENTRIES> row{}, column{};

  constexpr int count(int r) const { return first[index(r + 1)] - first[index(r)]; }
};

/// The entries (r, c) with is_there(r, c) of a table of ROWS times COLUMNS.
template <int ROWS, int COLUMNS, class F>
constexpr auto sparse_rows(F is_there) {
  constexpr int entries = [] {
    int n = 0;
    for (int at = 0; at < ROWS * COLUMNS; ++at) n += F()(at / COLUMNS, at % COLUMNS) ? 1 : 0;
    return n;
  }();
  SparseRows<index(ROWS), index(entries)> rows;
  int n = 0;
  for (int r = 0; r < ROWS; ++r) {
    for (int c = 0; c < COLUMNS; ++c)
      if (is_there(r, c)) rows.row[index(n)] = r, rows.column[index(n++)] = c;
    rows.first[index(r + 1)] = n;
  }
  return rows;
}

/// Non-zero elements of C^{L1 L2 L3}: the pairs (i, j) and (i, k) that have any, as rows of i, and the elements as rows
/// of the pair (i, j).
template <int L1, int L2, int L3>
struct CouplingPattern {
  static constexpr int n1 = 2 * L1 + 1, n2 = 2 * L2 + 1, n3 = 2 * L3 + 1;

  static constexpr auto ij = sparse_rows<n1, n2>([](int i, int j) {
    for (int k = 0; k < n3; ++k)
      if (may_couple(L1, i - L1, L2, j - L2, L3, k - L3)) return true;
    return false;
  });
  static constexpr auto ik = sparse_rows<n1, n3>([](int i, int k) {
    for (int j = 0; j < n2; ++j)
      if (may_couple(L1, i - L1, L2, j - L2, L3, k - L3)) return true;
    return false;
  });
  static constexpr int n_pairs = static_cast<int>(ij.column.size());
  static constexpr auto ijk = sparse_rows<n_pairs, n3>([](int pair, int k) {
    return may_couple(L1, ij.row[index(pair)] - L1, L2, ij.column[index(pair)] - L2, L3, k - L3);
  });
};

}  // namespace vitrion::potentials::nequip
