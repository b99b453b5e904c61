// The fluxes between nodes that explain the transitions seen at one lag: a discretised Smoluchowski equation.
#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <vector>

#include "vitrion/core/session.hpp"
#include "vitrion/interface/nodes.hpp"
#include "vitrion/interface/scatter.hpp"

namespace vitrion::interface {

/// Labels of all ions, and how the ions are spread over the nodes.
struct LabelPaths {
  std::size_t n_ions = 0, n_frames = 0, n_nodes = 0;
  std::vector<std::uint8_t> label;  ///< shape (n_ions, n_frames)
  std::vector<double> carriers;     ///< mean number of ions with each label, shape (n_nodes)

  const std::uint8_t* of(std::size_t ion) const { return label.data() + ion * n_frames; }
  void count_carriers();
};

/// Parts of the run that count as pieces.
inline constexpr std::size_t parts_of_run = 32;
/// As many as a run of so few frames allows.
inline std::size_t parts_of(std::size_t n_frames) {
  return n_frames < 2 * parts_of_run ? (n_frames + 1) / 2 : parts_of_run;
}

/// The flux nu_g through every gap in equilibrium, ions a frame in either direction: with K tridiagonal, K_{g,g+1} =
/// nu_g, rows summing to 0, the chance to go from label i to label j in a lag is exp(lag M^-1 K)_ij, M the carriers of
/// the labels (Hummer 2005, doi 10.1088/1367-2630/7/1/034, whose rates D exp(-dF/2kT)/w^2 are nu/M). 1/nu_g is the
/// integral of dz/(rho D) over the gap, whatever rho and D do inside it.
struct TransitionFit {
  std::size_t lag = 1;              ///< frames
  std::vector<double> flux = {};    ///< per gap, ions a frame; 0 where no ion passed
  std::vector<double> passes = {};  ///< per gap, label changes across it during the run, both ways together
  /// What each piece adds to the deviation of ln(flux), shape (n_gaps), of gaps with a flux.
  std::vector<PieceSums> influence = {};
  bool converged = false;
};

/// Maximum of the likelihood of the transitions at `lag` over all origins, by Fisher scoring. Overlapping windows are
/// not independent, so its curvature tells no error: `influence` (scores of the pieces, Godambe 1960, doi
/// 10.1214/aoms/1177705693) does.
TransitionFit fit_transitions(const LabelPaths& paths, const Nodes& nodes, std::size_t lag,
                              const Session& session = {});

}  // namespace vitrion::interface
