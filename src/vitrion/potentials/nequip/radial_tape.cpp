#include "vitrion/potentials/nequip/radial_tape.hpp"

#include "vitrion/potentials/nequip/radial.hpp"

namespace vitrion::potentials::nequip {

template <class T>
void RadialTape<T>::forward(const Network<T>& network, const RadialWeights<T>& weights, const double* r,
                            const double* rates, std::size_t n) {
  network_ = &network;
  weights_ = &weights;
  n_ = n;
  r_.assign(r, r + n);
  rates_.assign(rates, rates + n);
  stages_.resize(weights.matrices.size());
  for (std::size_t k = 0; k < stages_.size(); ++k) {
    stages_[k].values.resize(n * weights.matrices[k].rows);
    stages_[k].tangents.resize(n * weights.matrices[k].rows);
  }
  Stage& first = stages_.front();
  const std::size_t width = network.embedding_width;
  for (std::size_t e = 0; e < n; ++e) {
    embed(network, r[e], first.values.data() + e * width, first.tangents.data() + e * width);
    for (std::size_t k = 0; k < width; ++k) first.tangents[e * width + k] *= static_cast<T>(rates[e]);
  }
  for (std::size_t k = 0; k + 1 < stages_.size(); ++k) {
    Stage &from = stages_[k], &to = stages_[k + 1];
    multiply_rows(weights.matrices[k], false, from.values.data(), to.values.data(), n, pointers_);
    multiply_rows(weights.matrices[k], false, from.tangents.data(), to.tangents.data(), n, pointers_);
    from.slopes.resize(to.values.size());
    from.bends.resize(to.values.size());
    silu_with_tangent<T>(to.values.size(), to.values.data(), to.tangents.data(), from.slopes.data(), from.bends.data());
  }
  const Matrix<T>& last = weights.matrices.back();
  values_.resize(n * last.columns);
  tangents_.resize(n * last.columns);
  multiply_rows(last, false, stages_.back().values.data(), values_.data(), n, pointers_);
  multiply_rows(last, false, stages_.back().tangents.data(), tangents_.data(), n, pointers_);
}

template <class T>
void RadialTape<T>::add_outer(const Matrix<T>& matrix, const T* left, const T* right, T* gradient) {
  pointers_.clear();
  right_.clear();
  for (std::size_t e = 0; e < n_; ++e) {
    pointers_.in.push_back(left + e * matrix.rows);
    right_.push_back(right + e * matrix.columns);
  }
  add_outer_products<T>({pointers_.in.data(), right_.data(), n_, gradient + matrix.place, matrix.rows, matrix.columns});
}

template <class T>
void RadialTape<T>::backward(AlignedVector<T>& adjoints, AlignedVector<T>& adjoint_tangents, T* gradient,
                             double* frequencies) {
  for (std::size_t k = stages_.size(); k-- > 0;) {
    const Matrix<T>& matrix = weights_->matrices[k];
    const Stage& stage = stages_[k];
    add_outer(matrix, stage.values.data(), adjoint_tangents.data(), gradient);
    add_outer(matrix, stage.tangents.data(), adjoints.data(), gradient);
    inner_.resize(n_ * matrix.rows);
    inner_tangents_.resize(n_ * matrix.rows);
    multiply_rows(matrix, true, adjoints.data(), inner_.data(), n_, pointers_);
    multiply_rows(matrix, true, adjoint_tangents.data(), inner_tangents_.data(), n_, pointers_);
    if (k > 0) {
      const Stage& before = stages_[k - 1];
      for (std::size_t at = 0; at < inner_.size(); ++at) {
        inner_tangents_[at] = inner_tangents_[at] * before.slopes[at] + inner_[at] * before.bends[at];
        inner_[at] *= before.slopes[at];
      }
    }
    std::swap(adjoints, inner_);
    std::swap(adjoint_tangents, inner_tangents_);
  }
  const std::size_t count = network_->bessel_frequencies.size(), width = network_->embedding_width;
  std::vector<double> values(count), slopes(count);
  for (std::size_t e = 0; e < n_; ++e) {
    embed_by_frequency(*network_, r_[e], values.data(), slopes.data());
    for (std::size_t k = 0; k < count; ++k)
      frequencies[k] += static_cast<double>(adjoint_tangents[e * width + k]) * values[k] +
                        static_cast<double>(adjoints[e * width + k]) * slopes[k] * rates_[e];
  }
}

template class RadialTape<float>;
template class RadialTape<double>;

}  // namespace vitrion::potentials::nequip
