// Random NequIP models, and structures for them.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "vitrion/core/random.hpp"
#include "vitrion/core/structure.hpp"
#include "vitrion/potentials/nequip/initial.hpp"
#include "vitrion/potentials/potential.hpp"

namespace vitrion::test {

inline const std::vector<Species> li_o_p = parse_species_list("Li,O,P");

inline potentials::nequip::Hyperparameters small_network(int l_max, bool parity, int num_features = 5) {
  potentials::nequip::Hyperparameters h;
  h.r_max = 3.4;
  h.num_layers = 3;
  h.l_max = l_max;
  h.parity = parity;
  h.num_features = num_features;
  h.num_bessels = 5;
  h.radial_mlp_depth = 2;
  h.radial_mlp_width = 7;
  h.avg_num_neighbors = 17;
  return h;
}

// Weights larger than at the start of training, so that every layer shows in the energy.
inline potentials::nequip::Model random_network(const potentials::nequip::Hyperparameters& hyper,
                                                std::uint64_t seed = 1) {
  potentials::nequip::Model model = potentials::nequip::initial_model(hyper, li_o_p, seed);
  const potentials::nequip::ParameterTable table = model.table();
  for (const potentials::nequip::ParameterBlock& block : table.blocks())
    if (block.name.find("self") != std::string::npos || block.name.find("linear_2") != std::string::npos)
      for (double& w : model.parameter(block)) w *= 2;
  model.scales = {0.7, 1.1, 1.6};
  model.shifts = {-1.5, -4.0, -6.0};
  return model;
}

inline Structure random_lipo(const Cell& cell, int n, std::uint64_t seed, double apart = 1.4) {
  Random random(seed);
  Structure s;
  s.cell = cell;
  s.positions.resize(n, 3);
  for (int i = 0; i < n;) {
    const Vector3 x = Cell(cell.spanning()).to_cartesian(Vector3(random.uniform(), random.uniform(), random.uniform()));
    bool free = true;
    for (int j = 0; j < i && free; ++j) free = cell.minimum_image(x - s.positions.row(j).transpose()).norm() > apart;
    if (!free) continue;
    s.positions.row(i++) = x.transpose();
    s.species.push_back(li_o_p[random.below(3)]);
  }
  return s;
}

inline Cell skewed_cell(double length) {
  Matrix3 m;
  m << length, 0, 0, 0.3 * length, 0.9 * length, 0, -0.2 * length, 0.25 * length, 1.1 * length;
  return Cell(m);
}

// The same system seen through ghosts that must be exchanged, as under MPI.
class ByExchange final : public potentials::GhostExchange {
 public:
  ByExchange(std::size_t n_local, const std::vector<int>& owners) : periodic_(n_local, owners) {}
  void forward(void* rows, std::size_t width, std::size_t bytes) override { periodic_.forward(rows, width, bytes); }
  void reverse(void* rows, std::size_t width, std::size_t bytes) override { periodic_.reverse(rows, width, bytes); }

 private:
  potentials::PeriodicExchange periodic_;
};

}  // namespace vitrion::test
