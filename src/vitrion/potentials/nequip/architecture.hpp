// What a NequIP network is made of: its hyperparameters, and the layers and parameters that follow from them.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "vitrion/potentials/nequip/irreps.hpp"

namespace vitrion::potentials::nequip {

/// Hyperparameters under NequIP's names (Batzner et al. 2022, doi 10.1038/s41467-022-29939-5; version 0.6).
struct Hyperparameters {
  double r_max = 4.0;     ///< Å
  int num_layers = 4;     ///< convolutions
  int l_max = 2;          ///< 0 .. 3, of features and of the spherical harmonics
  bool parity = true;     ///< true: features of both parities, O(3); false: rotations only, SO(3)
  int num_features = 32;  ///< channels of every irrep
  int num_bessels = 8;    ///< radial basis functions
  double polynomial_cutoff_p = 6;
  int radial_mlp_depth = 2;  ///< hidden layers of the radial network
  int radial_mlp_width = 64;
  /// Messages are divided by the square root of this; 0: not divided. NequIP takes the training set's mean.
  double avg_num_neighbors = 0;

  bool operator==(const Hyperparameters&) const = default;
};

/// Throws InputError naming the first value that makes no sense.
void validate(const Hyperparameters& hyper);

/// One way features of a neighbour (l1) and the harmonics of an edge (l2) make a message (l3).
struct Path {
  int input = 0;  ///< index into LayerShape::inputs: l1
  int l2 = 0;
  int output = 0;    ///< index into LayerShape::outputs: l3
  int position = 0;  ///< among the paths to the same output
};

/// The irreps of one convolution. Every irrep has num_features channels.
struct LayerShape {
  std::vector<Irrep> inputs;    ///< node features that come in, in their order
  std::vector<Irrep> outputs;   ///< before the gate, sorted; 0e also carries one gate a channel of every gated irrep
  std::vector<Irrep> features;  ///< node features that go out: scalars, then gated, in NequIP's order
  std::vector<Irrep> gated;     ///< those of `features` with l > 0, in that order
  std::vector<Path> paths;      ///< in the order of the radial network's outputs

  int index_of_output(Irrep irrep) const;  ///< -1 when there is none
  int paths_to(int output) const;
  /// Blocks of num_features channels an output has: 1, or for 0e one for the scalars and one for every gated irrep.
  int blocks(int output) const {
    return outputs[static_cast<std::size_t>(output)] == Irrep{0, 1} ? zero_even_blocks() : 1;
  }

 private:
  int zero_even_blocks() const { return 1 + static_cast<int>(gated.size()); }
};

std::vector<LayerShape> layer_shapes(const Hyperparameters& hyper);

/// A trainable array in the flat vector of all of them.
struct ParameterBlock {
  std::string name;
  std::vector<std::size_t> shape;
  std::size_t offset = 0;

  std::size_t size() const;
};

/// Names, shapes (row major) and places of all trainable numbers, n_types species:
///
///     bessel_frequencies (num_bessels)
///     embedding (n_types, F)
///     layers.N.linear_1.IRREP (F, F)                    for every input
///     layers.N.radial.K (in, out)                       K = 0 .. radial_mlp_depth; the last one: out = n_paths F
///     layers.N.linear_2.IRREP (n_paths_to_it F, out)    for every output; out of 0e: scalars, then gates
///     layers.N.self.IRREP (F, n_types, out)             for every input that is an output too
///     readout.hidden (F, H)   readout.energy (H, 1)     H = max(1, F / 2)
class ParameterTable {
 public:
  ParameterTable(const Hyperparameters& hyper, std::size_t n_types);

  const std::vector<ParameterBlock>& blocks() const { return blocks_; }
  /// Throws std::out_of_range.
  const ParameterBlock& at(const std::string& name) const;
  std::size_t size() const { return size_; }

 private:
  void add(std::string name, std::vector<std::size_t> shape);

  std::vector<ParameterBlock> blocks_;
  std::size_t size_ = 0;
};

/// Constants that make activations keep unit variance, as e3nn's seeded Monte Carlo gave them (e3nn 0.5: normalize2mom;
/// they differ from the integrals in the third digit).
inline constexpr double silu_factor = 1.6791767923989418, tanh_factor = 1.5937334472592695;

}  // namespace vitrion::potentials::nequip
