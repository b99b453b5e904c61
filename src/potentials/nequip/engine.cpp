#include "potentials/nequip/engine.hpp"

#include <omp.h>

#include <algorithm>
#include <numeric>

#include "core/parallel.hpp"
#include "potentials/nequip/graph.hpp"
#include "potentials/nequip/harmonics.hpp"
#include "potentials/nequip/network.hpp"
#include "potentials/nequip/radial.hpp"

namespace vitrion::nequip {
namespace {

// Atoms of one type that are worked on together, so that a matrix is read once for all of them.
struct Block {
  std::size_t type = 0, begin = 0, end = 0;  // positions in the order of work
};

// Working memory of one thread.
template <class T>
struct Scratch {
  AlignedVector<T> weights, slopes, messages, before_adjoints, convolution, edge_adjoints;
  AlignedVector<T> sent_adjoints;  // of all rows
  std::vector<double> forces;      // of all atoms, (n, 3)
  std::vector<const T*> in;
  std::vector<T*> out;
  RadialScratch<T> radial;
};

// Rows of every atom of a block.
template <class T>
struct BlockRows {
  std::vector<const T*> in;
  std::vector<T*> out;
};

template <class T>
class EngineOf final : public Engine {
 public:
  EngineOf(const Model& model, bool tabulated, LastLayer last, bool tracing)
      : network_(model, last), tracing_(tracing) {
    if (!tabulated) return;
    const Network<double> exact(model, last);
    for (const LayerWeights<double>& layer : exact.layers) tables_.emplace_back(exact, layer.radial);
  }

  void run(const Neighborhoods& atoms, const EvaluationRequest& request, GhostExchange& ghosts,
           Evaluation& result) override;
  std::vector<std::size_t> bytes_to_ghosts() const override { return bytes_to_ghosts_; }
  const std::vector<LayerTrace>& trace() const override { return trace_; }

 private:
  struct Layer {
    AlignedVector<T> sent;    // linear_1 of the features; layer 0: one row for every type
    AlignedVector<T> before;  // the gate
  };

  void prepare(const Neighborhoods& atoms, GhostExchange& ghosts);
  void make_blocks(const Neighborhoods& atoms);
  void forward(std::size_t n, GhostExchange& ghosts);
  void forward_block(std::size_t n, const Block& block, Scratch<T>& s);
  void seed_adjoints(Evaluation& result);
  void backward(std::size_t n, GhostExchange& ghosts);
  void backward_block(std::size_t n, const Block& block, Scratch<T>& s);
  void collect_sent_adjoints(std::size_t n, GhostExchange& ghosts);
  void forces(const EvaluationRequest& request, Evaluation& result);

  Convolution<T> convolution(std::size_t n, std::size_t atom, bool slopes, Scratch<T>& s) const;
  const T* features_of(std::size_t n, std::size_t atom) const;
  void apply(const std::vector<IrrepWeights<T>>& weights, std::size_t matrix, bool transposed, bool add, Scratch<T>& s,
             const BlockRows<T>& rows) const;
  void make_trace();
  void keep_trace(std::size_t n, const Block& block, const Scratch<T>& s);
  template <class Work>
  void for_blocks(const Work& work);

  Network<T> network_;
  std::vector<RadialTable<T>> tables_;
  bool tracing_;

  Graph<T> graph_;
  std::vector<std::size_t> order_;  // local atoms, by type
  std::vector<std::size_t> types_;  // of local atoms
  std::vector<Block> blocks_;
  std::size_t n_local_ = 0, n_total_ = 0, n_rows_ = 0;
  bool ghosts_are_images_ = false;
  std::vector<Layer> layers_;
  AlignedVector<T> features_, next_features_, adjoints_, next_adjoints_;
  std::vector<double> edge_adjoints_;  // dE/dr, dE/dY, shape (n_edges, harmonics_width)
  std::vector<Scratch<T>> scratch_;
  std::size_t team_ = 1;  // threads that shared the last work: one, inside another parallel loop
  std::vector<std::size_t> bytes_to_ghosts_;
  std::vector<LayerTrace> trace_;
};

template <class T>
constexpr std::size_t block_size = 16;

std::size_t team_size(std::size_t work) {
  return std::clamp<std::size_t>(work, 1, static_cast<std::size_t>(std::max(1, threads())));
}

// Every thread gets a fixed share of the blocks, so that sums always have the same order.
template <class T>
template <class Work>
void EngineOf<T>::for_blocks(const Work& work) {
  const std::size_t team = team_size(blocks_.size());
  scratch_.resize(std::max(scratch_.size(), team));
#pragma omp parallel num_threads(static_cast <int>(team))
  {
    const auto t = static_cast<std::size_t>(omp_get_thread_num());
    const auto n_threads = static_cast<std::size_t>(omp_get_num_threads());
    if (t == 0) team_ = n_threads;
    work(t, scratch_[t], blocks_.data() + blocks_.size() * t / n_threads,
         blocks_.data() + blocks_.size() * (t + 1) / n_threads);
  }
}

template <class T>
void EngineOf<T>::make_blocks(const Neighborhoods& atoms) {
  order_.resize(n_local_);
  std::iota(order_.begin(), order_.end(), std::size_t{0});
  std::stable_sort(order_.begin(), order_.end(),
                   [&](std::size_t a, std::size_t b) { return atoms.types[a] < atoms.types[b]; });
  types_.assign(atoms.types, atoms.types + n_local_);
  blocks_.clear();
  for (std::size_t begin = 0; begin < n_local_;) {
    const std::size_t type = types_[order_[begin]];
    std::size_t end = begin;
    while (end < n_local_ && end - begin < block_size<T> && types_[order_[end]] == type) ++end;
    blocks_.push_back({type, begin, end});
    begin = end;
  }
}

template <class T>
void EngineOf<T>::prepare(const Neighborhoods& atoms, GhostExchange& ghosts) {
  n_local_ = atoms.n_local;
  n_total_ = atoms.n_total;
  const std::vector<int>* owners = ghosts.owners();
  ghosts_are_images_ = owners != nullptr;
  n_rows_ = ghosts_are_images_ ? n_local_ : n_total_;
  make_blocks(atoms);
  graph_.build(network_, atoms, owners);
  layers_.resize(network_.layers.size());
  std::size_t widest = network_.channels;
  for (std::size_t n = 0; n < layers_.size(); ++n) {
    const LayerWeights<T>& weights = network_.layers[n];
    layers_[n].before.resize(n_local_ * weights.before_width);
    layers_[n].sent.resize((n == 0 ? network_.n_types : n_rows_) * weights.feature_width);
    widest = std::max({widest, weights.feature_width, weights.output_width});
  }
  for (AlignedVector<T>* rows : {&features_, &next_features_, &adjoints_, &next_adjoints_})
    rows->resize(n_local_ * widest);
  edge_adjoints_.assign(graph_.n_edges() * network_.harmonics_width, 0.0);
  bytes_to_ghosts_.assign(layers_.size(), 0);
  if (tracing_) make_trace();

  // What the first layer sends depends on the type alone: no exchange is needed.
  Scratch<T> s;
  BlockRows<T> rows;
  for (std::size_t t = 0; t < network_.n_types; ++t) {
    rows.in.push_back(network_.embedding.data() + t * network_.channels);
    rows.out.push_back(layers_[0].sent.data() + t * network_.channels);
  }
  apply(network_.layers[0].linear_1, 0, false, false, s, rows);
}

// Rows of a block times the matrices of every irrep.
template <class T>
void EngineOf<T>::apply(const std::vector<IrrepWeights<T>>& weights, std::size_t matrix, bool transposed, bool add,
                        Scratch<T>& s, const BlockRows<T>& rows) const {
  for (const IrrepWeights<T>& w : weights) {
    s.in.clear();
    s.out.clear();
    const std::size_t in = transposed ? w.to : w.from, in_stride = transposed ? w.to_stride : w.from_stride;
    const std::size_t out = transposed ? w.from : w.to, out_stride = transposed ? w.from_stride : w.to_stride;
    for (std::size_t a = 0; a < rows.in.size(); ++a)
      for (std::size_t m = 0; m < static_cast<std::size_t>(w.components); ++m) {
        s.in.push_back(rows.in[a] + in + m * in_stride);
        s.out.push_back(rows.out[a] + out + m * out_stride);
      }
    const Matrix<T>& values = w.matrices[matrix];
    multiply<T>({s.in.data(), s.out.data(), s.in.size(), transposed ? values.transposed.data() : values.values.data(),
                 transposed ? values.columns : values.rows, transposed ? values.rows : values.columns, add});
  }
}

template <class T>
const T* EngineOf<T>::features_of(std::size_t n, std::size_t atom) const {
  return n == 0 ? network_.embedding.data() + types_[atom] * network_.channels
                : features_.data() + atom * network_.layers[n].feature_width;
}

// The convolution of one centre, its radial weights (and slopes) computed.
template <class T>
Convolution<T> EngineOf<T>::convolution(std::size_t n, std::size_t atom, bool slopes, Scratch<T>& s) const {
  const LayerWeights<T>& weights = network_.layers[n];
  const auto first = static_cast<std::size_t>(graph_.first[atom]);
  const std::size_t degree = graph_.degree(atom), size = degree * weights.weight_width;
  if (s.weights.size() < size) s.weights.resize(size);
  if (slopes && s.slopes.size() < size) s.slopes.resize(size);
  T* slope_rows = slopes ? s.slopes.data() : nullptr;
  const double* r = graph_.lengths.data() + first;
  if (tables_.empty())
    evaluate_radial(network_, weights.radial, r, degree, s.weights.data(), slope_rows, s.radial);
  else
    look_up<T>(tables_[n].view(), r, degree, s.weights.data(), slope_rows);

  Convolution<T> c;
  c.paths = weights.paths;
  c.channels = network_.channels;
  c.n_edges = degree;
  c.neighbors = (n == 0 ? graph_.types.data() : graph_.rows.data()) + first;
  c.features = layers_[n].sent.data();
  c.feature_width = weights.feature_width;
  c.weights = s.weights.data();
  c.weight_width = weights.weight_width;
  c.weight_slopes = slope_rows;
  c.couplings = graph_.couplings.data() + first * network_.coupling_width;
  c.coupling_width = network_.coupling_width;
  c.harmonics = graph_.harmonics.data() + first * network_.harmonics_width;
  c.harmonics_width = network_.harmonics_width;
  return c;
}

template <class T>
void EngineOf<T>::forward_block(std::size_t n, const Block& block, Scratch<T>& s) {
  const LayerWeights<T>& weights = network_.layers[n];
  s.messages.resize((block.end - block.begin) * weights.message_width);
  BlockRows<T> messages, self;
  for (std::size_t k = block.begin; k < block.end; ++k) {
    const std::size_t atom = order_[k];
    Convolution<T> c = convolution(n, atom, false, s);
    c.messages = s.messages.data() + (k - block.begin) * weights.message_width;
    convolve(c);
    T* before = layers_[n].before.data() + atom * weights.before_width;
    messages.in.push_back(c.messages);
    messages.out.push_back(before);
    self.in.push_back(features_of(n, atom));
    self.out.push_back(before);
  }
  apply(weights.linear_2, 0, false, false, s, messages);
  apply(weights.self, block.type, false, true, s, self);

  const bool last = n + 1 == layers_.size();
  BlockRows<T> next;
  for (std::size_t k = block.begin; k < block.end; ++k) {
    const std::size_t atom = order_[k];
    T* features = next_features_.data() + atom * weights.output_width;
    gate<T>(weights.gate, network_.channels, layers_[n].before.data() + atom * weights.before_width, features);
    if (last) continue;
    next.in.push_back(features);
    next.out.push_back(layers_[n + 1].sent.data() + atom * weights.output_width);
  }
  if (!last) apply(network_.layers[n + 1].linear_1, 0, false, false, s, next);
  if (tracing_) keep_trace(n, block, s);
}

template <class T>
void EngineOf<T>::forward(std::size_t n, GhostExchange& ghosts) {
  for_blocks([&](std::size_t, Scratch<T>& s, const Block* begin, const Block* end) {
    for (const Block* block = begin; block != end; ++block) forward_block(n, *block, s);
  });
  std::swap(features_, next_features_);
  if (n + 1 == layers_.size() || ghosts_are_images_) return;
  const std::size_t width = network_.layers[n].output_width;
  ghosts.forward(layers_[n + 1].sent.data(), width, sizeof(T));
  bytes_to_ghosts_[n + 1] = (n_total_ - n_local_) * width * sizeof(T);
}

// Site energies, and their derivatives by the last features.
template <class T>
void EngineOf<T>::seed_adjoints(Evaluation& result) {
  result.energies.resize(n_local_);
  const std::size_t width = network_.layers.back().output_width;
  std::fill(adjoints_.begin(), adjoints_.end(), T(0));
  for (std::size_t i = 0; i < n_local_; ++i) {
    double energy = 0;
    const double scale = network_.scales[types_[i]];
    for (std::size_t u = 0; u < network_.channels; ++u) {
      energy += static_cast<double>(network_.readout[u]) * static_cast<double>(features_[i * width + u]);
      adjoints_[i * width + u] = static_cast<T>(scale * static_cast<double>(network_.readout[u]));
    }
    result.energies[i] = scale * energy + network_.shifts[types_[i]];
  }
}

template <class T>
void EngineOf<T>::backward_block(std::size_t n, const Block& block, Scratch<T>& s) {
  const LayerWeights<T>& weights = network_.layers[n];
  const std::size_t count = block.end - block.begin;
  s.before_adjoints.resize(count * weights.before_width);
  s.messages.resize(count * weights.message_width);
  BlockRows<T> messages, self;
  for (std::size_t a = 0; a < count; ++a) {
    const std::size_t atom = order_[block.begin + a];
    T* before = s.before_adjoints.data() + a * weights.before_width;
    gate_backward<T>(weights.gate, network_.channels, layers_[n].before.data() + atom * weights.before_width,
                     adjoints_.data() + atom * weights.output_width, before);
    messages.in.push_back(before);
    messages.out.push_back(s.messages.data() + a * weights.message_width);
    if (n == 0) continue;
    T* features = next_adjoints_.data() + atom * weights.feature_width;
    std::fill(features, features + weights.feature_width, T(0));
    self.in.push_back(before);
    self.out.push_back(features);
  }
  apply(weights.linear_2, 0, true, false, s, messages);
  if (n > 0) apply(weights.self, block.type, true, true, s, self);
  for (std::size_t a = 0; a < count; ++a) {
    const std::size_t atom = order_[block.begin + a];
    Convolution<T> c = convolution(n, atom, true, s);
    const std::size_t size = c.n_edges * c.harmonics_width;
    s.convolution.resize(std::max(s.convolution.size(), backward_scratch<T>(c.channels, c.n_edges, c.harmonics_width)));
    s.edge_adjoints.resize(std::max(s.edge_adjoints.size(), size));
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
void EngineOf<T>::collect_sent_adjoints(std::size_t n, GhostExchange& ghosts) {
  const std::size_t width = network_.layers[n].feature_width, size = n_rows_ * width;
  T* total = scratch_[0].sent_adjoints.data();
  for (std::size_t t = 1; t < team_; ++t) {
    const T* part = scratch_[t].sent_adjoints.data();
#pragma omp parallel for schedule(static)
    for (std::size_t k = 0; k < size; ++k) total[k] += part[k];
  }
  if (!ghosts_are_images_) ghosts.reverse(total, width, sizeof(T));
  for_blocks([&](std::size_t, Scratch<T>& s, const Block* begin, const Block* end) {
    for (const Block* block = begin; block != end; ++block) {
      BlockRows<T> rows;
      for (std::size_t k = block->begin; k < block->end; ++k) {
        rows.in.push_back(total + order_[k] * width);
        rows.out.push_back(next_adjoints_.data() + order_[k] * width);
      }
      apply(network_.layers[n].linear_1, 0, true, true, s, rows);
    }
  });
}

template <class T>
void EngineOf<T>::backward(std::size_t n, GhostExchange& ghosts) {
  const std::size_t rows = n == 0 ? network_.n_types : n_rows_;
  for_blocks([&](std::size_t, Scratch<T>& s, const Block* begin, const Block* end) {
    s.sent_adjoints.assign(rows * network_.layers[n].feature_width, T(0));
    for (const Block* block = begin; block != end; ++block) backward_block(n, *block, s);
  });
  if (n == 0) return;
  collect_sent_adjoints(n, ghosts);
  std::swap(adjoints_, next_adjoints_);
}

// Forces and virial from the adjoints of distances and harmonics.
template <class T>
void EngineOf<T>::forces(const EvaluationRequest& request, Evaluation& result) {
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
        const double* adjoints = &edge_adjoints_[e * network_.harmonics_width];
        const double r = graph_.lengths[e];
        Vector3 gradient(adjoints[0] * unit[0], adjoints[0] * unit[1], adjoints[0] * unit[2]);
        add_harmonics_gradient(network_.l_max, unit, r, adjoints, gradient.data());
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
void EngineOf<T>::run(const Neighborhoods& atoms, const EvaluationRequest& request, GhostExchange& ghosts,
                      Evaluation& result) {
  prepare(atoms, ghosts);
  for (std::size_t n = 0; n < layers_.size(); ++n) forward(n, ghosts);
  seed_adjoints(result);
  for (std::size_t n = layers_.size(); n-- > 0;) backward(n, ghosts);
  forces(request, result);
}

template <class T>
void EngineOf<T>::make_trace() {
  trace_.clear();
  const auto rows = [this](std::size_t width) {
    return LayerTrace::Rows{width, std::vector<double>(n_local_ * width)};
  };
  for (const LayerWeights<T>& w : network_.layers)
    trace_.push_back({rows(w.feature_width), rows(w.message_width), rows(w.before_width), rows(w.output_width)});
}

template <class T>
void EngineOf<T>::keep_trace(std::size_t n, const Block& block, const Scratch<T>& s) {
  const LayerWeights<T>& weights = network_.layers[n];
  const auto keep = [](LayerTrace::Rows& rows, std::size_t atom, const T* from) {
    std::copy_n(from, rows.width, rows.values.data() + atom * rows.width);
  };
  LayerTrace& trace = trace_[n];
  for (std::size_t k = block.begin; k < block.end; ++k) {
    const std::size_t atom = order_[k];
    const std::size_t row = n == 0 ? types_[atom] : atom;
    keep(trace.sent, atom, layers_[n].sent.data() + row * weights.feature_width);
    keep(trace.messages, atom, s.messages.data() + (k - block.begin) * weights.message_width);
    keep(trace.before, atom, layers_[n].before.data() + atom * weights.before_width);
    keep(trace.features, atom, next_features_.data() + atom * weights.output_width);
  }
}

}  // namespace

std::unique_ptr<Engine> make_engine(const Model& model, const EngineOptions& options) {
  if (options.precision == Precision::single_precision)
    return std::make_unique<EngineOf<float>>(model, options.tabulated, LastLayer::scalars_only, false);
  return std::make_unique<EngineOf<double>>(model, options.tabulated, LastLayer::scalars_only, false);
}

std::unique_ptr<Engine> make_tracing_engine(const Model& model) {
  return std::make_unique<EngineOf<double>>(model, false, LastLayer::whole, true);
}

}  // namespace vitrion::nequip
