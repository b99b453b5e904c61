#include "vitrion/potentials/nequip/architecture.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <stdexcept>

#include "vitrion/core/error.hpp"

namespace vitrion::potentials::nequip {
namespace {

bool holds(const std::vector<Irrep>& list, Irrep irrep) {
  return std::find(list.begin(), list.end(), irrep) != list.end();
}

// Of the harmonics: all even without parity.
Irrep harmonic(const Hyperparameters& hyper, int l) {
  return {l, hyper.parity && l % 2 == 1 ? -1 : 1};
}

// All irreps of the product of inputs and harmonics.
std::vector<Irrep> reachable(const Hyperparameters& hyper, const std::vector<Irrep>& inputs) {
  std::vector<Irrep> found;
  for (const Irrep in : inputs)
    for (int l2 = 0; l2 <= hyper.l_max; ++l2)
      for (int l3 = std::abs(in.l - l2); l3 <= in.l + l2; ++l3)
        found.push_back({l3, in.parity * harmonic(hyper, l2).parity});
  return found;
}

// Even irreps first, then odd ones, each by l.
std::vector<Irrep> hidden_irreps(const Hyperparameters& hyper) {
  std::vector<Irrep> hidden;
  for (const int parity : {1, -1})
    for (int l = 0; l <= hyper.l_max && (parity == 1 || hyper.parity); ++l) hidden.push_back({l, parity});
  return hidden;
}

void add_paths(const Hyperparameters& hyper, LayerShape& shape) {
  std::vector<int> taken(shape.outputs.size(), 0);
  for (std::size_t a = 0; a < shape.inputs.size(); ++a)
    for (int l2 = 0; l2 <= hyper.l_max; ++l2) {
      const Irrep in = shape.inputs[a];
      for (int l3 = std::abs(in.l - l2); l3 <= in.l + l2; ++l3) {
        const int output = shape.index_of_output({l3, in.parity * harmonic(hyper, l2).parity});
        if (output < 0) continue;
        shape.paths.push_back({static_cast<int>(a), l2, output, taken[static_cast<std::size_t>(output)]++});
      }
    }
}

}  // namespace

void validate(const Hyperparameters& h) {
  const auto require = [](bool holds_true, const std::string& what) {
    if (!holds_true) throw InputError(what);
  };
  require(std::isfinite(h.r_max) && h.r_max > 0, "r_max must be a positive length (Å)");
  require(h.num_layers >= 1 && h.num_layers <= 64, "num_layers must lie between 1 and 64");
  require(h.l_max >= 0 && h.l_max <= largest_l, fmt::format("l_max must lie between 0 and {}", largest_l));
  require(h.num_features >= 1 && h.num_features <= 4096, "num_features must lie between 1 and 4096");
  require(h.num_bessels >= 1 && h.num_bessels <= 1024, "num_bessels must lie between 1 and 1024");
  require(std::isfinite(h.polynomial_cutoff_p) && h.polynomial_cutoff_p >= 2,
          "polynomial_cutoff_p must be at least 2, or forces would jump at the cutoff");
  require(h.radial_mlp_depth >= 1 && h.radial_mlp_depth <= 64, "radial_mlp_depth must lie between 1 and 64");
  require(h.radial_mlp_width >= 1 && h.radial_mlp_width <= 4096, "radial_mlp_width must lie between 1 and 4096");
  require(std::isfinite(h.avg_num_neighbors) && h.avg_num_neighbors >= 0, "avg_num_neighbors must not be negative");
}

int LayerShape::index_of_output(Irrep irrep) const {
  const auto found = std::find(outputs.begin(), outputs.end(), irrep);
  return found == outputs.end() ? -1 : static_cast<int>(found - outputs.begin());
}

int LayerShape::paths_to(int output) const {
  return static_cast<int>(
      std::count_if(paths.begin(), paths.end(), [output](const Path& path) { return path.output == output; }));
}

std::vector<LayerShape> layer_shapes(const Hyperparameters& hyper) {
  std::vector<LayerShape> layers;
  std::vector<Irrep> inputs{{0, 1}};
  for (int n = 0; n < hyper.num_layers; ++n) {
    LayerShape shape;
    shape.inputs = inputs;
    const std::vector<Irrep> within_reach = reachable(hyper, inputs);
    for (const int gated : {0, 1})
      for (const Irrep irrep : hidden_irreps(hyper))
        if ((irrep.l > 0) == (gated == 1) && holds(within_reach, irrep)) {
          shape.features.push_back(irrep);
          if (gated) shape.gated.push_back(irrep);
        }
    shape.outputs = shape.features;
    std::sort(shape.outputs.begin(), shape.outputs.end());
    add_paths(hyper, shape);
    inputs = shape.features;
    layers.push_back(std::move(shape));
  }
  return layers;
}

std::size_t ParameterBlock::size() const {
  return std::accumulate(shape.begin(), shape.end(), std::size_t{1}, std::multiplies<>());
}

void ParameterTable::add(std::string name, std::vector<std::size_t> shape) {
  blocks_.push_back({std::move(name), std::move(shape), size_});
  size_ += blocks_.back().size();
}

ParameterTable::ParameterTable(const Hyperparameters& hyper, std::size_t n_types) {
  const auto features = static_cast<std::size_t>(hyper.num_features);
  const auto width = static_cast<std::size_t>(hyper.radial_mlp_width);
  add("bessel_frequencies", {static_cast<std::size_t>(hyper.num_bessels)});
  add("embedding", {n_types, features});
  const std::vector<LayerShape> layers = layer_shapes(hyper);
  for (std::size_t n = 0; n < layers.size(); ++n) {
    const LayerShape& layer = layers[n];
    const std::string prefix = fmt::format("layers.{}.", n);
    const auto outputs_of = [&](int output) { return features * static_cast<std::size_t>(layer.blocks(output)); };
    for (const Irrep in : layer.inputs) add(prefix + "linear_1." + in.name(), {features, features});
    for (int k = 0; k <= hyper.radial_mlp_depth; ++k)
      add(fmt::format("{}radial.{}", prefix, k), {k == 0 ? static_cast<std::size_t>(hyper.num_bessels) : width,
                                                  k == hyper.radial_mlp_depth ? layer.paths.size() * features : width});
    for (int o = 0; o < static_cast<int>(layer.outputs.size()); ++o)
      add(prefix + "linear_2." + layer.outputs[static_cast<std::size_t>(o)].name(),
          {static_cast<std::size_t>(layer.paths_to(o)) * features, outputs_of(o)});
    for (const Irrep in : layer.inputs)
      if (const int o = layer.index_of_output(in); o >= 0)
        add(prefix + "self." + in.name(), {features, n_types, outputs_of(o)});
  }
  const std::size_t hidden = std::max<std::size_t>(1, features / 2);
  add("readout.hidden", {features, hidden});
  add("readout.energy", {hidden, 1});
}

const ParameterBlock& ParameterTable::at(const std::string& name) const {
  for (const ParameterBlock& block : blocks_)
    if (block.name == name) return block;
  throw std::out_of_range("no parameter " + name);
}

}  // namespace vitrion::potentials::nequip
