// Forward and reverse pass of a network over local and ghost atoms, with everything they leave behind.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "vitrion/potentials/nequip/engine.hpp"
#include "vitrion/potentials/nequip/graph.hpp"
#include "vitrion/potentials/nequip/network.hpp"
#include "vitrion/potentials/nequip/radial.hpp"
#include "vitrion/potentials/nequip/rows.hpp"

namespace vitrion::potentials::nequip {

/// What an evaluator keeps beyond what forces need.
enum class Keep {
  nothing,
  messages  ///< messages of every layer: for tracing and for gradients of parameters
};

/// Everything that flows through one layer; rows of atoms.
template <class T>
struct LayerState {
  AlignedVector<T> sent;      ///< linear_1 of the features that come in; first layer: one row for every type
  AlignedVector<T> messages;  ///< summed over neighbours; kept on request
  AlignedVector<T> before;    ///< before the gate
  AlignedVector<T> features;  ///< after it
  AlignedVector<T> adjoints;  ///< dE/d(features)
};

/// Atoms of one type that are worked on together, so that a matrix is read once for all of them.
struct Block {
  std::size_t type = 0, begin = 0, end = 0;  ///< positions in Evaluator::order()
};

/// Evaluates one system at a time. Inside another parallel loop it works on the calling thread alone.
template <class T>
class Evaluator {
 public:
  /// `tables`: one for each layer, or none.
  Evaluator(std::shared_ptr<const Network<T>> network, std::shared_ptr<const std::vector<RadialTable<T>>> tables,
            Keep keep);

  /// Site energies, forces, virial.
  void run(const neighbors::Neighborhoods& atoms, const EvaluationRequest& request, GhostExchange& ghosts,
           Evaluation& result);

  // What the last run left.
  const Network<T>& network() const { return *network_; }
  const Graph<T>& graph() const { return graph_; }
  const std::vector<LayerState<T>>& layers() const { return layers_; }
  const std::vector<Block>& blocks() const { return blocks_; }
  const std::vector<std::size_t>& order() const { return order_; }  ///< local atoms by type
  const std::vector<std::size_t>& types() const { return types_; }  ///< of local atoms
  const std::vector<std::size_t>& bytes_to_ghosts() const { return bytes_to_ghosts_; }
  /// The row of features that come into layer n.
  const T* features_of(std::size_t n, std::size_t atom) const {
    return n == 0 ? network_->embedding.values.data() + types_[atom] * network_->channels
                  : layers_[n - 1].features.data() + atom * network_->layers[n].feature_width;
  }
  /// The edges of a centre in layer n, radial weights left out.
  Convolution<T> convolution(std::size_t n, std::size_t atom) const;

 private:
  // Working memory of one thread.
  struct Scratch {
    AlignedVector<T> weights, slopes, messages, before_adjoints, convolution, edge_adjoints;
    AlignedVector<T> sent_adjoints;  // of all rows
    std::vector<double> forces;      // of all atoms, (n, 3)
    RowPointers<T> pointers;
    RadialScratch<T> radial;
  };

  void prepare(const neighbors::Neighborhoods& atoms, GhostExchange& ghosts);
  void make_blocks(const neighbors::Neighborhoods& atoms);
  void forward(std::size_t n, GhostExchange& ghosts);
  void forward_block(std::size_t n, const Block& block, Scratch& s);
  void seed_adjoints(Evaluation& result);
  void backward(std::size_t n, GhostExchange& ghosts);
  void backward_block(std::size_t n, const Block& block, Scratch& s);
  void collect_sent_adjoints(std::size_t n, GhostExchange& ghosts);
  void forces(const EvaluationRequest& request, Evaluation& result);
  Convolution<T> weighted_convolution(std::size_t n, std::size_t atom, bool slopes, Scratch& s) const;
  template <class Work>
  void for_blocks(const Work& work);

  std::shared_ptr<const Network<T>> network_;
  std::shared_ptr<const std::vector<RadialTable<T>>> tables_;
  Keep keep_;

  Graph<T> graph_;
  std::vector<std::size_t> order_, types_;
  std::vector<Block> blocks_;
  std::size_t n_local_ = 0, n_total_ = 0, n_rows_ = 0;
  std::size_t n_exchanged_ = 0;  // ghosts that are their own owners
  bool ghosts_are_images_ = false;
  std::vector<LayerState<T>> layers_;
  std::vector<double> edge_adjoints_;  // dE/dr, dE/dY, shape (n_edges, harmonics_width)
  std::vector<Scratch> scratch_;
  std::size_t team_ = 1;  // threads that shared the last work: one, inside another parallel loop
  std::vector<std::size_t> bytes_to_ghosts_;
};

}  // namespace vitrion::potentials::nequip
