#include "vitrion/potentials/nequip/gradient.hpp"

#include <algorithm>
#include <cmath>

#include "vitrion/potentials/nequip/harmonics.hpp"

namespace vitrion::potentials::nequip {

// How lengths and directions of the edges change along the path.
template <class T>
void GradientPass<T>::move_edges(const LossSlopes& slopes) {
  const Graph<T>& graph = state_->graph();
  const std::size_t n_edges = graph.n_edges(), width = network_->harmonics_width;
  rates_.resize(n_edges);
  harmonics_.resize(n_edges * width);
  couplings_.resize(n_edges * network_->coupling_width);
  for (std::size_t i = 0; i + 1 < graph.first.size(); ++i)
    for (auto e = static_cast<std::size_t>(graph.first[i]); e < static_cast<std::size_t>(graph.first[i + 1]); ++e) {
      const Eigen::Map<const Vector3> unit(&graph.units[3 * e]);
      Vector3 rate = -graph.lengths[e] * (slopes.virial * unit);
      rate +=
          slopes.forces.row(static_cast<Eigen::Index>(i)).transpose() - slopes.forces.row(graph.rows[e]).transpose();
      rates_[e] = rate.dot(unit);
      double tangents[(largest_l + 1) * (largest_l + 1)];
      harmonics_tangent(network_->l_max, unit.data(), graph.lengths[e], rate.data(), tangents);
      std::copy_n(tangents, width, &harmonics_[e * width]);
      network_->couple(tangents, couplings_.data() + e * network_->coupling_width);
    }
}

template <class T>
void GradientPass<T>::run_tape(std::size_t n, std::size_t atom) {
  const Graph<T>& graph = state_->graph();
  const auto first = static_cast<std::size_t>(graph.first[atom]);
  tape_.forward(*network_, network_->layers[n].radial, graph.lengths.data() + first, rates_.data() + first,
                graph.degree(atom));
}

// Tangents of what flows forward through a layer.
template <class T>
void GradientPass<T>::forward(std::size_t n) {
  const LayerWeights<T>& weights = network_->layers[n];
  const LayerState<T>& state = state_->layers()[n];
  Tangents& tangents = layers_[n];
  const std::size_t n_atoms = state_->types().size();
  tangents.messages.resize(n_atoms * weights.message_width);
  tangents.before.resize(n_atoms * weights.before_width);
  tangents.features.resize(n_atoms * weights.output_width);
  if (n == 0) tangents.sent.assign(state.sent.size(), T(0));
  tangents.directional.clear();
  for (const KernelPath<T>& path : weights.paths)
    if (path.l2 > 0) tangents.directional.push_back(path);

  RowPointers<T> messages, next;
  for (std::size_t atom = 0; atom < n_atoms; ++atom) {
    run_tape(n, atom);
    Convolution<T> c = state_->convolution(n, atom);
    c.messages = tangents.messages.data() + atom * weights.message_width;
    c.weights = tape_.tangents();
    convolve(c);
    c.add = true;
    c.weights = tape_.values();
    if (n > 0) {
      c.features = tangents.sent.data();
      convolve(c);
      c.features = state.sent.data();
    }
    c.paths = tangents.directional;
    c.couplings = couplings_.data() + static_cast<std::size_t>(state_->graph().first[atom]) * c.coupling_width;
    convolve(c);
    messages.add(c.messages, tangents.before.data() + atom * weights.before_width);
  }
  apply(weights.linear_2, 0, Direction::forward, false, messages, pointers_);
  for (const Block& block : state_->blocks()) {
    if (n == 0) break;  // the species do not move
    RowPointers<T> self;
    for (std::size_t k = block.begin; k < block.end; ++k) {
      const std::size_t atom = state_->order()[k];
      self.add(layers_[n - 1].features.data() + atom * weights.feature_width,
               tangents.before.data() + atom * weights.before_width);
    }
    apply(weights.self, block.type, Direction::forward, true, self, pointers_);
  }
  for (std::size_t atom = 0; atom < n_atoms; ++atom) {
    T* features = tangents.features.data() + atom * weights.output_width;
    gate_tangent<T>(weights.gate, network_->channels, state.before.data() + atom * weights.before_width,
                    tangents.before.data() + atom * weights.before_width, features);
    next.in.push_back(features);
  }
  if (n + 1 == layers_.size()) return;
  AlignedVector<T>& sent = layers_[n + 1].sent;
  sent.resize(n_atoms * weights.output_width);
  for (std::size_t atom = 0; atom < n_atoms; ++atom) next.out.push_back(sent.data() + atom * weights.output_width);
  apply(network_->layers[n + 1].linear_1, 0, Direction::forward, false, next, pointers_);
}

// Site energies: the gradient of the two output matrices, and the tangents that go back from them.
template <class T>
void GradientPass<T>::seed(const LossSlopes& slopes, const Model& model, std::vector<double>& gradient) {
  const LayerState<T>& last = state_->layers().back();
  Tangents& tangents = layers_.back();
  const std::size_t width = network_->layers.back().output_width, features = network_->features;
  std::vector<double> by_readout(features, 0.0);
  tangents.adjoints.assign(tangents.features.size(), T(0));
  for (std::size_t i = 0; i < state_->types().size(); ++i) {
    const double scale = network_->scales[state_->types()[i]];
    for (std::size_t u = 0; u < features; ++u) {
      by_readout[u] += scale * (static_cast<double>(tangents.features[i * width + u]) +
                                slopes.energy * static_cast<double>(last.features[i * width + u]));
      tangents.adjoints[i * width + u] =
          static_cast<T>(slopes.energy * scale * static_cast<double>(network_->readout[u]));
    }
  }
  const ParameterTable table = model.table();
  const ParameterBlock &hidden = table.at("readout.hidden"), &energy = table.at("readout.energy");
  const std::size_t n_hidden = hidden.shape[1];
  const double factor = 1 / std::sqrt(static_cast<double>(features * n_hidden));
  for (std::size_t u = 0; u < features; ++u)
    for (std::size_t h = 0; h < n_hidden; ++h) {
      gradient[hidden.offset + u * n_hidden + h] += factor * by_readout[u] * model.parameters[energy.offset + h];
      gradient[energy.offset + h] += factor * by_readout[u] * model.parameters[hidden.offset + u * n_hidden + h];
    }
}

// Adds the outer products of the rows that went in and the adjoints that came out, irrep by irrep.
template <class T>
void GradientPass<T>::add_outer(const std::vector<IrrepWeights<T>>& weights, std::size_t matrix,
                                const RowPointers<T>& rows) {
  for (const IrrepWeights<T>& w : weights) {
    std::vector<const T*> left, right;
    for (std::size_t a = 0; a < rows.in.size(); ++a)
      for (std::size_t m = 0; m < static_cast<std::size_t>(w.components); ++m) {
        left.push_back(rows.in[a] + w.from + m * w.from_stride);
        right.push_back(rows.out[a] + w.to + m * w.to_stride);
      }
    const Matrix<T>& values = w.matrices[matrix];
    add_outer_products<T>(
        {left.data(), right.data(), left.size(), gradient_.data() + values.place, values.rows, values.columns});
  }
}

template <class T>
void GradientPass<T>::backward_convolution(std::size_t n, std::size_t atom, const T* adjoints,
                                           const T* adjoint_tangents) {
  run_tape(n, atom);
  Convolution<T> c = state_->convolution(n, atom);
  const std::size_t size = c.n_edges * c.weight_width;
  weight_adjoints_.assign(size, T(0));
  weight_tangents_.assign(size, T(0));
  const std::size_t needed = backward_scratch<T>(c.channels, c.n_edges, c.harmonics_width);
  if (scratch_.size() < needed) scratch_.resize(needed);
  c.scratch = scratch_.data();

  c.message_adjoints = adjoints;
  c.weights = tape_.values();
  c.feature_adjoints = sent_adjoints_.data();
  c.weight_adjoints = weight_adjoints_.data();
  convolve_backward(c);

  c.feature_adjoints = sent_adjoint_tangents_.data();
  c.weight_adjoints = weight_tangents_.data();
  c.message_adjoints = adjoint_tangents;
  convolve_backward(c);

  c.message_adjoints = adjoints;
  const T* features = c.features;
  c.features = layers_[n].sent.data();
  c.weights = tape_.tangents();
  convolve_backward(c);

  c.features = features;
  c.weights = tape_.values();
  c.paths = layers_[n].directional;
  c.harmonics = harmonics_.data() + static_cast<std::size_t>(state_->graph().first[atom]) * c.harmonics_width;
  convolve_backward(c);
  tape_.backward(weight_adjoints_, weight_tangents_, gradient_.data(), frequencies_.data());
}

template <class T>
void GradientPass<T>::backward_block(std::size_t n, const Block& block) {
  const LayerWeights<T>& weights = network_->layers[n];
  const LayerState<T>& state = state_->layers()[n];
  Tangents& tangents = layers_[n];
  const std::size_t count = block.end - block.begin;
  before_adjoints_.resize(count * weights.before_width);
  before_tangents_.resize(count * weights.before_width);
  message_adjoints_.resize(count * weights.message_width);
  message_tangents_.resize(count * weights.message_width);
  RowPointers<T> messages, message_tangents, self, self_tangents, back, back_tangents, back_self;
  for (std::size_t a = 0; a < count; ++a) {
    const std::size_t atom = state_->order()[block.begin + a], row = atom * weights.before_width;
    const std::size_t out = atom * weights.output_width, message = atom * weights.message_width;
    T *g = before_adjoints_.data() + a * weights.before_width, *dg = before_tangents_.data() + a * weights.before_width;
    gate_backward<T>(weights.gate, network_->channels, state.before.data() + row, state.adjoints.data() + out, g);
    gate_backward_tangent<T>(weights.gate, network_->channels, state.before.data() + row, tangents.before.data() + row,
                             state.adjoints.data() + out, tangents.adjoints.data() + out, dg);
    messages.add(state.messages.data() + message, dg);
    message_tangents.add(tangents.messages.data() + message, g);
    self.add(state_->features_of(n, atom), dg);
    back.add(g, message_adjoints_.data() + a * weights.message_width);
    back_tangents.add(dg, message_tangents_.data() + a * weights.message_width);
    if (n == 0) {
      back_self.add(dg, embedding_tangents_.data() + block.type * weights.feature_width);
    } else {
      self_tangents.add(layers_[n - 1].features.data() + atom * weights.feature_width, g);
      back_self.add(dg, layers_[n - 1].adjoints.data() + atom * weights.feature_width);
    }
  }
  add_outer(weights.linear_2, 0, messages);
  add_outer(weights.linear_2, 0, message_tangents);
  add_outer(weights.self, block.type, self);
  add_outer(weights.self, block.type, self_tangents);
  apply(weights.linear_2, 0, Direction::transposed, false, back, pointers_);
  apply(weights.linear_2, 0, Direction::transposed, false, back_tangents, pointers_);
  if (n > 0) {
    apply(weights.self, block.type, Direction::transposed, true, back_self, pointers_);
  } else {
    // All rows go to the one of their type: one by one, since a product keeps its sums until its end.
    for (std::size_t a = 0; a < count; ++a) {
      RowPointers<T> one;
      one.add(back_self.in[a], back_self.out[a]);
      apply(weights.self, block.type, Direction::transposed, true, one, pointers_);
    }
  }
  for (std::size_t a = 0; a < count; ++a)
    backward_convolution(n, state_->order()[block.begin + a], message_adjoints_.data() + a * weights.message_width,
                         message_tangents_.data() + a * weights.message_width);
}

// Through linear_1.
template <class T>
void GradientPass<T>::backward_sent(std::size_t n) {
  const LayerWeights<T>& weights = network_->layers[n];
  const std::size_t width = weights.feature_width;
  RowPointers<T> values, tangents, back;
  const std::size_t rows = n == 0 ? network_->n_types : state_->types().size();
  for (std::size_t k = 0; k < rows; ++k) {
    T *g = sent_adjoints_.data() + k * width, *dg = sent_adjoint_tangents_.data() + k * width;
    if (n == 0) {
      values.add(network_->embedding.values.data() + k * width, dg);
      back.add(dg, embedding_tangents_.data() + k * width);
    } else {
      values.add(state_->features_of(n, k), dg);
      tangents.add(layers_[n - 1].features.data() + k * width, g);
      back.add(dg, layers_[n - 1].adjoints.data() + k * width);
    }
  }
  add_outer(weights.linear_1, 0, values);
  add_outer(weights.linear_1, 0, tangents);
  apply(weights.linear_1, 0, Direction::transposed, true, back, pointers_);
}

template <class T>
void GradientPass<T>::backward(std::size_t n) {
  const LayerWeights<T>& weights = network_->layers[n];
  const std::size_t rows = n == 0 ? network_->n_types : state_->types().size();
  sent_adjoints_.assign(rows * weights.feature_width, T(0));
  sent_adjoint_tangents_.assign(rows * weights.feature_width, T(0));
  if (n > 0) layers_[n - 1].adjoints.assign(layers_[n - 1].features.size(), T(0));
  for (const Block& block : state_->blocks()) backward_block(n, block);
  backward_sent(n);
}

template <class T>
void GradientPass<T>::hand_over(const Model& model, std::vector<double>& gradient) const {
  network_->for_matrices([&](const Matrix<T>& matrix) {
    for (const Segment& segment : matrix.segments)
      for (std::size_t k = 0; k < segment.count; ++k)
        gradient[segment.parameter + k] +=
            segment.factor * static_cast<double>(gradient_[matrix.place + segment.element + k]);
  });
  const std::size_t offset = model.table().at("bessel_frequencies").offset;
  for (std::size_t k = 0; k < frequencies_.size(); ++k) gradient[offset + k] += frequencies_[k];
}

template <class T>
void GradientPass<T>::run(const Evaluator<T>& state, const Model& model, const LossSlopes& slopes,
                          std::vector<double>& gradient) {
  state_ = &state;
  network_ = &state.network();
  gradient_.assign(network_->matrix_elements, T(0));
  frequencies_.assign(network_->bessel_frequencies.size(), 0.0);
  embedding_tangents_.assign(network_->embedding.values.size(), T(0));
  layers_.resize(network_->layers.size());
  move_edges(slopes);
  for (std::size_t n = 0; n < layers_.size(); ++n) forward(n);
  seed(slopes, model, gradient);
  for (std::size_t n = layers_.size(); n-- > 0;) backward(n);
  for (std::size_t k = 0; k < embedding_tangents_.size(); ++k)
    gradient_[network_->embedding.place + k] += embedding_tangents_[k];
  hand_over(model, gradient);
}

template class GradientPass<float>;
template class GradientPass<double>;

}  // namespace vitrion::potentials::nequip
