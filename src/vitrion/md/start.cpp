#include "vitrion/md/start.hpp"

#include <fmt/format.h>

#include "vitrion/core/error.hpp"
#include "vitrion/core/trajectory.hpp"
#include "vitrion/io/frames.hpp"

namespace vitrion::md {
namespace {

Structure sorted_by_id(const Structure& s) {
  Structure sorted = s;
  const std::vector<std::size_t> rows = rows_by_id(s);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto to = static_cast<Eigen::Index>(i), from = static_cast<Eigen::Index>(rows[i]);
    sorted.species[i] = s.species[rows[i]];
    sorted.positions.row(to) = s.positions.row(from);
    if (s.has_velocities()) sorted.velocities.row(to) = s.velocities.row(from);
    if (!s.images.empty()) sorted.images[i] = s.images[rows[i]];
  }
  sorted.ids.clear();
  return sorted;
}

Structure read_start(const StartFile& start, const std::vector<Species>& species) {
  io::ReadOptions read;
  read.species = species;
  if (!start.frame.empty()) read.frames = io::FrameRange::parse(start.frame);
  const std::vector<Structure> frames = io::read_frames(start.file, read);
  if (frames.size() > 1)
    throw InputError(start.named_at, fmt::format("{} holds {} configurations", start.file.string(), frames.size()),
                     "Say which one with frame: 0 (the first) or frame: -1 (the last).");
  return sorted_by_id(frames.front());
}

}  // namespace

Structure starting_structure(const MdOptions& o) {
  if (o.start.size() > 0) return o.start;
  if (o.start_file) return read_start(*o.start_file, o.file_species);
  if (!o.packing) throw InputError("a run needs atoms");
  build::PackingOptions packing = complete_packing(*o.packing, o.potential);
  packing.seed = o.seed;
  return build::packed_cell(packing);
}

build::PackingOptions complete_packing(const build::PackingOptions& packing,
                                       const potentials::PotentialSource& potential) {
  build::PackingOptions p = packing;
  for (const auto& [pair, distance] : read_card_beside(potential).min_distances) {
    const auto species = parse_pair(pair);
    if (!species)
      throw InputError(Location{potential.file.string()}, "its model card speaks of the pair \"" + pair + "\"");
    const auto& [a, b] = *species;
    if (p.distances.count({b, a}) == 0) p.distances.insert({{a, b}, distance});
  }
  return p;
}

std::optional<std::pair<Species, Species>> parse_pair(const std::string& name) {
  const std::size_t dash = name.find('-');
  if (dash == std::string::npos) return std::nullopt;
  try {
    return std::pair(Species::element(name.substr(0, dash)), Species::element(name.substr(dash + 1)));
  } catch (const InputError&) {
    return std::nullopt;
  }
}

}  // namespace vitrion::md
