#include "vitrion/potentials/mtp/configuration.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "vitrion/neighbors/neighborhoods.hpp"

namespace vitrion::potentials::mtp {
namespace {

// Appends one neighbour, or a dummy at the cutoff.
void add_lane(Configuration& c, const Vector3& d, int type) {
  c.x.push_back(d[0]);
  c.y.push_back(d[1]);
  c.z.push_back(d[2]);
  c.r.push_back(d.norm());
  c.type_of.push_back(type);
}

}  // namespace

Configuration make_configuration(const Structure& structure, const std::vector<int>& types, int n_types,
                                 double cutoff) {
  Configuration c;
  c.n_atoms = static_cast<int>(structure.size());
  c.types = types;
  c.volume = structure.cell.has_volume() ? structure.cell.volume() : 0.0;
  const neighbors::PeriodicNeighborhoods lists(structure, types, cutoff);
  const neighbors::Neighborhoods view = lists.view();
  const Vector3 dummy(cutoff, 0, 0);
  for (int i = 0; i < c.n_atoms; ++i) {
    std::map<int, std::vector<int>> images;  // owner -> neighbours
    for (const int j : view.of(static_cast<std::size_t>(i))) {
      const auto neighbor = static_cast<std::size_t>(j);
      images[neighbor < view.n_local ? j : lists.owners()[neighbor - view.n_local]].push_back(j);
    }
    std::vector<std::pair<int, std::vector<int>>> sorted(images.begin(), images.end());
    std::stable_sort(sorted.begin(), sorted.end(),
                     [](const auto& a, const auto& b) { return a.second.size() > b.second.size(); });

    Environment e;
    e.center = i;
    e.type = types[static_cast<std::size_t>(i)];
    e.first = static_cast<int>(c.r.size());
    e.of_type.resize(static_cast<std::size_t>(n_types));
    for (const auto& [owner, list] : sorted) e.owners.push_back(owner);
    const Eigen::Map<const Positions> positions(view.positions, static_cast<Eigen::Index>(view.n_total), 3);
    for (std::size_t slot = 0; !sorted.empty() && slot < sorted.front().second.size(); ++slot) {
      Environment::Slot s{static_cast<int>(c.r.size()), 0};
      for (const auto& [owner, list] : sorted) {
        if (list.size() <= slot) break;
        const int type = types[static_cast<std::size_t>(owner)];
        e.of_type[static_cast<std::size_t>(type)].push_back(static_cast<int>(c.r.size()));
        add_lane(c, (positions.row(list[slot]) - positions.row(i)).transpose(), type);
        ++s.count;
      }
      while (c.r.size() % vector_pad != 0) add_lane(c, dummy, 0);
      e.slots.push_back(s);
    }
    e.lanes = static_cast<int>(c.r.size()) - e.first;
    c.environments.push_back(std::move(e));
  }
  return c;
}

}  // namespace vitrion::potentials::mtp
