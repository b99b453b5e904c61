#include "potentials/nequip/network.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace vitrion::nequip {
namespace {

// Copies parts of a parameter, scaled, into a matrix of padded blocks.
template <class T>
class MatrixBuilder {
 public:
  MatrixBuilder(std::size_t rows, std::size_t columns) {
    matrix_.rows = rows;
    matrix_.columns = columns;
    matrix_.values.assign(rows * columns, T(0));
  }

  // `count` numbers of a row, into row `row` from column `column` on.
  void copy(std::size_t row, std::size_t column, const double* from, std::size_t count, double factor) {
    for (std::size_t k = 0; k < count; ++k)
      matrix_.values[row * matrix_.columns + column + k] = static_cast<T>(factor * from[k]);
  }

  Matrix<T> finish() {
    const std::size_t rows = matrix_.rows, columns = matrix_.columns;
    matrix_.transposed.resize(rows * columns);
    for (std::size_t r = 0; r < rows; ++r)
      for (std::size_t c = 0; c < columns; ++c) matrix_.transposed[c * rows + r] = matrix_.values[r * columns + c];
    return std::move(matrix_);
  }

 private:
  Matrix<T> matrix_;
};

// A parameter of shape (row blocks * F, skipped * column blocks * F) with both kinds of blocks padded.
//
// Row u of block b lies at from + (b * F + u) * row_stride; only the first `column_blocks` blocks of columns are taken.
template <class T>
Matrix<T> blocks(const double* from, std::size_t features, std::size_t channels, std::size_t row_blocks,
                 std::size_t row_stride, std::size_t column_blocks, double factor) {
  MatrixBuilder<T> builder(row_blocks * channels, column_blocks * channels);
  for (std::size_t b = 0; b < row_blocks; ++b)
    for (std::size_t u = 0; u < features; ++u)
      for (std::size_t c = 0; c < column_blocks; ++c)
        builder.copy(b * channels + u, c * channels, from + (b * features + u) * row_stride + c * features, features,
                     factor);
  return builder.finish();
}

template <class T>
RadialWeights<T> radial_weights(const Model& model, const ParameterTable& table, const std::string& prefix,
                                const std::vector<std::size_t>& kept_paths, std::size_t channels) {
  const Hyperparameters& h = model.hyper;
  const auto features = static_cast<std::size_t>(h.num_features);
  RadialWeights<T> radial;
  for (int k = 0; k <= h.radial_mlp_depth; ++k) {
    const ParameterBlock& block = table.at(fmt::format("{}radial.{}", prefix, k));
    const double* from = model.parameter(block).data();
    const std::size_t inner = block.shape[0], outer = block.shape[1];
    double factor = 1 / std::sqrt(static_cast<double>(inner));
    if (k < h.radial_mlp_depth) {
      MatrixBuilder<T> builder(padded<T>(inner), padded<T>(outer));
      for (std::size_t r = 0; r < inner; ++r) builder.copy(r, 0, from + r * outer, outer, factor);
      radial.matrices.push_back(builder.finish());
      continue;
    }
    if (h.avg_num_neighbors > 0) factor /= std::sqrt(h.avg_num_neighbors);
    MatrixBuilder<T> builder(padded<T>(inner), kept_paths.size() * channels);
    for (std::size_t r = 0; r < inner; ++r)
      for (std::size_t p = 0; p < kept_paths.size(); ++p)
        builder.copy(r, p * channels, from + r * outer + kept_paths[p] * features, features, factor);
    radial.matrices.push_back(builder.finish());
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
void Network<T>::add_layer(const Model& model, const ParameterTable& table, std::size_t n, const LayerShape& whole,
                           bool scalars_only) {
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
  layer.radial = radial_weights<T>(model, table, prefix, kept, channels);

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
    w.matrices.push_back(blocks<T>(model.parameter(linear).data(), features, channels, n_paths, linear.shape[1],
                                   n_blocks, 1 / std::sqrt(static_cast<double>(n_paths * features))));
    layer.linear_2.push_back(std::move(w));
    message += size * n_paths * channels;
    layer.before_width += size * n_blocks * channels;
  }
  for (std::size_t a = 0; a < shape.inputs.size(); ++a) {
    const Irrep irrep = shape.inputs[a];
    const ParameterBlock& linear = table.at(prefix + "linear_1." + irrep.name());
    IrrepWeights<T> first{irrep.size(), inputs[a], channels, inputs[a], channels, {}};
    first.matrices.push_back(blocks<T>(model.parameter(linear).data(), features, channels, 1, features, 1,
                                       1 / std::sqrt(static_cast<double>(features))));
    layer.linear_1.push_back(std::move(first));
    const int o = shape.index_of_output(irrep);
    if (o < 0) continue;
    const ParameterBlock& block = table.at(prefix + "self." + irrep.name());
    const std::size_t width = block.shape[2];
    const auto n_blocks = static_cast<std::size_t>(shape.blocks(o));
    IrrepWeights<T> self{irrep.size(),        inputs[a], channels, before[static_cast<std::size_t>(o)],
                         n_blocks * channels, {}};
    for (std::size_t t = 0; t < n_types; ++t)
      self.matrices.push_back(blocks<T>(model.parameter(block).data() + t * width, features, channels, 1,
                                        n_types * width, n_blocks,
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
      embedding(n_types * channels, T(0)),
      readout(channels, T(0)),
      scales(model.scales),
      shifts(model.shifts) {
  const ParameterTable table = model.table();
  const auto frequencies = model.parameter(table.at("bessel_frequencies"));
  bessel_frequencies.assign(frequencies.begin(), frequencies.end());
  const double* embedded = model.parameter(table.at("embedding")).data();
  for (std::size_t t = 0; t < n_types; ++t)
    for (std::size_t u = 0; u < features; ++u)
      embedding[t * channels + u] =
          static_cast<T>(embedded[t * features + u] / std::sqrt(static_cast<double>(n_types)));
  const std::vector<LayerShape> shapes = layer_shapes(model.hyper);
  for (std::size_t n = 0; n < shapes.size(); ++n)
    add_layer(model, table, n, shapes[n], last == LastLayer::scalars_only && n + 1 == shapes.size());

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

}  // namespace vitrion::nequip
