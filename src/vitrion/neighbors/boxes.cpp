#include "vitrion/neighbors/boxes.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace vitrion::neighbors {

void Boxes::fill(const double* positions, std::size_t n, double width) {
  std::array<double, 3> high{};
  for (std::size_t k = 0; k < 3; ++k) {
    origin_[k] = high[k] = n > 0 ? positions[k] : 0.0;
    for (std::size_t i = 1; i < n; ++i) {
      origin_[k] = std::min(origin_[k], positions[3 * i + k]);
      high[k] = std::max(high[k], positions[3 * i + k]);
    }
  }
  choose_counts(high, n, width);
  sort(positions, n);
}

void Boxes::choose_counts(const std::array<double, 3>& high, std::size_t n, double width) {
  std::array<double, 3> boxes{};
  largest_ = 0;
  for (std::size_t k = 0; k < 3; ++k) {
    boxes[k] = std::clamp(std::floor((high[k] - origin_[k]) / (k == 2 ? width / 2 : width)), 1.0, 1e9);
    largest_ = std::max({largest_, std::abs(origin_[k]), std::abs(high[k])});
  }
  // Many more boxes than points would only cost memory (a few points far apart).
  const double most = 4.0 * static_cast<double>(n) + 64;
  while (boxes[0] * boxes[1] * boxes[2] > most) {
    double& longest = *std::max_element(boxes.begin(), boxes.end());
    longest = std::max(1.0, std::floor(longest / 2));
  }
  for (std::size_t k = 0; k < 3; ++k) {
    count_[k] = static_cast<int>(boxes[k]);
    last_[k] = boxes[k] - 1;
    width_[k] = (high[k] - origin_[k]) / boxes[k];
    per_length_[k] = width_[k] > 0 ? 1 / width_[k] : 0.0;
  }
}

void Boxes::sort(const double* positions, std::size_t n) {
  box_of_.resize(n);
  begin_.assign(static_cast<std::size_t>(count_[0]) * static_cast<std::size_t>(count_[1] * count_[2]) + 1, 0);
  for (std::size_t i = 0; i < n; ++i) {
    const double* p = positions + 3 * i;
    box_of_[i] = (box(0, p[0]) * count_[1] + box(1, p[1])) * count_[2] + box(2, p[2]);
    ++begin_[static_cast<std::size_t>(box_of_[i]) + 1];
  }
  std::partial_sum(begin_.begin(), begin_.end(), begin_.begin());
  next_.assign(begin_.begin(), begin_.end() - 1);
  sorted_.resize(3 * stride());
  point_.resize(stride());
  for (std::size_t i = 0; i < n; ++i) {
    const auto to = static_cast<std::size_t>(next_[static_cast<std::size_t>(box_of_[i])]++);
    point_[to] = static_cast<int>(i);
    for (std::size_t k = 0; k < 3; ++k) sorted_[k * stride() + to] = positions[3 * i + k];
  }
}

}  // namespace vitrion::neighbors
