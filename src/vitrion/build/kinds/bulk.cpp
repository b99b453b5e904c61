// Settings of the builders of bulk structures.
#include <fmt/format.h>

#include <Eigen/LU>
#include <cmath>

#include "vitrion/build/crystal.hpp"
#include "vitrion/build/displace.hpp"
#include "vitrion/build/geometry.hpp"
#include "vitrion/build/kinds/kinds.hpp"
#include "vitrion/build/strain.hpp"
#include "vitrion/build/supercell.hpp"
#include "vitrion/build/symmetry.hpp"
#include "vitrion/core/error.hpp"
#include "vitrion/core/memory.hpp"
#include "vitrion/core/text.hpp"

namespace vitrion::build {
namespace {

Vector3 vector3(const std::vector<double>& v) {
  return {v[0], v[1], v[2]};
}

// "Li 0.25 0.5 0"
CrystalSite parse_site(const std::string& text) {
  const std::vector<std::string_view> words = split_words(text);
  Vector3 place;
  for (std::size_t k = 0; k < 3; ++k) {
    const auto value = words.size() == 4 ? parse_double(words[k + 1]) : std::nullopt;
    if (!value) throw InputError("\"" + text + "\" is no site", "An element and three fractions: \"Li 0.25 0.5 0\".");
    place[static_cast<Eigen::Index>(k)] = *value;
  }
  return {Species::element(words.front()), place};
}

std::vector<Structure> build_crystal(const Structure*, Config& settings, BuildContext& context) {
  CrystalOptions o;
  o.lengths = vector3(exactly(settings, "lengths_A", 3));
  o.angles = vector3(exactly(settings, "angles_deg", {90, 90, 90}));
  o.space_group = settings.text("space_group");
  for (const std::string& site : settings.texts("sites")) o.sites.push_back(parse_site(site));
  o.merge = settings.positive("merge_A", o.merge);
  Structure s = crystal(o);
  const std::string found = space_group_of(s);
  s.info["space_group"] = found;
  context.notes.push_back(fmt::format("{}, space group {}, {:.3f} g/cm^3", composition(s.species), found, s.density()));
  return {s};
}

// Before that many are made of so many atoms each.
void demand_room(const Config& settings, double copies, std::size_t n_atoms) {
  constexpr double bytes_per_atom = 64;
  demand_memory(copies * (sizeof(Structure) + bytes_per_atom * static_cast<double>(n_atoms)), settings.where(),
                fmt::format("{:g} copies of {} atoms", copies, n_atoms));
}

std::vector<Structure> build_supercell(const Structure* input, Config& settings, BuildContext&) {
  if (settings.has("repeat") == settings.has("matrix"))
    throw InputError(settings.where(), "a supercell needs repeat or matrix, one of them",
                     "repeat: [2, 2, 2], or matrix: nine whole numbers, the new a in units of a, b, c first.");
  IntegerMatrix3 m = IntegerMatrix3::Zero();
  if (settings.has("repeat")) {
    const std::vector<int> n = whole(settings, "repeat", 3);
    m.diagonal() << n[0], n[1], n[2];
  } else {
    const std::vector<int> n = whole(settings, "matrix", 9);
    for (std::size_t k = 0; k < 9; ++k) m(static_cast<Eigen::Index>(k / 3), static_cast<Eigen::Index>(k % 3)) = n[k];
  }
  demand_room(settings, std::abs(m.cast<double>().determinant()), input->size());
  return {supercell(*input, m)};
}

// Either `values`, or `steps` of them evenly over `range`, ends included.
std::vector<double> read_strains(Config& settings) {
  if (settings.has("values")) return settings.numbers("values");
  const std::vector<double> range = exactly(settings, "range", 2);
  const std::int64_t steps = at_least(settings, "steps", 2, 11);
  std::vector<double> values;
  for (std::int64_t k = 0; k < steps; ++k)
    values.push_back(range[0] + (range[1] - range[0]) * static_cast<double>(k) / static_cast<double>(steps - 1));
  return values;
}

std::vector<Structure> build_strain(const Structure* input, Config& settings, BuildContext&) {
  const std::vector<std::string> kinds = {"hydrostatic", "orthorhombic", "monoclinic"};
  const std::string name = settings.choice("strain", kinds, "hydrostatic");
  const auto kind = static_cast<StrainKind>(std::find(kinds.begin(), kinds.end(), name) - kinds.begin());
  std::vector<std::string> planes = {"xy"};  // no matter for hydrostatic
  if (kind != StrainKind::hydrostatic) planes = settings.texts("planes", {"xy", "yz", "zx"});
  std::vector<Structure> series;
  for (const std::string& plane : planes) {
    const std::vector<std::string> known = {"xy", "yz", "zx"};
    const auto found = std::find(known.begin(), known.end(), plane);
    if (found == known.end()) throw settings.error("planes", "\"" + plane + "\" is none of xy, yz, zx");
    for (const double d : read_strains(settings)) {
      const Matrix3 f = deformation(kind, static_cast<StrainPlane>(found - known.begin()), d);
      Structure s = deformed(*input, f);
      s.info["strain"] = kind == StrainKind::hydrostatic ? name : name + " " + plane;
      s.info["strain_parameter"] = fmt::format("{:.6g}", d);
      s.info["volume_ratio"] = fmt::format("{:.6f}", f.determinant());
      series.push_back(std::move(s));
    }
  }
  return series;
}

std::vector<Structure> build_displace(const Structure* input, Config& settings, BuildContext& context) {
  DisplaceOptions o;
  const bool gaussian = settings.choice("distribution", {"gaussian", "uniform"}, "gaussian") == "gaussian";
  o.distribution = gaussian ? Distribution::gaussian : Distribution::uniform;
  o.size = gaussian ? settings.positive("sigma_A") : settings.positive("amplitude_A");
  o.min_distance = settings.positive("min_distance_A", o.min_distance);
  o.seed = context.seed;
  const std::int64_t copies = at_least(settings, "copies", 1, 1);
  demand_room(settings, static_cast<double>(copies), input->size());
  std::vector<Structure> list;
  for (std::int64_t k = 0; k < copies; ++k) {
    o.copy = static_cast<std::uint64_t>(k);
    list.push_back(displaced(*input, o));
    list.back().info["copy"] = std::to_string(k);
  }
  return list;
}

std::vector<Structure> build_packed(const Structure*, Config& settings, BuildContext& context) {
  PackingOptions o;
  o.composition = parse_composition(settings.text("composition"));
  o.distances = read_distances(settings, "min_distances_A");
  const std::vector<double> densities = settings.numbers("density_g_per_cm3");
  const std::int64_t copies = at_least(settings, "copies", 1, 1);
  std::size_t n_atoms = 0;
  for (const auto& [species, count] : o.composition) n_atoms += static_cast<std::size_t>(count);
  demand_room(settings, static_cast<double>(copies) * static_cast<double>(densities.size()), n_atoms);
  std::vector<Structure> list;
  for (const double density : densities)
    for (std::int64_t k = 0; k < copies; ++k) {
      o.density = density;
      o.seed = context.seed + list.size();
      list.push_back(packed_cell(o));
      list.back().info["seed"] = std::to_string(o.seed);
    }
  return list;
}

std::vector<Structure> build_frames(const Structure* input, Config&, BuildContext&) {
  Structure s = bare(*input);
  require_solid(s, "the frame");
  return {s};
}

}  // namespace

std::vector<Builder> bulk_builders() {
  return {
      {.name = "crystal",
       .summary = "A crystal from lattice parameters, space group and Wyckoff positions",
       .takes_structure = false,
       .settings = {{"lengths_A", Form::list, "a b c (Å)"},
                    {"angles_deg", Form::list, "alpha beta gamma (degrees) [90 90 90]"},
                    {"space_group", Form::word, "Short symbol (Pnma), number (62), or \"hall N\" for another setting"},
                    {"sites", Form::texts, "One position of each site: \"P 0.4115 0.25 0.3079\" ..."},
                    {"merge_A", Form::word, "Images of a site nearer than this are one atom (Å) [0.05]"}},
       .example = "  vitrion build crystal --lengths 3.51,3.51,3.51 --space-group Im-3m --sites \"Li 0 0 0\" --output "
                  "li.extxyz",
       .build = build_crystal},
      {.name = "supercell",
       .summary = "A structure repeated",
       .settings = {{"repeat", Form::list, "How often along a, b, c: 2 2 2"},
                    {"matrix", Form::list, "Or nine whole numbers: new a, b, c in units of the old ones"}},
       .example = "  vitrion build supercell li.extxyz --repeat 4,4,4 --output li128.extxyz\n"
                  "  vitrion build supercell li.extxyz --matrix 1,1,0,-1,1,0,0,0,2 --output POSCAR",
       .build = build_supercell},
      {.name = "strain",
       .summary = "A series of strains: hydrostatic, orthorhombic or monoclinic",
       .settings = {{"strain", Form::word, "hydrostatic (V/V0 = 1 + d), orthorhombic or monoclinic (volume kept)"},
                    {"range", Form::list, "First and last d, as fractions: -0.10 0.09"},
                    {"steps", Form::word, "How many, ends included [11]"},
                    {"values", Form::list, "Or the values of d themselves"},
                    {"planes", Form::list, "Planes of orthorhombic and monoclinic strains [xy yz zx]"}},
       .example = "  vitrion build strain crystal.extxyz --strain hydrostatic --range -0.10,0.09 --steps 20 --output "
                  "eos.extxyz\n"
                  "  vitrion build strain crystal.extxyz --strain monoclinic --range -0.06,0.06 --steps 7 --planes xy "
                  "--output shear.extxyz",
       .build = build_strain},
      {.name = "displace",
       .summary = "Atoms moved at random",
       .settings = {{"distribution", Form::word, "gaussian or uniform, of every coordinate [gaussian]"},
                    {"sigma_A", Form::word, "Standard deviation of gaussian displacements (Å)"},
                    {"amplitude_A", Form::word, "Largest uniform displacement (Å)"},
                    {"min_distance_A", Form::word, "Draw anew when atoms come nearer than this (Å) [1.0]"},
                    {"copies", Form::word, "How many of each structure [1]"}},
       .example = "  vitrion build displace crystal.extxyz --sigma 0.1 --copies 20 --seed 7 --output rattled.extxyz",
       .build = build_displace},
      {.name = "packed",
       .summary = "Atoms at random in a cube of given density: what a melt starts from",
       .takes_structure = false,
       .settings = {{"composition", Form::word, "Whole numbers: \"Li47 P16 O56 N5\""},
                    {"density_g_per_cm3", Form::list, "One density or several (g/cm^3)"},
                    {"min_distances_A", Form::map, "Smallest distances (Å): P-O=1.5,O-O=2.3; others 0.8 (V/N)^(1/3)"},
                    {"copies", Form::word, "How many at each density [1]"}},
       .example = "  vitrion build packed --composition \"Li47 P16 O56 N5\" --density 2.4 --min-distances "
                  "P-O=1.5,O-O=2.3 --copies 5 --output melts.extxyz",
       .build = build_packed},
      {.name = "frames",
       .summary = "Structures as they are, out of files: trajectories to label anew",
       .settings = {},
       .example = "  vitrion build frames aimd/quench.extxyz --count 100 --output quench-100.extxyz",
       .build = build_frames},
  };
}

}  // namespace vitrion::build
