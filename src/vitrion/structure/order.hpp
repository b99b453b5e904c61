// A plain answer: is there long-range order, and how do we know?
#pragma once

#include <string>
#include <vector>

#include "vitrion/core/session.hpp"
#include "vitrion/structure/rdf.hpp"
#include "vitrion/structure/repeat.hpp"
#include "vitrion/structure/structure_factor.hpp"

namespace vitrion::structure {

enum class Verdict { amorphous, crystalline, undecided };

/// What is left of g(r) - 1 beyond a distance, over all atoms alike.
struct Residual {
  double from = 0, to = 0;  ///< Å; to is half the cell at most; from >= to: the cell is too small to say
  double rms = 0;           ///< root mean square of g - 1, bins weighted by their volume
  double noise = 0;         ///< the same for uncorrelated atoms in one frame (counting noise)
};

/// The evidence and the verdict.
struct OrderReport {
  Verdict verdict = Verdict::undecided;
  std::string statement;                            ///< one sentence, with its numbers
  std::vector<std::string> reasons;                 ///< one sentence each
  Repeat translation, inversion;                    ///< of the frame where most atoms are mapped
  double mapped_mean = 0;                           ///< mean over the frames of the better of the two fractions
  double translation_mean = 0, inversion_mean = 0;  ///< of each
  std::size_t n_frames = 0;
  Residual beyond_4;  ///< Å
  Bragg bragg;
  std::optional<SlowWave> slow_wave;  ///< a word of its own: it decides nothing
};

/// Root mean square of total g - 1 from `from` Å to half the cell.
Residual residual_order(const RadialDistributions& distributions, double from);

/// Decides from a few frames of one run (they should be spread over it), its g(r) and its S(q).
///
/// Crystalline: one translation or inversion maps at least 80 % of the atoms onto atoms of their kind (mean over
/// frames). Amorphous: neither maps more than disorder does in a cell of as many atoms (Repeat::glass_limit), and no
/// wave vector stands out as a Bragg peak. Otherwise, and where the cell is too small to tell (fewer than 60 atoms, or
/// a height below 8 Å), undecided. Shows progress; stops on request. How crystals, glasses, melts and random packings
/// score is in docs/structure.md.
OrderReport judge_order(const std::vector<Structure>& frames, const RadialDistributions& distributions,
                        const StructureFactors& factors, const Session& session = {});

/// Keeps up to `capacity` frames spread evenly over a stream of unknown length.
class FrameSample {
 public:
  explicit FrameSample(std::size_t capacity = 16) : capacity_(capacity) {}
  void add(const Structure& frame);
  const std::vector<Structure>& frames() const { return frames_; }

 private:
  std::size_t capacity_, stride_ = 1, seen_ = 0;
  std::vector<Structure> frames_;
};

const char* name_of(Verdict verdict);

}  // namespace vitrion::structure
