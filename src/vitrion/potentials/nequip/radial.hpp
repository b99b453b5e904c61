// Radial weights of edges: by the network itself, or from splines that tabulate it.
#pragma once

#include <vector>

#include "vitrion/potentials/aligned.hpp"
#include "vitrion/potentials/nequip/network.hpp"
#include "vitrion/potentials/nequip/rows.hpp"

namespace vitrion::potentials::nequip {

/// The radial basis at distance r: B_k(r) f(r/r_max), B_k = (2/r_max) sin(b_k r/r_max)/r, f the polynomial cutoff
/// (Gasteiger et al. 2020, arXiv 2003.03123), and its derivative; shape (embedding_width), zero where padded.
template <class T>
void embed(const Network<T>& network, double r, T* values, T* slopes);

/// Derivatives of the basis by the frequencies b_k at distance r, and the derivatives of these by r; shape
/// (num_bessels).
template <class T>
void embed_by_frequency(const Network<T>& network, double r, double* values, double* slopes);

template <class T>
struct RadialScratch {
  AlignedVector<T> rows[4];
  RowPointers<T> pointers;
};

/// Weights of all paths, and (unless null) their derivatives by r, at n distances; shape (n, weight_width).
template <class T>
void evaluate_radial(const Network<T>& network, const RadialWeights<T>& weights, const double* r, std::size_t n,
                     T* values, T* slopes, RadialScratch<T>& scratch);

/// The same functions on quintic splines over [0, r_max], as fine as needed.
template <class T>
class RadialTable {
 public:
  /// Doubles the number of intervals until the slopes between the knots, beyond 0.5 Å, are within `tolerance` of the
  /// largest slope (or there are 4096). The table is computed in double precision.
  RadialTable(const Network<double>& network, const RadialWeights<double>& weights, double tolerance = 1e-6);

  SplineView<T> view() const { return {coefficients_.data(), intervals_, width_, inverse_step_}; }
  std::size_t intervals() const { return intervals_; }

 private:
  AlignedVector<T> coefficients_;
  std::size_t intervals_ = 0, width_ = 0;
  double inverse_step_ = 0;
};

}  // namespace vitrion::potentials::nequip
