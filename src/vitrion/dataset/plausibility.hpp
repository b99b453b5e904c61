// Labels that cannot be what they are taken for: units, signs, energies of another convention.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "vitrion/core/structure.hpp"
#include "vitrion/dataset/force_check.hpp"

namespace vitrion::dataset {

/// Something about the labels of some frames that a person should look at.
struct Doubt {
  std::string what;                 ///< a sentence, without the list of frames
  std::vector<std::size_t> frames;  ///< places in the list of frames; empty: all of them together
};

/// Looks at the labels of frame after frame; keeps a few numbers of each.
class DoubtCollector {
 public:
  void add(const Structure& frame);

  /// What is implausible in the labels, most serious first:
  /// - a component of the stress beyond 100 GPa: kbar or GPa taken for eV/Å^3;
  /// - energies per atom that stand off the line of all others. The line is the sum over species of a number each,
  ///   fitted by least absolute deviations (so that a fifth of wrong frames do not bend it); off is more than 20 times
  ///   the spread of the others (1.4826 x median absolute deviation) and 0.1 eV/atom. Frames of one or two atoms are
  ///   left out: free atoms and dimers stand far off rightly;
  /// - forces that contradict the energies of frames in a row, or bonds (ForceCheck): sign and unit;
  /// - a force beyond 100 eV/Å, or forces that are exactly zero in every frame.
  std::vector<Doubt> doubts() const;

 private:
  struct Energy {
    std::size_t frame, composition;
    double per_atom;  ///< eV
  };
  std::vector<std::size_t> outlying_energies() const;

  std::size_t n_frames_ = 0, with_forces_ = 0;
  std::vector<std::size_t> huge_stress_, huge_force_, zero_forces_;
  std::vector<Energy> energies_;
  ForceCheck force_check_;
  std::vector<std::map<Species, double>> compositions_;  // share of each species, each composition once
  std::map<std::string, std::size_t> place_of_;          // in compositions_, by formula
};

/// Of all these frames.
std::vector<Doubt> doubts(const std::vector<Structure>& frames);

/// The sentence with the frames: "... (frames 3, 8, 11 and 5 more)".
std::string to_text(const Doubt& doubt);

/// How many frames of `held_out` stand in `training` as well, whatever their order of atoms (find_duplicates).
std::size_t copies_in(const std::vector<Structure>& held_out, const std::vector<Structure>& training);

}  // namespace vitrion::dataset
