// Points sorted into boxes, for neighbour search.
#pragma once

#include <array>
#include <cstddef>
#include <utility>
#include <vector>

namespace vitrion::neighbors {

/// Points in boxes of equal size; the boxes of a column (along z) lie one after the other, so that the points of a
/// stretch of a column are neighbours in memory.
class Boxes {
 public:
  /// Sorts n points (Å, shape (n, 3) row major) into boxes about `width` wide along x and y, half of that along z.
  void fill(const double* positions, std::size_t n, double width);

  /// Number of the box that holds coordinate x along axis k; the first or last one beyond the points.
  int box(std::size_t k, double x) const {
    const double b = (x - origin_[k]) * per_length_[k];
    return static_cast<int>(b > 0 ? (b < last_[k] ? b : last_[k]) : 0);  // 0 also when x is not a number
  }
  /// Distance from coordinate x to the boxes numbered b along axis k, Å.
  double distance(std::size_t k, int b, double x) const {
    const double low = origin_[k] + b * width_[k], before = low - x, behind = x - (low + width_[k]);
    return before > 0 ? before : behind > 0 ? behind : 0;
  }
  /// The sorted points in boxes from .. to of a column: first, and one past the last.
  std::pair<int, int> range(int bx, int by, int from, int to) const {
    const auto column = static_cast<std::size_t>((bx * count_[1] + by) * count_[2]);
    return {begin_[column + static_cast<std::size_t>(from)], begin_[column + static_cast<std::size_t>(to) + 1]};
  }

  /// Coordinates of the sorted points, Å. `padding` more numbers may be read behind the last.
  const double* x() const { return sorted_.data(); }
  const double* y() const { return sorted_.data() + stride(); }
  const double* z() const { return sorted_.data() + 2 * stride(); }
  /// The number each sorted point had in `positions`; as many may be read behind the last.
  const int* point() const { return point_.data(); }
  std::size_t size() const { return box_of_.size(); }

  /// How far rounding may have put a point beyond the side of its box, Å.
  double rounding() const { return 1e-14 * largest_; }

  static constexpr std::size_t padding = 16;

 private:
  std::size_t stride() const { return box_of_.size() + padding; }
  void choose_counts(const std::array<double, 3>& high, std::size_t n, double width);
  void sort(const double* positions, std::size_t n);

  std::array<double, 3> origin_{}, width_{}, per_length_{}, last_{};
  std::array<int, 3> count_{};
  double largest_ = 0;  // coordinate
  std::vector<int> begin_, next_, box_of_, point_;
  std::vector<double> sorted_;  // all x, all y, all z
};

}  // namespace vitrion::neighbors
