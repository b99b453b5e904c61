// Settings of the builders that place ions by their charges.
#include <fmt/format.h>

#include "vitrion/build/defects.hpp"
#include "vitrion/build/insertion.hpp"
#include "vitrion/build/kinds/kinds.hpp"
#include "vitrion/core/error.hpp"

namespace vitrion::build {
namespace {

std::optional<Species> optional_element(Config& settings, const std::string& key) {
  const std::vector<Species> list = settings.elements(key);
  if (list.size() > 1) throw settings.error(key, "\"" + key + "\" is one element");
  return list.empty() ? std::nullopt : std::optional(list.front());
}

DefectOptions read_defects(Config& settings, const BuildContext& context) {
  DefectOptions o;
  for (const std::string& text : settings.texts("substitute")) o.substitutions.push_back(parse_substitution(text));
  o.charges = read_charges(settings);
  o.balance = optional_element(settings, "balance");
  o.allow_charged = settings.flag("allow_charged", false);
  o.keep = static_cast<std::size_t>(at_least(settings, "keep", 1, 10));
  o.max_arrangements = settings.positive("max_arrangements", o.max_arrangements);
  o.samples = at_least(settings, "samples", 0, 0);
  o.voids.min_radius = settings.positive("void_radius_A", o.voids.min_radius);
  o.symmetry_precision = settings.positive("symmetry_precision_A", o.symmetry_precision);
  o.seed = context.seed;
  return o;
}

std::vector<Structure> build_substituted(const Structure* input, Config& settings, BuildContext& context) {
  const DefectOptions options = read_defects(settings, context);
  const DefectSeries series = make_defects(*input, options);
  std::vector<Structure> list;
  for (const Defect& d : series.defects) {
    list.push_back(d.structure);
    list.back().info["coulomb_eV"] = fmt::format("{:.6f}", d.coulomb_energy);
    list.back().info["multiplicity"] = std::to_string(d.multiplicity);
    list.back().info["rank"] = std::to_string(list.size());
  }
  std::string note = series.n_drawn > 0 ? fmt::format("{} of {:.3g} arrangements drawn at random, {} of them distinct",
                                                      series.n_drawn, series.n_arrangements, series.n_distinct)
                                        : fmt::format("{:.0f} arrangements, {} distinct by symmetry",
                                                      series.n_arrangements, series.n_distinct);
  if (series.n_balance != 0)
    note += fmt::format("; {} {} {} for balance", std::abs(series.n_balance), options.balance->name(),
                        series.n_balance > 0 ? "put into voids" : "taken out");
  if (!series.defects.empty())
    note += fmt::format("; {} kept, up to {:.3f} eV above the lowest", series.defects.size(),
                        series.defects.back().coulomb_energy - series.defects.front().coulomb_energy);
  context.notes.push_back(note);
  return list;
}

std::vector<Structure> build_inserted(const Structure* input, Config& settings, BuildContext& context) {
  const auto ion = optional_element(settings, "ion");
  if (!ion) throw InputError(settings.where(), "the key \"ion\" is missing");
  InsertOptions o{.ion = *ion};
  if (settings.has("number") == settings.has("composition"))
    throw InputError(settings.where(), "insertion needs number or composition, one of them");
  o.count = settings.has("number") ? static_cast<int>(at_least(settings, "number", 1, 1))
                                   : ions_to_reach(*input, *ion, settings.text("composition"));
  o.charges = read_charges(settings);
  o.redox = optional_element(settings, "redox");
  o.voids.min_radius = settings.positive("void_radius_A", o.voids.min_radius);
  o.distances = read_distances(settings, "min_distances_A");
  o.ion_distance = settings.positive("ion_distance_A", o.ion_distance);
  o.variants = static_cast<std::size_t>(at_least(settings, "variants", 1, 1));
  o.series = settings.flag("series", false);
  std::vector<Structure> list;
  for (const Insertion& i : insert_ions(*input, o, context.session)) {
    list.push_back(i.structure);
    list.back().info["n_inserted"] = std::to_string(i.n_inserted);
    list.back().info["variant"] = std::to_string(i.variant);
    list.back().info["coulomb_eV"] = fmt::format("{:.6f}", i.coulomb_energy);
    context.notes.push_back(fmt::format("variant {}: {} {}, {}, Coulomb energy {:.3f} eV", i.variant, i.n_inserted,
                                        ion->name(), composition(i.structure.species), i.coulomb_energy));
  }
  return list;
}

}  // namespace

std::vector<Builder> ionic_builders() {
  return {
      {.name = "substitute",
       .summary = "Substitutions, vacancies, interstitials that keep the charge, distinct by symmetry, ranked by Ewald",
       .settings = {{"substitute", Form::texts, "\"2 O -> N\", \"1 O -> vacancy\", \"3 void -> Li\" ..."},
                    {"charges", Form::map, "Oxidation states: Li=1,P=5,O=-2,N=-3"},
                    {"balance", Form::word, "Species taken out or put into voids until the cell is neutral: Li"},
                    {"allow_charged", Form::flag, "Accept a cell that is not neutral (uniform background)"},
                    {"keep", Form::word, "How many structures, lowest energy first [10]"},
                    {"max_arrangements", Form::word, "Enumerate at most so many [500000]"},
                    {"samples", Form::word, "Beyond that draw so many at random"},
                    {"void_radius_A", Form::word, "Least distance of a void to the atoms (Å) [1.4]"},
                    {"symmetry_precision_A", Form::word, "Tolerance of symmetry (Å) [0.01]"}},
       .example = "  vitrion build substitute gamma.extxyz --substitute \"2 O -> N\" --balance Li --charges "
                  "Li=1,P=5,O=-2,N=-3 --keep 5 --output nitrided.extxyz\n"
                  "      two Li go into voids for two N; --substitute \"2 O -> N\" \"1 O -> vacancy\" needs none",
       .build = build_substituted},
      {.name = "insert",
       .summary = "Ions put into the voids of a host where the Coulomb energy is lowest",
       .settings = {{"ion", Form::word, "What is put in: Mg"},
                    {"number", Form::word, "How many"},
                    {"composition", Form::word, "Or until the structure has this one: MgV2O5"},
                    {"charges", Form::map, "Oxidation states, before insertion where redox is named: Mg=2,V=5,O=-2"},
                    {"redox", Form::word, "Species whose atoms take up the charge evenly: V"},
                    {"void_radius_A", Form::word, "Least distance of a void to the atoms (Å) [1.5]"},
                    {"min_distances_A", Form::map, "Smallest distances of the ion: Mg-O=1.9,Mg-V=2.5"},
                    {"ion_distance_A", Form::word, "Smallest distance of inserted ions (Å) [2.0]"},
                    {"variants", Form::word, "Structures, the k-th beginning with the k-th best void [1]"},
                    {"series", Form::flag, "Also the structures with fewer ions"}},
       .example =
           "  vitrion build insert v2o5-glass.extxyz --ion Mg --composition MgV2O5 --charges Mg=2,V=5,O=-2 --redox "
           "V --min-distances Mg-O=1.8 --series --output mgv2o5.extxyz",
       .build = build_inserted},
  };
}

}  // namespace vitrion::build
