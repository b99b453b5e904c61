// Gradient of a loss on energy, forces and virial by the parameters of a network.
#pragma once

#include <vector>

#include "vitrion/core/linalg.hpp"
#include "vitrion/potentials/nequip/evaluator.hpp"
#include "vitrion/potentials/nequip/model.hpp"
#include "vitrion/potentials/nequip/radial_tape.hpp"

namespace vitrion::potentials::nequip {

/// Derivatives of the loss by what a model predicts.
struct LossSlopes {
  double energy = 0;                 ///< by the total energy, 1/eV
  Positions forces;                  ///< by the forces, Å/eV, shape (n_atoms, 3)
  Matrix3 virial = Matrix3::Zero();  ///< by the virial, 1/eV, symmetric; a component off the diagonal stands twice
};

/// d(loss)/d(parameters) without an autograd library, by forward over reverse: with x(eps) = positions moved along
/// -d(loss)/dF (and strained along -d(loss)/dW) and the energy seeded with 1 + eps d(loss)/dE,
///     d(loss)/d(parameters) = d/d(eps) [dE/d(parameters)]   at eps = 0,
/// exactly. Value and tangent of everything are two arrays, so that linear layers stay matrix products.
template <class T>
class GradientPass {
 public:
  /// Adds to `gradient` (flat, as the model's parameters). `state` has just evaluated the structure, with
  /// Keep::messages and without tables, ghosts being images of its atoms; `model` is the one its network was loaded
  /// from.
  void run(const Evaluator<T>& state, const Model& model, const LossSlopes& slopes, std::vector<double>& gradient);

 private:
  struct Tangents {
    AlignedVector<T> sent, messages, before, features, adjoints;
    std::vector<KernelPath<T>> directional;  // paths with l2 > 0
  };

  void move_edges(const LossSlopes& slopes);
  void forward(std::size_t n);
  void seed(const LossSlopes& slopes, const Model& model, std::vector<double>& gradient);
  void backward(std::size_t n);
  void backward_block(std::size_t n, const Block& block);
  void backward_convolution(std::size_t n, std::size_t atom, const T* adjoints, const T* adjoint_tangents);
  void backward_sent(std::size_t n);
  void add_outer(const std::vector<IrrepWeights<T>>& weights, std::size_t matrix, const RowPointers<T>& rows);
  void run_tape(std::size_t n, std::size_t atom);
  void hand_over(const Model& model, std::vector<double>& gradient) const;

  const Evaluator<T>* state_ = nullptr;
  const Network<T>* network_ = nullptr;
  std::vector<double> rates_;               // dr of every edge
  AlignedVector<T> harmonics_, couplings_;  // tangents, of every edge
  std::vector<Tangents> layers_;
  AlignedVector<T> gradient_;  // of matrix elements
  std::vector<double> frequencies_;
  AlignedVector<T> sent_adjoints_, sent_adjoint_tangents_, embedding_tangents_;
  AlignedVector<T> before_adjoints_, before_tangents_, message_adjoints_, message_tangents_;
  AlignedVector<T> weight_adjoints_, weight_tangents_, scratch_;
  RowPointers<T> pointers_, matrix_rows_;
  RadialTape<T> tape_;
};

}  // namespace vitrion::potentials::nequip
