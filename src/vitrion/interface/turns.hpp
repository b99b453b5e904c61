// Whether ions go on or turn back where they reach a node: the correlation factor of their passes.
#pragma once

#include <array>
#include <vector>

#include "vitrion/interface/transitions.hpp"

namespace vitrion::interface {

/// What ions did after they had reached a node from below or from above, piece by piece.
struct Turns {
  std::size_t n_ions = 0, n_parts = 0, n_nodes = 0;
  std::vector<float> went_on, came;  ///< shape (n_nodes, 2, n_ions, n_parts); second index: from below, from above

  std::size_t index(std::size_t node, std::size_t way, std::size_t ion, std::size_t part) const {
    return ((node * 2 + way) * n_ions + ion) * n_parts + part;
  }
};
Turns count_turns(const LabelPaths& paths, const Nodes& nodes);

/// ln of the factor x that passes make too much of D: D = x nu w^2/N.
struct Correlation {
  double log_factor = 0;
  PieceSums influence{0, 0};
  double variance = 0;
  double arrivals = 0;
};

/// An ion that reached a node from below goes on before it turns back with the odds x nu_above/nu_below; x = 1 where
/// passes have no memory. Where an ion turns back more often (it vibrates, so that it passes a node before it is there;
/// it sits beyond the node; it hops back; frames are far apart) x < 1, and D is x times what the passes alone say: the
/// correlation factor (1 + <cos>)/(1 - <cos>) of hops (Compaan and Haven 1956, doi 10.1039/TF9565200786) with <cos> of
/// two passes in a row. x is that of the largest likelihood for all nodes at the ends of `gaps`.
Correlation correlation_of(const Turns& turns, const TransitionFit& fit, const Nodes& nodes,
                           const std::vector<std::size_t>& gaps);

}  // namespace vitrion::interface
