#include "vitrion/interface/nodes.hpp"

#include <algorithm>
#include <cmath>

#include "vitrion/core/error.hpp"

namespace vitrion::interface {
namespace {

constexpr std::size_t most_nodes = 200;  // labels are kept in a byte

std::int64_t floor_div(std::int64_t a, std::int64_t n) {
  return a / n - (a % n < 0 ? 1 : 0);
}

}  // namespace

double Nodes::at(std::int64_t node) const {
  const auto n = static_cast<std::int64_t>(size());
  const std::int64_t turn = periodic() ? floor_div(node, n) : 0;
  return position[static_cast<std::size_t>(node - turn * n)] + static_cast<double>(turn) * period;
}

std::int64_t Nodes::below(double z) const {
  double turn = 0;
  if (periodic()) {
    turn = std::floor((z - position.front()) / period);
    z -= turn * period;
  }
  const auto first_above = std::upper_bound(position.begin(), position.end(), z);
  return first_above - position.begin() - 1 + static_cast<std::int64_t>(turn) * static_cast<std::int64_t>(size());
}

Nodes even_nodes(double start, double length, double spacing, bool periodic) {
  const auto gaps = static_cast<std::size_t>(std::floor(length / spacing + 1e-9));
  if (gaps < 3)
    throw InputError("the cell is " + std::to_string(length) + " Å long along the normal: fewer than three bins of " +
                         std::to_string(spacing) + " Å",
                     "Name another normal with --normal, or narrower bins with --bin.");
  if (gaps > most_nodes)
    throw InputError("more than " + std::to_string(most_nodes) + " bins along the normal", "Make --bin larger.");
  Nodes nodes{{}, periodic ? length : 0};
  for (std::size_t i = 0; i < gaps + (periodic ? 0 : 1); ++i)
    nodes.position.push_back(start + length * static_cast<double>(i) / static_cast<double>(gaps));
  return nodes;
}

void label_path(const double* z, std::size_t n_frames, const Nodes& nodes, const std::vector<double>& reach,
                std::uint8_t* labels) {
  const auto n = static_cast<std::int64_t>(nodes.size());
  const auto in_range = [&](std::int64_t node) {
    return nodes.periodic() ? node : std::clamp<std::int64_t>(node, 0, n - 1);
  };
  const auto near = [&](std::int64_t node, double x) {
    const std::int64_t turn = floor_div(node, n);
    return std::abs(x - nodes.at(node)) <= reach[static_cast<std::size_t>(node - turn * n)];
  };
  std::int64_t last = 0;
  for (std::size_t t = 0; t < n_frames; ++t) {
    const std::int64_t low = in_range(nodes.below(z[t])), high = in_range(nodes.below(z[t]) + 1);
    if (t == 0)
      last = z[t] - nodes.at(low) < nodes.at(high) - z[t] ? low : high;
    else if (low > last)
      last = low;
    else if (high < last)
      last = high;
    if (near(low, z[t]))
      last = low;
    else if (near(high, z[t]))
      last = high;
    labels[t] = static_cast<std::uint8_t>(last - floor_div(last, n) * n);
  }
}

}  // namespace vitrion::interface
