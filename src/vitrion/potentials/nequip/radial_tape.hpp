// The radial network with tangents, and its reverse pass: for gradients of parameters.
#pragma once

#include <vector>

#include "vitrion/potentials/nequip/network.hpp"
#include "vitrion/potentials/nequip/rows.hpp"

namespace vitrion::potentials::nequip {

/// Radial weights of n edges whose lengths change with given rates.
///
/// Value and tangent (derivative along the rates) are two arrays, so that both are matrix products.
template <class T>
class RadialTape {
 public:
  void forward(const Network<T>& network, const RadialWeights<T>& weights, const double* r, const double* rates,
               std::size_t n);
  const T* values() const { return values_.data(); }      ///< shape (n, weight_width)
  const T* tangents() const { return tangents_.data(); }  ///< shape (n, weight_width)

  /// Adds the tangents of the derivatives by the matrices to `gradient` (Matrix::place) and of those by the Bessel
  /// frequencies to `frequencies`. Takes the adjoints of the weights and their tangents, which it overwrites.
  void backward(AlignedVector<T>& adjoints, AlignedVector<T>& adjoint_tangents, T* gradient, double* frequencies);

 private:
  // Input of each matrix; slope and bend of the activation behind it.
  struct Stage {
    AlignedVector<T> values, tangents, slopes, bends;
  };
  void add_outer(const Matrix<T>& matrix, const T* left, const T* right, T* gradient);

  const Network<T>* network_ = nullptr;
  const RadialWeights<T>* weights_ = nullptr;
  std::size_t n_ = 0;
  std::vector<double> r_, rates_;
  std::vector<Stage> stages_;
  AlignedVector<T> values_, tangents_, inner_, inner_tangents_;
  RowPointers<T> pointers_;
  std::vector<const T*> right_;
};

}  // namespace vitrion::potentials::nequip
