// Structural units of a glass: what surrounds each network former, and how the units share corners.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "vitrion/structure/bonds.hpp"

namespace vitrion::structure {

/// The network: which species form it and which sit at the corners of their polyhedra.
struct NetworkOptions {
  std::vector<Species> formers;  ///< empty: whichever of P, Si, Ge, B, Al, V occur
  std::vector<Species> ligands;  ///< empty: whichever of O, N, S, F occur
};

/// Formers P ... and ligands O, N ... of the atoms at hand, where `options` leaves them open.
NetworkOptions choose_network(const std::vector<Species>& present, const NetworkOptions& options = {});

/// Means per frame. "PO4", "PO3N": what is bonded to one former. "P2O7", "P2O6N": formers joined by shared corners.
struct NetworkUnits {
  NetworkOptions network;
  std::size_t n_frames = 0;
  std::map<Species, double> formers;                      ///< atoms of each former
  std::map<std::string, double> polyhedra;                ///< one former and its ligands: number per frame
  std::map<std::string, double> clusters;                 ///< connected formers and ligands: number per frame
  std::map<Species, std::map<int, double>> sharing;       ///< ligand -> number of formers it is bonded to -> atoms:
                                                          ///< 0 free, 1 apical (N_a), 2 bridging (N_d), 3 (N_t)
  std::map<Species, std::map<int, double>> q;             ///< former -> bridging ligands it has (Q^n) -> atoms
  std::map<Species, std::map<int, double>> coordination;  ///< former -> number of ligands -> atoms
};

/// Counts units frame by frame. A ligand bridges when it is bonded to two formers or more.
class NetworkCounter {
 public:
  explicit NetworkCounter(NetworkOptions network) { sum_.network = std::move(network); }
  /// `bonds` of this very structure.
  void add(const Structure& structure, const BondGraph& bonds);
  NetworkUnits finish() const;

 private:
  NetworkUnits sum_;
};

/// "N_a"-like names of a ligand by the formers it is bonded to: "free", "apical", "bridging", "triply bridging".
std::string sharing_name(int n_formers);

}  // namespace vitrion::structure
