// Small shared pieces of the readers and writers: rows of numbers, element symbols, labels as text.
#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "vitrion/core/structure.hpp"
#include "vitrion/io/lines.hpp"
#include "vitrion/io/output.hpp"

namespace vitrion::io {

/// Element symbols to species, remembering those seen: a trajectory repeats a few symbols millions of times.
class SymbolTable {
 public:
  /// "Li", or "type0" for an unnamed type. Throws InputError at the place of `lines`.
  Species find(std::string_view symbol, const LineReader& lines);

 private:
  std::vector<std::pair<std::string, Species>> seen_;
  std::size_t last_ = 0;  // of seen_: mostly the next atom is of the same element
};

/// x y z rows that grow as they are read, so that a wrong atom count cannot ask for memory the file does not fill.
class Rows {
 public:
  void clear() { values_.clear(); }
  void reserve(std::int64_t rows) {
    values_.reserve(3 * static_cast<std::size_t>(std::min<std::int64_t>(rows, 1 << 16)));
  }
  /// Where the next row's three numbers go.
  double* add() {
    values_.resize(values_.size() + 3);
    return values_.data() + values_.size() - 3;
  }
  void add(const Vector3& row) { std::copy_n(row.data(), 3, add()); }
  std::vector<double>& values() { return values_; }
  Positions positions() const {
    return Eigen::Map<const Positions>(values_.data(), static_cast<Eigen::Index>(values_.size() / 3), 3);
  }

 private:
  std::vector<double> values_;
};

/// Three words as finite numbers.
Vector3 vector_of(const LineReader& lines, const std::vector<std::string_view>& words, std::size_t first,
                  std::string_view what);

/// How often an atom crossed the cell along one vector.
int image_flag(const LineReader& lines, std::string_view word);

/// xx yy zz yz xz xy to the symmetric matrix, and back.
Matrix3 from_voigt(const std::array<double, 6>& v);
std::array<double, 6> to_voigt(const Matrix3& m);

/// I where every value is a whole number, R where every one is a number, else S.
char column_type(const std::vector<std::string>& values);

/// The cell, its errors placed at the line read last.
Cell make_cell(const LineReader& lines, const Matrix3& matrix, std::array<bool, 3> periodic = {true, true, true});

/// VASP's VCA: throws InputError where a species weighs other than 1, as several then share a site and none is an atom.
void check_site_weights(const LineReader& lines, std::string_view weights);

/// x y z with one blank before each.
template <class Row>
void write_row(OutputFile& out, const Row& row) {
  for (int k = 0; k < 3; ++k) {
    out.text(' ');
    out.number(static_cast<double>(row[k]));
  }
}

}  // namespace vitrion::io
