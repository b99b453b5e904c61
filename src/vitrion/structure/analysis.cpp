#include "vitrion/structure/analysis.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "vitrion/core/error.hpp"
#include "vitrion/neighbors/vacuum.hpp"

namespace vitrion::structure {
namespace {

constexpr double much_vacuum = 0.05;  // of the volume

// Two nitrogen atoms give too few N-P distances for a peak to stand out, yet their bonds are as short as P-O ones.
void complete_network(BondCutoffs& cutoffs, const NetworkOptions& network, const std::vector<Species>& present,
                      std::vector<std::string>& notes) {
  for (const Species& former : network.formers) {
    double widest = 0;
    for (const Species& ligand : network.ligands) widest = std::max(widest, cutoffs.of(former, ligand));
    for (const Species& ligand : network.ligands) {
      if (!contains(present, former) || !contains(present, ligand)) continue;
      if (cutoffs.of(former, ligand) > 0 || widest == 0) continue;
      cutoffs.set(former, ligand, widest);
      notes.push_back(
          fmt::format("{0}-{1}: too few pairs to find a first minimum; bonded below {2:.2f} Å like the other "
                      "bonds of {0}. Set it with --cutoffs {0}-{1}=R.",
                      former.name(), ligand.name(), widest));
    }
  }
}

double vacuum_in(const Structure& frame) {
  return frame.cell.has_volume() ? neighbors::measure_vacuum(frame.cell, frame.positions).share : 0;
}

std::vector<Structure> spread(const std::vector<Structure>& frames, std::size_t wanted) {
  std::vector<Structure> chosen;
  const std::size_t n = std::min(wanted, frames.size());
  for (std::size_t k = 0; k < n; ++k)
    chosen.push_back(frames[n == 1 ? frames.size() - 1 : k * (frames.size() - 1) / (n - 1)]);
  return chosen;
}

}  // namespace

void Analyser::add(const Structure& frame) {
  for (const Species& s : frame.species)
    if (!s.is_element())
      throw InputError("the file holds type numbers instead of elements", "Name them in order with --species Li,P,O,N");
  if (last_.size() == 0) vacuum_ = vacuum_in(frame);
  rdf_.add(frame);
  sample_.add(frame);
  last_ = frame;
}

Analysis Analyser::finish(const Session& session) {
  Analysis result;
  result.rdf = rdf_.finish();
  result.last = last_;
  result.density = last_.density() * last_.cell.volume() / result.rdf.mean_volume;
  vacuum_ = std::max(vacuum_, vacuum_in(last_));
  if (vacuum_ > much_vacuum)
    result.warnings.push_back(fmt::format(
        "{:.0f} % of the cell is vacuum (farther than 4 Å from every atom): a slab, pores, or atoms that flew "
        "apart. Density, g(r) and S(q) are those of the whole cell",
        100 * vacuum_));
  const NetworkOptions network = choose_network(result.rdf.species, options_.network);
  result.cutoffs = cutoffs_from(result.rdf, options_.cutoffs);
  complete_network(result.cutoffs, network, result.rdf.species, result.notes);

  AngleAccumulator angles;
  NetworkCounter units(network);
  StructureFactorAccumulator factors(options_.factors);
  for (const Structure& frame : sample_.frames()) {
    session.check_stop();
    const BondGraph bonds = find_bonds(frame, result.cutoffs);
    angles.add(frame, bonds);
    units.add(frame, bonds);
    // Another order of rows is another run to S(q); g(r) does not mind.
    if (frame.species == sample_.frames().front().species) factors.add(frame);
  }
  result.angles = angles.finish();
  result.units = units.finish();
  result.factors = factors.finish();
  session.check_stop();
  result.order = judge_order(spread(sample_.frames(), options_.order_frames), result.rdf, result.factors, session);
  for (const Species& s : result.rdf.species) result.lattice.push_back(lattice_disorder(last_, s));
  if (options_.rdf.r_max > result.rdf.half_cell + 1e-9)
    result.notes.push_back(fmt::format(
        "g(r) beyond half the cell ({:.2f} Å) shows the repetition of the cell itself, not of the material.",
        result.rdf.half_cell));
  return result;
}

}  // namespace vitrion::structure
