#include "vitrion/potentials/nequip/network.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace vitrion::potentials::nequip {
namespace {

template <class T>
Matrix<T> empty_matrix(std::size_t rows, std::size_t columns) {
  Matrix<T> matrix;
  matrix.rows = rows;
  matrix.columns = columns;
  matrix.values.assign(rows * columns, T(0));
  matrix.transposed.assign(rows * columns, T(0));
  return matrix;
}

// A parameter of shape (row blocks * F, skipped * column blocks * F) with both kinds of blocks padded.
//
// Row u of block b begins at from + (b * F + u) * row_stride; only the first `column_blocks` blocks of columns are
// taken.
template <class T>
Matrix<T> blocks(std::size_t from, std::size_t features, std::size_t channels, std::size_t row_blocks,
                 std::size_t row_stride, std::size_t column_blocks, double factor) {
  Matrix<T> matrix = empty_matrix<T>(row_blocks * channels, column_blocks * channels);
  for (std::size_t b = 0; b < row_blocks; ++b)
    for (std::size_t u = 0; u < features; ++u)
      for (std::size_t c = 0; c < column_blocks; ++c)
        matrix.segments.push_back({from + (b * features + u) * row_stride + c * features,
                                   (b * channels + u) * matrix.columns + c * channels, features, factor});
  return matrix;
}

template <class T>
RadialWeights<T> radial_weights(const Hyperparameters& h, const ParameterTable& table, const std::string& prefix,
                                const std::vector<std::size_t>& kept_paths, std::size_t channels) {
  const auto features = static_cast<std::size_t>(h.num_features);
  RadialWeights<T> radial;
  for (int k = 0; k <= h.radial_mlp_depth; ++k) {
    const ParameterBlock& block = table.at(fmt::format("{}radial.{}", prefix, k));
    const std::size_t inner = block.shape[0], outer = block.shape[1];
    const bool last = k == h.radial_mlp_depth;
    double factor = 1 / std::sqrt(static_cast<double>(inner));
    if (last && h.avg_num_neighbors > 0) factor /= std::sqrt(h.avg_num_neighbors);
    Matrix<T> matrix = empty_matrix<T>(padded<T>(inner), last ? kept_paths.size() * channels : padded<T>(outer));
    for (std::size_t r = 0; r < inner; ++r) {
      const std::size_t from = block.offset + r * outer, to = r * matrix.columns;
      if (!last) matrix.segments.push_back({from, to, outer, factor});
      for (std::size_t p = 0; last && p < kept_paths.size(); ++p)
        matrix.segments.push_back({from + kept_paths[p] * features, to + p * channels, features, factor});
    }
    radial.matrices.push_back(std::move(matrix));
  }
  return radial;
}

// Where each irrep begins in a row; the last entry is the width.
std::vector<std::size_t> places(const std::vector<Irrep>& irreps, std::size_t channels) {
  std::vector<std::size_t> first{0};
  for (const Irrep irrep : irreps) first.push_back(first.back() + static_cast<std::size_t>(irrep.size()) * channels);
  return first;
}

int index_of(const std::vector<Irrep>& irreps, Irrep wanted) {
  return static_cast<int>(std::find(irreps.begin(), irreps.end(), wanted) - irreps.begin());
}

}  // namespace

template <class T>
std::size_t Network<T>::coupling_of(int l1, int l2, int l3) {
  for (const auto& known : known_couplings_)
    if (known[0] == l1 && known[1] == l2 && known[2] == l3) return static_cast<std::size_t>(known[3]);
  const std::size_t place = coupling_width;
  known_couplings_.push_back({l1, l2, l3, static_cast<int>(place)});
  if (l2 == 0) return place;
  const std::vector<double> tensor = wigner_3j(l1, l2, l3);
  const int n1 = 2 * l1 + 1, n2 = 2 * l2 + 1, n3 = 2 * l3 + 1;
  for (int i = 0; i < n1; ++i)
    for (int k = 0; k < n3; ++k) {
      bool found = false;
      for (int j = 0; j < n2; ++j) {
        if (!may_couple(l1, i - l1, l2, j - l2, l3, k - l3)) continue;
        found = true;
        terms_.push_back({static_cast<std::int32_t>(coupling_width), l2 * l2 + j,
                          std::sqrt(2.0 * l3 + 1) * tensor[static_cast<std::size_t>((i * n2 + j) * n3 + k)]});
      }
      coupling_width += found;
    }
  return place;
}

template <class T>
void Network<T>::couple(const double* harmonics, T* couplings) const {
  std::fill(couplings, couplings + coupling_width, T(0));
  for (const CouplingTerm& term : terms_) couplings[term.at] += static_cast<T>(term.factor * harmonics[term.j]);
}

template <class T>
void Network<T>::add_paths(const LayerShape& shape, const std::vector<std::size_t>& kept, LayerWeights<T>& layer) {
  const std::vector<std::size_t> inputs = places(shape.inputs, channels);
  std::vector<std::size_t> outputs{0};
  for (int o = 0; o < static_cast<int>(shape.outputs.size()); ++o)
    outputs.push_back(outputs.back() +
                      static_cast<std::size_t>(shape.outputs[static_cast<std::size_t>(o)].size() * shape.paths_to(o)) *
                          channels);
  layer.message_width = outputs.back();
  for (std::size_t n = 0; n < kept.size(); ++n) {
    const Path& path = shape.paths[kept[n]];
    const auto in = static_cast<std::size_t>(path.input), out = static_cast<std::size_t>(path.output);
    KernelPath<T> p;
    p.l1 = shape.inputs[in].l;
    p.l2 = path.l2;
    p.l3 = shape.outputs[out].l;
    p.input = inputs[in];
    p.weight = n * channels;
    p.coupling = coupling_of(p.l1, p.l2, p.l3);
    p.output = outputs[out] + static_cast<std::size_t>(path.position) * channels;
    p.stride = static_cast<std::size_t>(shape.paths_to(path.output)) * channels;
    AlignedVector<T>& list = layer.coefficients.emplace_back();
    const std::vector<double> tensor = wigner_3j(p.l1, p.l2, p.l3);
    std::size_t at = 0;
    for (int i = -p.l1; i <= p.l1; ++i)
      for (int j = -p.l2; j <= p.l2; ++j)
        for (int k = -p.l3; k <= p.l3; ++k, ++at)
          if (may_couple(p.l1, i, p.l2, j, p.l3, k))
            list.push_back(static_cast<T>(std::sqrt(2.0 * p.l3 + 1) * tensor[at]));
    p.coefficients = list.data();
    layer.paths.push_back(p);
  }
}

template <class T>
void Network<T>::add_layer(const Hyperparameters& hyper, const ParameterTable& table, std::size_t n,
                           const LayerShape& whole, bool scalars_only) {
  const std::string prefix = fmt::format("layers.{}.", n);
  LayerShape shape = whole;
  std::vector<std::size_t> kept;
  if (scalars_only) {
    // Only even scalars, without gates; numbers of outputs change, numbers of paths among them do not.
    shape.outputs = {{0, 1}};
    shape.features = shape.outputs;
    shape.gated.clear();
    for (Path& path : shape.paths)
      path.output = whole.outputs[static_cast<std::size_t>(path.output)] == Irrep{0, 1} ? 0 : -1;
  }
  for (std::size_t p = 0; p < shape.paths.size(); ++p)
    if (shape.paths[p].output >= 0) kept.push_back(p);
  LayerWeights<T>& layer = layers.emplace_back();
  layer.feature_width = places(shape.inputs, channels).back();
  layer.output_width = places(shape.features, channels).back();
  layer.weight_width = kept.size() * channels;
  add_paths(shape, kept, layer);
  layer.radial = radial_weights<T>(hyper, table, prefix, kept, channels);

  const std::vector<std::size_t> inputs = places(shape.inputs, channels);
  std::vector<std::size_t> before;
  std::size_t message = 0;
  for (int o = 0; o < static_cast<int>(shape.outputs.size()); ++o) {
    const Irrep irrep = shape.outputs[static_cast<std::size_t>(o)];
    const auto size = static_cast<std::size_t>(irrep.size());
    const auto n_paths = static_cast<std::size_t>(shape.paths_to(o)),
               n_blocks = static_cast<std::size_t>(shape.blocks(o));
    before.push_back(layer.before_width);
    const ParameterBlock& linear = table.at(prefix + "linear_2." + irrep.name());
    IrrepWeights<T> w{irrep.size(), message, n_paths * channels, before.back(), n_blocks * channels, {}};
    w.matrices.push_back(blocks<T>(linear.offset, features, channels, n_paths, linear.shape[1], n_blocks,
                                   1 / std::sqrt(static_cast<double>(n_paths * features))));
    layer.linear_2.push_back(std::move(w));
    message += size * n_paths * channels;
    layer.before_width += size * n_blocks * channels;
  }
  for (std::size_t a = 0; a < shape.inputs.size(); ++a) {
    const Irrep irrep = shape.inputs[a];
    const ParameterBlock& linear = table.at(prefix + "linear_1." + irrep.name());
    IrrepWeights<T> first{irrep.size(), inputs[a], channels, inputs[a], channels, {}};
    first.matrices.push_back(
        blocks<T>(linear.offset, features, channels, 1, features, 1, 1 / std::sqrt(static_cast<double>(features))));
    layer.linear_1.push_back(std::move(first));
    const int o = shape.index_of_output(irrep);
    if (o < 0) continue;
    const ParameterBlock& block = table.at(prefix + "self." + irrep.name());
    const std::size_t width = block.shape[2];
    const auto n_blocks = static_cast<std::size_t>(shape.blocks(o));
    IrrepWeights<T> self{irrep.size(),        inputs[a], channels, before[static_cast<std::size_t>(o)],
                         n_blocks * channels, {}};
    for (std::size_t t = 0; t < n_types; ++t)
      self.matrices.push_back(blocks<T>(block.offset + t * width, features, channels, 1, n_types * width, n_blocks,
                                        1 / std::sqrt(static_cast<double>(features * n_types))));
    layer.self.push_back(std::move(self));
  }

  const std::vector<std::size_t> out = places(shape.features, channels);
  for (std::size_t f = 0; f < shape.features.size(); ++f) {
    const Irrep irrep = shape.features[f];
    GateStep step;
    step.from = before[static_cast<std::size_t>(shape.index_of_output(irrep))];
    step.to = out[f];
    step.components = static_cast<std::size_t>(irrep.size());
    if (irrep.l == 0) {
      step.kind = irrep.parity > 0 ? GateStep::Kind::silu : GateStep::Kind::tanh;
    } else {
      step.kind = GateStep::Kind::gated;
      step.gate = before[static_cast<std::size_t>(shape.index_of_output({0, 1}))] +
                  static_cast<std::size_t>(1 + index_of(shape.gated, irrep)) * channels;
    }
    layer.gate.push_back(step);
  }
}

template <class T>
Network<T>::Network(const Model& model, LastLayer last)
    : features(static_cast<std::size_t>(model.hyper.num_features)),
      channels(padded<T>(features)),
      n_types(model.species.size()),
      l_max(model.hyper.l_max),
      harmonics_width(static_cast<std::size_t>((l_max + 1) * (l_max + 1))),
      r_max(model.hyper.r_max),
      cutoff_p(model.hyper.polynomial_cutoff_p),
      embedding_width(padded<T>(static_cast<std::size_t>(model.hyper.num_bessels))),
      embedding(empty_matrix<T>(n_types, channels)),
      readout(channels, T(0)) {
  const ParameterTable table = model.table();
  for (std::size_t t = 0; t < n_types; ++t)
    embedding.segments.push_back({table.at("embedding").offset + t * features, t * channels, features,
                                  1 / std::sqrt(static_cast<double>(n_types))});
  const std::vector<LayerShape> shapes = layer_shapes(model.hyper);
  for (std::size_t n = 0; n < shapes.size(); ++n)
    add_layer(model.hyper, table, n, shapes[n], last == LastLayer::scalars_only && n + 1 == shapes.size());
  visit_matrices([this](Matrix<T>& matrix) {
    matrix.place = matrix_elements;
    matrix_elements += matrix.values.size();
  });
  load(model);
}

template <class T>
void Network<T>::load(const Model& model) {
  const ParameterTable table = model.table();
  const auto frequencies = model.parameter(table.at("bessel_frequencies"));
  bessel_frequencies.assign(frequencies.begin(), frequencies.end());
  scales = model.scales;
  shifts = model.shifts;
  visit_matrices([&](Matrix<T>& matrix) {
    for (const Segment& segment : matrix.segments)
      for (std::size_t k = 0; k < segment.count; ++k)
        matrix.values[segment.element + k] = static_cast<T>(segment.factor * model.parameters[segment.parameter + k]);
    for (std::size_t r = 0; r < matrix.rows; ++r)
      for (std::size_t c = 0; c < matrix.columns; ++c)
        matrix.transposed[c * matrix.rows + r] = matrix.values[r * matrix.columns + c];
  });

  // No activation stands between the two output matrices: their product is one vector.
  const ParameterBlock& hidden = table.at("readout.hidden");
  const std::size_t width = hidden.shape[1];
  const double* first = model.parameter(hidden).data();
  const double* second = model.parameter(table.at("readout.energy")).data();
  const double factor = 1 / std::sqrt(static_cast<double>(features * width));
  for (std::size_t u = 0; u < features; ++u) {
    double sum = 0;
    for (std::size_t h = 0; h < width; ++h) sum += first[u * width + h] * second[h];
    readout[u] = static_cast<T>(factor * sum);
  }
}

template struct Network<float>;
template struct Network<double>;

}  // namespace vitrion::potentials::nequip
