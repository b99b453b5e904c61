// Settings of the builders of slabs and interfaces.
#include <fmt/format.h>

#include <cmath>

#include "vitrion/build/interface.hpp"
#include "vitrion/build/kinds/kinds.hpp"
#include "vitrion/build/slab.hpp"
#include "vitrion/core/error.hpp"
#include "vitrion/core/text.hpp"

namespace vitrion::build {
namespace {

constexpr double dipole_tolerance = 0.01;  // e Å per cell: rounding of published coordinates leaves as much

Miller parse_miller(Config& settings, const std::vector<std::string_view>& words) {
  Miller m{};
  if (words.size() != 3) throw settings.error("miller", "Miller indices are three whole numbers", "As in [1, 1, 0].");
  for (std::size_t k = 0; k < 3; ++k) {
    const auto value = parse_integer(words[k]);
    if (!value || std::abs(*value) > 50)
      throw settings.error("miller", "\"" + std::string(words[k]) + "\" is no Miller index");
    m[k] = static_cast<int>(*value);
  }
  return m;
}

// [1, 1, 0], or ["1 1 0", "1 0 0"], or all up to max_index.
std::vector<Miller> read_planes(Config& settings, const Structure& crystal, double precision) {
  if (settings.has("miller") == settings.has("max_index"))
    throw InputError(settings.where(), "slabs need miller or max_index, one of them");
  if (settings.has("max_index"))
    return distinct_planes(crystal, static_cast<int>(at_least(settings, "max_index", 1, 1)), precision);
  const std::vector<std::string> entries = settings.texts("miller");
  std::vector<Miller> planes;
  if (split_words(entries.front()).size() > 1) {
    for (const std::string& entry : entries) planes.push_back(parse_miller(settings, split_words(entry)));
  } else {
    planes.push_back(parse_miller(settings, {entries.begin(), entries.end()}));
  }
  return planes;
}

std::string name_of(const Miller& m) {
  return fmt::format("{} {} {}", m[0], m[1], m[2]);
}

std::vector<Structure> build_slab(const Structure* input, Config& settings, BuildContext& context) {
  SlabOptions o;
  o.thickness = settings.positive("thickness_A", o.thickness);
  o.vacuum = settings.number("vacuum_A", o.vacuum);
  o.charges = read_charges(settings);
  o.bonds = read_distances(settings, "bonds_A");
  o.primitive = settings.flag("primitive", true);
  o.layer_tolerance = settings.positive("layer_tolerance_A", o.layer_tolerance);
  o.symmetry_precision = settings.positive("symmetry_precision_A", o.symmetry_precision);
  const auto most_cut = at_least(settings, "max_cut_bonds", 0, o.bonds.empty() ? 1'000'000 : 0);
  o.whole_units = settings.flag("whole_units", false);
  if (o.whole_units && o.bonds.empty())
    throw InputError(settings.where(), "whole units need to know their bonds", "Give bonds_A: {P-O: 1.9}.");
  const bool nonpolar = settings.flag("nonpolar", false);
  if (nonpolar && o.charges.empty())
    throw InputError(settings.where(), "nonpolar slabs need oxidation states", "Give charges: {Li: 1, O: -2}.");
  std::vector<Structure> list;
  for (const Miller& m : read_planes(settings, *input, o.symmetry_precision)) {
    o.miller = m;
    const std::vector<Slab> slabs = make_slabs(*input, o);
    std::size_t kept = 0;
    for (std::size_t k = 0; k < slabs.size(); ++k) {
      const Slab& slab = slabs[k];
      const bool polar = slab.dipole && std::abs(*slab.dipole) > dipole_tolerance;
      if (slab.cut_bonds > most_cut || (nonpolar && polar)) continue;
      Structure s = slab.structure;
      s.info["miller"] = name_of(m);
      s.info["termination"] = std::to_string(k + 1);
      s.info["symmetric"] = slab.symmetric ? "yes" : "no";
      s.info["area_A2"] = fmt::format("{:.4f}", slab.area);
      s.info["thickness_A"] = fmt::format("{:.4f}", slab.thickness);
      if (!o.bonds.empty()) s.info["cut_bonds"] = std::to_string(slab.cut_bonds);
      if (slab.dipole) s.info["dipole_eA"] = fmt::format("{:.4f}", *slab.dipole);
      list.push_back(std::move(s));
      ++kept;
      context.notes.push_back(fmt::format("({}) termination {}: {}, {:.2f} Å thick, {:.2f} Å^2, {}{}{}", name_of(m),
                                          k + 1, composition(slab.structure.species), slab.thickness, slab.area,
                                          slab.symmetric ? "surfaces alike" : "surfaces differ",
                                          slab.dipole ? fmt::format(", dipole {:+.3f} e Å", *slab.dipole) : "",
                                          o.bonds.empty() ? "" : fmt::format(", {} bonds cut", slab.cut_bonds)));
    }
    if (kept < slabs.size())
      context.notes.push_back(fmt::format("({}) {} of {} terminations left out: they cut bonds{}", name_of(m),
                                          slabs.size() - kept, slabs.size(), nonpolar ? " or are polar" : ""));
  }
  if (list.empty())
    throw InputError("every termination cuts bonds or is polar",
                     "Keep units whole (whole_units: true), allow cut bonds (max_cut_bonds: 2), or take other planes.");
  return list;
}

InterfaceOptions read_interface(Config& settings) {
  InterfaceOptions o;
  o.match.max_area = settings.positive("max_area_A2", o.match.max_area);
  o.match.max_strain = settings.positive("max_strain", o.match.max_strain);
  o.choice = static_cast<std::size_t>(at_least(settings, "match", 1, 1));
  o.gap = settings.positive("gap_A", o.gap);
  if (settings.has("vacuum_A")) o.vacuum = settings.positive("vacuum_A");
  settings.accept("vacuum_A");
  o.keep_volume = settings.flag("keep_volume", true);
  const std::vector<double> offset = exactly(settings, "offset", {0, 0});
  o.offset_a = offset[0];
  o.offset_b = offset[1];
  o.bonds = read_distances(settings, "bonds_A");
  return o;
}

std::string rows_of(const Eigen::Matrix2i& m) {
  return fmt::format("{} {} {} {}", m(0, 0), m(0, 1), m(1, 0), m(1, 1));
}

std::vector<Structure> build_interface(const Structure* input, Config& settings, BuildContext& context) {
  const InterfaceOptions options = read_interface(settings);
  std::vector<Structure> list;
  for (const Structure& film : context.find(settings, "film")) {
    const Interface joined = make_interface(*input, film, options);
    Structure s = joined.structure;
    s.info["n_substrate"] = std::to_string(joined.n_substrate);
    s.info["substrate_cell"] = rows_of(joined.match.first);
    s.info["film_cell"] = rows_of(joined.match.second);
    s.info["film_strain"] = fmt::format("{:.6f}", joined.match.strain);
    s.info["area_A2"] = fmt::format("{:.4f}", joined.match.area);
    list.push_back(std::move(s));
    for (std::size_t k = 0; k < joined.matches.size(); ++k) {
      const LatticeMatch& m = joined.matches[k];
      context.notes.push_back(fmt::format("match {}: {:.1f} Å^2, film strained by {:.2f} %, its area by {:+.2f} %{}",
                                          k + 1, m.area, 100 * m.strain, 100 * (m.area_ratio - 1),
                                          k + 1 == options.choice ? "  <- taken" : ""));
    }
    context.notes.push_back(fmt::format("{} atoms: {} of the substrate, {} of the film", joined.structure.size(),
                                        joined.n_substrate, joined.structure.size() - joined.n_substrate));
    if (joined.cut_units > 0)
      context.notes.push_back(
          fmt::format("{} bonded units of the film are endless along c and are cut at its surfaces", joined.cut_units));
  }
  return list;
}

}  // namespace

std::vector<Builder> surface_builders() {
  return {
      {.name = "slab",
       .summary = "Slabs parallel to planes, with all distinct terminations",
       .settings = {{"miller", Form::list,
                     "Miller indices of the cell as given: 1,1,0 (or several: \"1 1 0\" \"1 0 0\")"},
                    {"max_index", Form::word, "Or all distinct planes with indices up to this"},
                    {"thickness_A", Form::word, "At least; whole periods are taken (Å) [10]"},
                    {"vacuum_A", Form::word, "Between the slab and its image (Å); 0: the crystal itself, turned [15]"},
                    {"charges", Form::map, "Oxidation states, for the dipole: Li=1,O=-2"},
                    {"nonpolar", Form::flag, "Only slabs without dipole"},
                    {"bonds_A", Form::map, "Bonds not to be cut: pairs nearer than this (Å): P-O=1.9"},
                    {"whole_units", Form::flag, "Leave none out for its bonds: move atoms so that units stay whole"},
                    {"max_cut_bonds", Form::word, "Unless as few as this, at each surface of the cell [0]"},
                    {"primitive", Form::word, "Smallest area; false: a supercell of the cell as given [true]"},
                    {"layer_tolerance_A", Form::word, "Atoms at heights nearer than this are one layer (Å) [0.1]"},
                    {"symmetry_precision_A", Form::word, "Tolerance of symmetry (Å) [0.01]"}},
       .example = "  vitrion build slab li.extxyz --miller 1,1,0 --thickness 12 --vacuum 15 --output li110.extxyz\n"
                  "  vitrion build slab gamma.extxyz --max-index 1 --bonds P-O=1.9 --charges Li=1,P=5,O=-2 --nonpolar "
                  "--output slabs.extxyz",
       .build = build_slab},
      {.name = "interface",
       .summary = "Two slabs matched in the plane, the film strained with its volume kept",
       .settings = {{"film", Form::word, "What is laid on the input: a file (in a recipe also an earlier step)"},
                    {"max_area_A2", Form::word, "Largest common cell (Å^2) [400]"},
                    {"max_strain", Form::word, "Largest principal strain of the film, a fraction [0.05]"},
                    {"match", Form::word, "Which of the matches: 1 has the smallest area, later ones less strain [1]"},
                    {"gap_A", Form::word, "Between the outermost atoms of the two (Å) [2]"},
                    {"vacuum_A", Form::word, "Above the film (Å); without it a second interface with the same gap"},
                    {"keep_volume", Form::word, "The film's height makes up for its change of area [true]"},
                    {"offset", Form::list, "Of the film in the plane, fractions of the common cell [0 0]"},
                    {"bonds_A", Form::map, "Units a film cut out of a glass keeps whole (Å): P-O=2.0,P-N=2.0"}},
       .example = "  vitrion build interface li110.extxyz --film lipon.extxyz --max-area 300 --max-strain 0.06 --bonds "
                  "P-O=2.0,P-N=2.0 --output li-lipon.extxyz",
       .build = build_interface},
  };
}

}  // namespace vitrion::build
