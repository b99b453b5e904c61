// Trajectories of CP2K: XYZ files of positions and forces to frames.
#include <fmt/format.h>

#include <fstream>
#include <map>

#include "vitrion/core/text.hpp"
#include "vitrion/core/units.hpp"
#include "vitrion/dft/aimd.hpp"
#include "vitrion/dft/cp2k_input.hpp"

namespace vitrion::dft {
namespace {

namespace fs = std::filesystem;

struct XyzFrame {
  double time = 0, energy = 0;  // fs, hartree
  Positions rows;
};

/// The number behind "key =" in a comment such as " i =  20, time =  20.000, E =  -139.33".
std::optional<double> value_of(const std::string& comment, const std::string& key) {
  const std::size_t at = comment.find(key + " =");
  if (at == std::string::npos) return std::nullopt;
  const std::string_view rest = trim(std::string_view(comment).substr(at + key.size() + 2));
  return parse_double(rest.substr(0, rest.find_first_of(", \t")));
}

/// One frame; nothing at the end and where the file is cut short.
std::optional<std::pair<std::int64_t, XyzFrame>> read_frame(std::istream& in, const Structure& start) {
  std::string line;
  if (!std::getline(in, line)) return std::nullopt;
  const auto n = parse_integer(trim(line));
  if (n != static_cast<std::int64_t>(start.size()) || !std::getline(in, line)) return std::nullopt;
  const auto step = value_of(line, "i"), time = value_of(line, "time"), energy = value_of(line, "E");
  if (!step || !time || !energy) return std::nullopt;
  XyzFrame frame{*time, *energy, Positions(static_cast<Eigen::Index>(start.size()), 3)};
  for (std::size_t i = 0; i < start.size(); ++i) {
    if (!std::getline(in, line) || in.eof()) return std::nullopt;  // without its end, the last number may be cut
    const auto words = split_words(line);
    if (words.size() != 4 || words[0] != start.species[i].name()) return std::nullopt;
    for (std::size_t k = 0; k < 3; ++k) {
      const auto value = parse_double(words[k + 1]);
      if (!value) return std::nullopt;
      frame.rows(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(k)) = *value;
    }
  }
  return std::pair{static_cast<std::int64_t>(*step), std::move(frame)};
}

std::map<std::int64_t, XyzFrame> read_parts(const std::vector<fs::path>& parts, const char* what,
                                            const Structure& start) {
  std::map<std::int64_t, XyzFrame> frames;
  for (const fs::path& part : parts) {
    std::ifstream in(part / fmt::format("{}-{}-1.xyz", cp2k_project, what));
    bool first = true;
    while (auto frame = read_frame(in, start)) {
      // What the part before computed beyond the restart file this one began from is computed anew here.
      if (first) frames.erase(frames.lower_bound(frame->first), frames.end());
      first = false;
      frames[frame->first] = std::move(frame->second);
    }
  }
  return frames;
}

}  // namespace

std::vector<Structure> read_aimd_frames(const std::vector<fs::path>& parts, const Structure& start, bool labels) {
  const auto positions = read_parts(parts, "pos", start), forces = read_parts(parts, "frc", start);
  std::vector<Structure> frames;
  for (const auto& [step, x] : positions) {
    Structure frame;
    frame.cell = start.cell;
    frame.species = start.species;
    frame.ids = start.ids;
    frame.info = start.info;
    frame.positions = x.rows;
    frame.wrapping = Wrapping::unwrapped;
    frame.step = step;
    frame.time = x.time;
    if (const auto f = forces.find(step); labels && f != forces.end()) {
      frame.labels.energy = x.energy * units::hartree_in_eV;
      frame.labels.energy_kind = EnergyKind::free;
      frame.labels.forces = f->second.rows * units::hartree_per_bohr_in_eV_per_A;
    }
    frames.push_back(std::move(frame));
  }
  return frames;
}

}  // namespace vitrion::dft
