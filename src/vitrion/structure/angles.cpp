#include "vitrion/structure/angles.hpp"

#include <algorithm>
#include <cmath>

#include "vitrion/core/units.hpp"

namespace vitrion::structure {

void AngleAccumulator::add(const Structure& structure, const BondGraph& bonds) {
  const auto n_bins = static_cast<std::size_t>(std::ceil(180 / bin_width_ - 1e-9));
  for (std::size_t i = 0; i < structure.size(); ++i)
    for (std::size_t a = 0; a < bonds[i].size(); ++a)
      for (std::size_t b = a + 1; b < bonds[i].size(); ++b) {
        const Bond& first = bonds[i][a];
        const Bond& second = bonds[i][b];
        const auto [end1, end2] = std::minmax(structure.species[static_cast<std::size_t>(first.neighbor)],
                                              structure.species[static_cast<std::size_t>(second.neighbor)]);
        const double cosine = first.vector.dot(second.vector) / (first.vector.norm() * second.vector.norm());
        const double angle = std::acos(std::clamp(cosine, -1.0, 1.0)) / units::degree;
        Sum& sum = sums_[{structure.species[i], end1, end2}];
        sum.counts.resize(n_bins, 0);
        ++sum.counts[std::min(n_bins - 1, static_cast<std::size_t>(angle / bin_width_))];
        ++sum.n;
        sum.angle += angle;
        sum.square += angle * angle;
      }
  ++n_frames_;
}

std::vector<AngleDistribution> AngleAccumulator::finish() const {
  std::vector<AngleDistribution> list;
  for (const auto& [key, sum] : sums_) {
    AngleDistribution d{.end1 = key[1], .center = key[0], .end2 = key[2], .angle = {}, .density = {}};
    for (std::size_t k = 0; k < sum.counts.size(); ++k) {
      d.angle.push_back((static_cast<double>(k) + 0.5) * bin_width_);
      d.density.push_back(sum.counts[k] / (sum.n * bin_width_));
    }
    d.mean = sum.angle / sum.n;
    d.deviation = std::sqrt(std::max(0.0, sum.square / sum.n - d.mean * d.mean));
    d.per_frame = sum.n / static_cast<double>(n_frames_);
    list.push_back(std::move(d));
  }
  return list;
}

}  // namespace vitrion::structure
