#include <algorithm>
#include <numeric>

#include "vitrion/core/error.hpp"
#include "vitrion/core/trajectory.hpp"
#include "vitrion/io/format.hpp"

namespace vitrion::io {

const std::vector<Format>& registry() {
  static const std::vector<Format> all{vasprun_format(),     outcar_format(), cp2k_format(),        binary_cfg_format(),
#ifndef VITRION_WITHOUT_CIF  // src/CMakeLists.txt
                                       cif_format(),
#endif
                                       extxyz_format(),      cfg_format(),    lammps_dump_format(), xdatcar_format(),
                                       lammps_data_format(), poscar_format()};
  return all;
}

void Notes::add(const std::string& text) {
  if (tell_ && told_.insert(text).second) tell_(file_ + ": " + text);
}

void fail_second_frame(const std::filesystem::path& file, const std::string& format) {
  throw InputError(Location{file.string()}, "a file of format " + format + " holds one structure only",
                   "Choose one with --frames (-1 is the last), or write extxyz, dump or xdatcar.");
}

void TypeNumbers::prepare(const Structure& frame) {
  if (species_.empty()) {
    species_ = distinct_species(frame);
    if (!species_.empty() && !species_.back().is_element()) {
      if (species_.front().is_element())
        throw InputError("the frame holds elements and unnamed types together", "Name the types with --species Mg,V,O");
      const int largest = species_.back().type_number();
      species_.clear();
      for (int t = 0; t <= largest; ++t) species_.push_back(Species::type(t));
    }
  }
  for (const Species& s : distinct_species(frame)) of(s);
}

int TypeNumbers::of(Species species) const {
  for (std::size_t t = 0; t < species_.size(); ++t)
    if (species_[t] == species) return static_cast<int>(t);
  throw InputError("no type number for " + species.name() + " (types 0, 1, ... are " + join_names(species_) + ")",
                   "List every species of all frames, in the order of the types: --species Mg,V,O");
}

std::vector<std::size_t> rows_by_type(const Structure& frame, const TypeNumbers& types) {
  std::vector<std::size_t> rows = rows_by_id(frame);
  std::stable_sort(rows.begin(), rows.end(), [&](std::size_t a, std::size_t b) {
    return types.of(frame.species[a]) < types.of(frame.species[b]);
  });
  return rows;
}

void reorder(Structure& frame, const std::vector<std::size_t>& rows) {
  const auto list = [&](auto& values) {
    if (values.empty()) return;
    auto sorted = values;
    for (std::size_t i = 0; i < rows.size(); ++i) sorted[i] = values[rows[i]];
    values = std::move(sorted);
  };
  const auto matrix = [&](Positions& values) {
    if (values.rows() == 0) return;
    Positions sorted(values.rows(), 3);
    for (std::size_t i = 0; i < rows.size(); ++i)
      sorted.row(static_cast<Eigen::Index>(i)) = values.row(static_cast<Eigen::Index>(rows[i]));
    values = std::move(sorted);
  };
  list(frame.species);
  list(frame.ids);
  list(frame.images);
  list(frame.labels.atomic_energies);
  for (auto& [name, column] : frame.columns) list(column.values);
  matrix(frame.positions);
  matrix(frame.velocities);
  matrix(frame.labels.forces);
}

}  // namespace vitrion::io
