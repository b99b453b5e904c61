// A model in the form in which the kernels read it: constants folded into weights, channels padded.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "vitrion/potentials/aligned.hpp"
#include "vitrion/potentials/nequip/kernel.hpp"
#include "vitrion/potentials/nequip/model.hpp"

namespace vitrion::potentials::nequip {

/// Numbers of a parameter that stand one behind the other in a row of a matrix, scaled.
struct Segment {
  std::size_t parameter = 0;  ///< first, in the flat vector of all parameters
  std::size_t element = 0;    ///< first, in Matrix::values
  std::size_t count = 0;
  double factor = 1;
};

/// A padded matrix and its transpose.
template <class T>
struct Matrix {
  std::size_t rows = 0, columns = 0;  ///< padded
  AlignedVector<T> values;            ///< shape (rows, columns)
  AlignedVector<T> transposed;        ///< shape (columns, rows)
  std::vector<Segment> segments;      ///< where the values come from; all others are zero
  std::size_t place = 0;              ///< of its first element among those of all matrices: a gradient's layout
};

/// Where an irrep lies in a row, and the weights that act on it. Components are `stride` apart.
template <class T>
struct IrrepWeights {
  int components = 1;
  std::size_t from = 0, from_stride = 0;  ///< in the row that comes in
  std::size_t to = 0, to_stride = 0;      ///< in the row that goes out
  std::vector<Matrix<T>> matrices;        ///< one, or one for every type
};

/// The fully connected network of the distance, 1/sqrt(avg_num_neighbors) in its last matrix.
template <class T>
struct RadialWeights {
  std::vector<Matrix<T>> matrices;  ///< depth + 1; rows of the first: padded number of Bessel functions
};

/// One convolution with what surrounds it.
template <class T>
struct LayerWeights {
  std::vector<KernelPath<T>> paths;
  std::vector<AlignedVector<T>> coefficients;  ///< what paths point to
  std::size_t feature_width = 0;               ///< of the features that come in
  std::size_t weight_width = 0;                ///< radial weights of an edge
  std::size_t message_width = 0;
  std::size_t before_width = 0;           ///< numbers before the gate
  std::size_t output_width = 0;           ///< of the features that go out
  std::vector<IrrepWeights<T>> linear_1;  ///< features -> features sent to neighbours
  std::vector<IrrepWeights<T>> linear_2;  ///< messages -> before the gate
  std::vector<IrrepWeights<T>> self;      ///< features -> before the gate, by type
  RadialWeights<T> radial;
  std::vector<GateStep> gate;
};

enum class LastLayer {
  scalars_only,  ///< leave out what the energy does not read
  whole          ///< all of it, to compare with the reference implementation
};

/// Row of features: irreps in the order of LayerShape, components, channels. Row of messages: irreps in the order of
/// LayerShape::outputs, components, paths, channels. Row before the gate: irreps likewise, components, blocks,
/// channels.
template <class T>
struct Network {
  explicit Network(const Model& model, LastLayer last = LastLayer::scalars_only);
  Network(const Network&) = delete;  // paths point into it
  Network& operator=(const Network&) = delete;

  std::size_t features = 0;  ///< channels that are used
  std::size_t channels = 0;  ///< padded
  std::size_t n_types = 0;
  int l_max = 0;
  std::size_t harmonics_width = 0;  ///< (l_max + 1)^2
  std::size_t coupling_width = 0;   ///< numbers of all paths together; each (l1, l2, l3) stands once
  double r_max = 0, cutoff_p = 0;
  std::vector<double> bessel_frequencies;
  std::size_t embedding_width = 0;  ///< padded number of Bessel functions
  Matrix<T> embedding;              ///< shape (n_types, channels)
  std::vector<LayerWeights<T>> layers;
  AlignedVector<T> readout;  ///< both output matrices, shape (channels)
  std::vector<double> scales, shifts;
  std::size_t matrix_elements = 0;  ///< of all matrices together

  /// Takes the weights, scales and shifts of a model of the same architecture.
  void load(const Model& model);
  /// Calls visit(matrix) for every matrix, always in the same order.
  template <class Visit>
  void for_matrices(const Visit& visit) const {
    const_cast<Network*>(this)->visit_matrices([&](Matrix<T>& matrix) { visit(std::as_const(matrix)); });
  }

  /// Couplings m_ik of an edge with harmonics Y (linear in Y); shape (coupling_width).
  void couple(const double* harmonics, T* couplings) const;

 private:
  template <class Visit>
  void visit_matrices(const Visit& visit) {
    visit(embedding);
    for (LayerWeights<T>& layer : layers) {
      for (Matrix<T>& matrix : layer.radial.matrices) visit(matrix);
      for (std::vector<IrrepWeights<T>>* list : {&layer.linear_1, &layer.linear_2, &layer.self})
        for (IrrepWeights<T>& weights : *list)
          for (Matrix<T>& matrix : weights.matrices) visit(matrix);
    }
  }
  struct CouplingTerm {
    std::int32_t at, j;
    double factor;
  };
  void add_layer(const Hyperparameters& hyper, const ParameterTable& table, std::size_t n, const LayerShape& shape,
                 bool scalars_only);
  void add_paths(const LayerShape& shape, const std::vector<std::size_t>& kept, LayerWeights<T>& layer);
  std::size_t coupling_of(int l1, int l2, int l3);

  std::vector<CouplingTerm> terms_;
  std::vector<std::vector<int>> known_couplings_;  ///< {l1, l2, l3, place}
};

}  // namespace vitrion::potentials::nequip
