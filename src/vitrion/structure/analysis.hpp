// Everything measured on one run of one material: fed frame by frame, finished once.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "vitrion/core/result.hpp"
#include "vitrion/core/session.hpp"
#include "vitrion/structure/angles.hpp"
#include "vitrion/structure/bonds.hpp"
#include "vitrion/structure/long_range_order.hpp"
#include "vitrion/structure/network.hpp"
#include "vitrion/structure/order.hpp"
#include "vitrion/structure/rdf.hpp"
#include "vitrion/structure/structure_factor.hpp"

namespace vitrion::structure {

struct AnalysisOptions {
  RdfOptions rdf;
  BondCutoffs cutoffs;  ///< Å; pairs left out: the first minimum of their g(r)
  NetworkOptions network;
  StructureFactorOptions factors;
  std::size_t sampled_frames =
      48;                        ///< frames kept, spread over the run, for bonds, angles, units and S(q); g(r) uses all
  std::size_t order_frames = 8;  ///< of those, frames searched for repetition
};

struct Analysis {
  RadialDistributions rdf;
  BondCutoffs cutoffs;
  std::vector<AngleDistribution> angles;
  NetworkUnits units;
  StructureFactors factors;
  OrderReport order;
  std::vector<LatticeDisorder> lattice;  ///< of the last frame, each species
  double density = 0;                    ///< g/cm^3, mean; 0 when a species has no mass
  Structure last;                        ///< the last frame
  std::vector<std::string> warnings;     ///< what a reader must not overlook: of the run it comes from, of the cell
  std::vector<std::string> notes;        ///< what a reader should know about how it was computed
};

class Analyser {
 public:
  explicit Analyser(const AnalysisOptions& options = {})
      : options_(options), rdf_(options.rdf), sample_(options.sampled_frames) {}
  void add(const Structure& frame);
  /// Throws InputError when no frame was added.
  Analysis finish(const Session& session = {});

 private:
  AnalysisOptions options_;
  RdfAccumulator rdf_;
  FrameSample sample_;
  Structure last_;
  double vacuum_ = 0;  // share of the cell, of the first or the last frame
};

/// Stable keys, units in the names; docs/schemas/structure.json describes them.
inline constexpr ResultKind structure_kind{"structure", 1};
nlohmann::json to_json(const Analysis& analysis);

}  // namespace vitrion::structure
