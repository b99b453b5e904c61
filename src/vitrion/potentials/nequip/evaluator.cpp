#include "vitrion/potentials/nequip/evaluator.hpp"

#include <omp.h>

#include <algorithm>
#include <numeric>

#include "vitrion/core/parallel.hpp"
#include "vitrion/potentials/nequip/harmonics.hpp"

namespace vitrion::potentials::nequip {
namespace {

constexpr std::size_t block_size = 16;

std::size_t team_size(std::size_t work) {
  if (omp_in_parallel()) return 1;
  return std::clamp<std::size_t>(work, 1, static_cast<std::size_t>(std::max(1, threads())));
}

template <class T>
void grow(AlignedVector<T>& buffer, std::size_t size) {
  if (buffer.size() < size) buffer.resize(size);
}

}  // namespace

template <class T>
Evaluator<T>::Evaluator(std::shared_ptr<const Network<T>> network,
                        std::shared_ptr<const std::vector<RadialTable<T>>> tables, Keep keep)
    : network_(std::move(network)), tables_(std::move(tables)), keep_(keep) {}

// Every thread gets a fixed share of the blocks, so that sums always have the same order.
template <class T>
template <class Work>
void Evaluator<T>::for_blocks(const Work& work) {
  const std::size_t team = team_size(blocks_.size());
  scratch_.resize(std::max(scratch_.size(), team));
#pragma omp parallel num_threads(static_cast <int>(team))
  {
    const auto t = static_cast<std::size_t>(omp_get_thread_num());
    const auto n_threads = static_cast<std::size_t>(omp_get_num_threads());
    if (t == 0) team_ = n_threads;
    for (std::size_t b = blocks_.size() * t / n_threads; b < blocks_.size() * (t + 1) / n_threads; ++b)
      work(blocks_[b], scratch_[t]);
  }
}

template <class T>
void Evaluator<T>::make_blocks(const neighbors::Neighborhoods& atoms) {
  order_.resize(n_local_);
  std::iota(order_.begin(), order_.end(), std::size_t{0});
  std::stable_sort(order_.begin(), order_.end(),
                   [&](std::size_t a, std::size_t b) { return atoms.types[a] < atoms.types[b]; });
  types_.assign(atoms.types, atoms.types + n_local_);
  blocks_.clear();
  for (std::size_t begin = 0; begin < n_local_;) {
    const std::size_t type = types_[order_[begin]];
    std::size_t end = begin;
    while (end < n_local_ && end - begin < block_size && types_[order_[end]] == type) ++end;
    blocks_.push_back({type, begin, end});
    begin = end;
  }
}

template <class T>
void Evaluator<T>::prepare(const neighbors::Neighborhoods& atoms, GhostExchange& ghosts) {
  n_local_ = atoms.n_local;
  n_total_ = atoms.n_total;
  const std::vector<int>* owners = ghosts.owners();
  n_exchanged_ = n_total_ - n_local_;
  for (std::size_t g = 0; owners && g < owners->size(); ++g)
    if ((*owners)[g] != static_cast<int>(n_local_ + g)) --n_exchanged_;
  ghosts_are_images_ = ghosts.ghosts_are_images();
  n_rows_ = ghosts_are_images_ ? n_local_ : n_total_;
  make_blocks(atoms);
  graph_.build(*network_, atoms, owners);
  layers_.resize(network_->layers.size());
  for (std::size_t n = 0; n < layers_.size(); ++n) {
    const LayerWeights<T>& weights = network_->layers[n];
    LayerState<T>& layer = layers_[n];
    layer.sent.resize((n == 0 ? network_->n_types : n_rows_) * weights.feature_width);
    layer.before.resize(n_local_ * weights.before_width);
    layer.features.resize(n_local_ * weights.output_width);
    layer.adjoints.resize(n_local_ * weights.output_width);
    if (keep_ == Keep::messages) layer.messages.resize(n_local_ * weights.message_width);
  }
  edge_adjoints_.assign(graph_.n_edges() * network_->harmonics_width, 0.0);
  bytes_to_ghosts_.assign(layers_.size(), 0);

  // What the first layer sends depends on the type alone: no exchange is needed.
  RowPointers<T> rows, scratch;
  for (std::size_t t = 0; t < network_->n_types; ++t)
    rows.add(network_->embedding.values.data() + t * network_->channels,
             layers_[0].sent.data() + t * network_->channels);
  apply(network_->layers[0].linear_1, 0, Direction::forward, false, rows, scratch);
}

template <class T>
Convolution<T> Evaluator<T>::convolution(std::size_t n, std::size_t atom) const {
  const LayerWeights<T>& weights = network_->layers[n];
  const auto first = static_cast<std::size_t>(graph_.first[atom]);
  Convolution<T> c;
  c.paths = weights.paths;
  c.channels = network_->channels;
  c.n_edges = graph_.degree(atom);
  c.neighbors = (n == 0 ? graph_.types.data() : graph_.rows.data()) + first;
  c.features = layers_[n].sent.data();
  c.feature_width = weights.feature_width;
  c.weight_width = weights.weight_width;
  c.couplings = graph_.couplings.data() + first * network_->coupling_width;
  c.coupling_width = network_->coupling_width;
  c.harmonics = graph_.harmonics.data() + first * network_->harmonics_width;
  c.harmonics_width = network_->harmonics_width;
  return c;
}

// The same with radial weights (and slopes).
template <class T>
Convolution<T> Evaluator<T>::weighted_convolution(std::size_t n, std::size_t atom, bool slopes, Scratch& s) const {
  const LayerWeights<T>& weights = network_->layers[n];
  Convolution<T> c = convolution(n, atom);
  grow(s.weights, c.n_edges * c.weight_width);
  if (slopes) grow(s.slopes, c.n_edges * c.weight_width);
  T* slope_rows = slopes ? s.slopes.data() : nullptr;
  const double* r = graph_.lengths.data() + graph_.first[atom];
  if (tables_)
    look_up<T>((*tables_)[n].view(), r, c.n_edges, s.weights.data(), slope_rows);
  else
    evaluate_radial(*network_, weights.radial, r, c.n_edges, s.weights.data(), slope_rows, s.radial);
  c.weights = s.weights.data();
  c.weight_slopes = slope_rows;
  return c;
}

template <class T>
void Evaluator<T>::forward_block(std::size_t n, const Block& block, Scratch& s) {
  const LayerWeights<T>& weights = network_->layers[n];
  LayerState<T>& layer = layers_[n];
  if (keep_ == Keep::nothing) s.messages.resize((block.end - block.begin) * weights.message_width);
  RowPointers<T> messages, self, next;
  for (std::size_t k = block.begin; k < block.end; ++k) {
    const std::size_t atom = order_[k];
    Convolution<T> c = weighted_convolution(n, atom, false, s);
    c.messages = keep_ == Keep::messages ? layer.messages.data() + atom * weights.message_width
                                         : s.messages.data() + (k - block.begin) * weights.message_width;
    convolve(c);
    T* before = layer.before.data() + atom * weights.before_width;
    messages.add(c.messages, before);
    self.add(features_of(n, atom), before);
  }
  apply(weights.linear_2, 0, Direction::forward, false, messages, s.pointers);
  apply(weights.self, block.type, Direction::forward, true, self, s.pointers);

  const bool last = n + 1 == layers_.size();
  for (std::size_t k = block.begin; k < block.end; ++k) {
    const std::size_t atom = order_[k];
    T* features = layer.features.data() + atom * weights.output_width;
    gate<T>(weights.gate, network_->channels, layer.before.data() + atom * weights.before_width, features);
    if (!last) next.add(features, layers_[n + 1].sent.data() + atom * weights.output_width);
  }
  if (!last) apply(network_->layers[n + 1].linear_1, 0, Direction::forward, false, next, s.pointers);
}

template <class T>
void Evaluator<T>::forward(std::size_t n, GhostExchange& ghosts) {
  for_blocks([&](const Block& block, Scratch& s) { forward_block(n, block, s); });
  if (n + 1 == layers_.size() || ghosts_are_images_) return;
  const std::size_t width = network_->layers[n].output_width;
  ghosts.forward(layers_[n + 1].sent.data(), width, sizeof(T));
  bytes_to_ghosts_[n + 1] = n_exchanged_ * width * sizeof(T);
}

// Site energies, and their derivatives by the last features.
template <class T>
void Evaluator<T>::seed_adjoints(Evaluation& result) {
  result.energies.resize(n_local_);
  const std::size_t width = network_->layers.back().output_width;
  LayerState<T>& last = layers_.back();
  std::fill(last.adjoints.begin(), last.adjoints.end(), T(0));
  for (std::size_t i = 0; i < n_local_; ++i) {
    double energy = 0;
    const double scale = network_->scales[types_[i]];
    for (std::size_t u = 0; u < network_->channels; ++u) {
      const auto readout = static_cast<double>(network_->readout[u]);
      energy += readout * static_cast<double>(last.features[i * width + u]);
      last.adjoints[i * width + u] = static_cast<T>(scale * readout);
    }
    result.energies[i] = scale * energy + network_->shifts[types_[i]];
  }
}

template <class T>
void Evaluator<T>::backward_block(std::size_t n, const Block& block, Scratch& s) {
  const LayerWeights<T>& weights = network_->layers[n];
  const std::size_t count = block.end - block.begin;
  s.before_adjoints.resize(count * weights.before_width);
  s.messages.resize(count * weights.message_width);
  RowPointers<T> messages, self;
  for (std::size_t a = 0; a < count; ++a) {
    const std::size_t atom = order_[block.begin + a];
    T* before = s.before_adjoints.data() + a * weights.before_width;
    gate_backward<T>(weights.gate, network_->channels, layers_[n].before.data() + atom * weights.before_width,
                     layers_[n].adjoints.data() + atom * weights.output_width, before);
    messages.add(before, s.messages.data() + a * weights.message_width);
    if (n == 0) continue;
    T* features = layers_[n - 1].adjoints.data() + atom * weights.feature_width;
    std::fill(features, features + weights.feature_width, T(0));
    self.add(before, features);
  }
  apply(weights.linear_2, 0, Direction::transposed, false, messages, s.pointers);
  apply(weights.self, block.type, Direction::transposed, true, self, s.pointers);
  for (std::size_t a = 0; a < count; ++a) {
    const std::size_t atom = order_[block.begin + a];
    Convolution<T> c = weighted_convolution(n, atom, true, s);
    const std::size_t size = c.n_edges * c.harmonics_width;
    grow(s.convolution, backward_scratch<T>(c.channels, c.n_edges, c.harmonics_width));
    grow(s.edge_adjoints, size);
    c.message_adjoints = messages.out[a];
    c.feature_adjoints = s.sent_adjoints.data();
    c.edge_adjoints = s.edge_adjoints.data();
    c.scratch = s.convolution.data();
    convolve_backward(c);
    double* sum = edge_adjoints_.data() + static_cast<std::size_t>(graph_.first[atom]) * c.harmonics_width;
    for (std::size_t k = 0; k < size; ++k) sum[k] += static_cast<double>(c.edge_adjoints[k]);
  }
}

// Adds up what the threads found, brings home what ghosts hold, and goes back through linear_1.
template <class T>
void Evaluator<T>::collect_sent_adjoints(std::size_t n, GhostExchange& ghosts) {
  const std::size_t width = network_->layers[n].feature_width, size = n_rows_ * width;
  T* total = scratch_[0].sent_adjoints.data();
  for (std::size_t t = 1; t < team_; ++t) {
    const T* part = scratch_[t].sent_adjoints.data();
#pragma omp parallel for schedule(static)
    for (std::size_t k = 0; k < size; ++k) total[k] += part[k];
  }
  if (!ghosts_are_images_) ghosts.reverse(total, width, sizeof(T));
  for_blocks([&](const Block& block, Scratch& s) {
    RowPointers<T> rows;
    for (std::size_t k = block.begin; k < block.end; ++k)
      rows.add(total + order_[k] * width, layers_[n - 1].adjoints.data() + order_[k] * width);
    apply(network_->layers[n].linear_1, 0, Direction::transposed, true, rows, s.pointers);
  });
}

template <class T>
void Evaluator<T>::backward(std::size_t n, GhostExchange& ghosts) {
  const std::size_t rows = n == 0 ? network_->n_types : n_rows_;
  scratch_.resize(std::max(scratch_.size(), team_size(blocks_.size())));
  for (Scratch& s : scratch_) s.sent_adjoints.assign(rows * network_->layers[n].feature_width, T(0));
  for_blocks([&](const Block& block, Scratch& s) { backward_block(n, block, s); });
  if (n > 0) collect_sent_adjoints(n, ghosts);
}

// Forces and virial from the adjoints of distances and harmonics.
template <class T>
void Evaluator<T>::forces(const EvaluationRequest& request, Evaluation& result) {
  result.forces.resize(static_cast<Eigen::Index>(n_total_), 3);
  result.atomic_virials.resize(static_cast<Eigen::Index>(n_local_), 9);
  const std::size_t team = team_size(blocks_.size());
#pragma omp parallel num_threads(static_cast <int>(team))
  {
    const auto t = static_cast<std::size_t>(omp_get_thread_num());
    const auto n_threads = static_cast<std::size_t>(omp_get_num_threads());
    std::vector<double>& forces = scratch_[t].forces;
    forces.assign(3 * n_total_, 0.0);
    for (std::size_t i = n_local_ * t / n_threads; i < n_local_ * (t + 1) / n_threads; ++i) {
      Matrix3 virial = Matrix3::Zero();
      for (auto e = static_cast<std::size_t>(graph_.first[i]); e < static_cast<std::size_t>(graph_.first[i + 1]); ++e) {
        const double* unit = &graph_.units[3 * e];
        const double* adjoints = &edge_adjoints_[e * network_->harmonics_width];
        const double r = graph_.lengths[e];
        Vector3 gradient(adjoints[0] * unit[0], adjoints[0] * unit[1], adjoints[0] * unit[2]);
        add_harmonics_gradient(network_->l_max, unit, r, adjoints, gradient.data());
        for (std::size_t k = 0; k < 3; ++k) {
          forces[3 * i + k] += gradient[static_cast<Eigen::Index>(k)];
          forces[3 * static_cast<std::size_t>(graph_.atoms[e]) + k] -= gradient[static_cast<Eigen::Index>(k)];
        }
        virial -= r * gradient * Eigen::Map<const Vector3>(unit).transpose();
      }
      virial = (virial + virial.transpose()).eval() / 2;
      result.atomic_virials.row(static_cast<Eigen::Index>(i)) =
          Eigen::Map<const Eigen::Matrix<double, 1, 9>>(virial.data());
    }
#pragma omp barrier
#pragma omp for schedule(static)
    for (std::size_t k = 0; k < 3 * n_total_; ++k) {
      double sum = 0;
      for (std::size_t other = 0; other < n_threads; ++other) sum += scratch_[other].forces[k];
      result.forces.data()[k] = sum;
    }
  }
  const Eigen::Matrix<double, 1, 9> total = result.atomic_virials.colwise().sum();
  result.virial = Eigen::Map<const Matrix3>(total.data());
  if (!request.atomic_virials) result.atomic_virials.resize(0, 9);
}

template <class T>
void Evaluator<T>::run(const neighbors::Neighborhoods& atoms, const EvaluationRequest& request, GhostExchange& ghosts,
                       Evaluation& result) {
  prepare(atoms, ghosts);
  for (std::size_t n = 0; n < layers_.size(); ++n) forward(n, ghosts);
  seed_adjoints(result);
  for (std::size_t n = layers_.size(); n-- > 0;) backward(n, ghosts);
  forces(request, result);
}

template class Evaluator<float>;
template class Evaluator<double>;

}  // namespace vitrion::potentials::nequip
