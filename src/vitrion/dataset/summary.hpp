// What a file or a run holds, gathered frame by frame: for a first look before it is used.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "vitrion/dataset/describe.hpp"
#include "vitrion/dataset/plausibility.hpp"

namespace vitrion::dataset {

struct Summary {
  Description contents;  ///< `hash` stays empty
  std::string first_composition;
  Range atoms_per_frame, volume;  ///< volume in Å^3, of the frames that have one
  std::size_t compositions = 0;   ///< different ones
  Cell first_cell;
  bool fixed_cell = true;
  std::size_t with_time = 0, with_velocities = 0, with_images = 0;
  double first_time = 0, last_time = 0;  ///< fs
  std::size_t with_unitless_time = 0;    ///< frames whose time has no unit, and is none therefore
  double first_unitless = 0, last_unitless = 0;
  Range spacing;                  ///< fs between frames
  Range net_force;                ///< eV/Å, length of the sum of forces divided by the number of atoms
  double largest_move = 0;        ///< of an atom between frames, in cell vectors, by minimum image; only within one run
  std::set<std::string> keys;     ///< of info
  std::set<std::string> columns;  ///< further ones of the atoms
  std::vector<std::string> warnings;
};

/// Gathers a summary; holds a few dozen frames at a time, whatever the length of the run.
class Summarizer {
 public:
  void add(Structure frame);
  /// Throws InputError when no frame was added.
  Summary finish();

 private:
  void describe_batch();
  void follow_time(const Structure& frame);
  void follow_positions(const Structure& frame);
  void warn();

  Summary summary_;
  std::vector<Structure> batch_;
  DoubtCollector doubts_;
  std::set<std::string> compositions_;
  Structure last_;
  bool is_run_ = true;
  double force_squares_ = 0, force_components_ = 0;
};

nlohmann::json to_json(const Summary& summary);

}  // namespace vitrion::dataset
