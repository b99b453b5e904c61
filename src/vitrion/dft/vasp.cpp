// VASP as an engine: INCAR, KPOINTS, POSCAR written, POTCAR put together from the user's own library, vasprun.xml or
// OUTCAR read.
#include <fmt/format.h>

#include <Eigen/LU>
#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>
#include <set>

#include "vitrion/core/file.hpp"
#include "vitrion/core/process.hpp"
#include "vitrion/core/text.hpp"
#include "vitrion/dft/electrons.hpp"
#include "vitrion/dft/registry.hpp"
#include "vitrion/io/format.hpp"
#include "vitrion/io/frames.hpp"

namespace vitrion::dft {
namespace {

namespace fs = std::filesystem;
using Tags = std::map<std::string, std::string>;

struct VaspTry {
  std::string name;
  Tags incar;  ///< on top of the common ones
};

struct VaspSettings {
  Tags incar;
  std::array<int, 3> kpoints{1, 1, 1};
  bool gamma_centred = true;
  fs::path library;                            ///< holds ELEMENT/POTCAR
  std::map<std::string, std::string> potcars;  ///< by element: folder in the library, in place of the element's name
  HubbardTerms plus_u;
  StartingMoments magnetization;
  std::vector<VaspTry> recipe;
  std::vector<std::string> command{"vasp_std"};
  std::map<std::string, std::string> environment;
};

std::string upper(std::string text) {
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

Tags read_tags(Config config) {
  Tags tags;
  for (const std::string& key : config.keys()) {
    const std::vector<std::string> words = config.texts(key);  // a list, as of MAGMOM, stands in one line
    std::string& value = tags[upper(key)];
    for (const std::string& word : words) value += (value.empty() ? "" : " ") + word;
    if (value.find('\n') != std::string::npos) throw config.error(key, "a value of INCAR must stand in one line");
  }
  return tags;
}

/// One energy, forces and stress; converged tightly; no symmetry, for structures that have none; nothing large written.
Tags common_tags() {
  return {{"SYSTEM", "vitrion"}, {"PREC", "Accurate"}, {"ENCUT", "520"},     {"EDIFF", "1E-6"},    {"NELM", "100"},
          {"ISMEAR", "0"},       {"SIGMA", "0.05"},    {"ISYM", "0"},        {"LREAL", ".FALSE."}, {"NSW", "0"},
          {"IBRION", "-1"},      {"ISIF", "2"},        {"LWAVE", ".FALSE."}, {"LCHARG", ".FALSE."}};
}

std::vector<VaspTry> default_recipe() {
  return {{"normal", {}},
          {"all", {{"ALGO", "All"}, {"NELM", "200"}}},
          {"slow-mixing", {{"ALGO", "Normal"}, {"AMIX", "0.1"}, {"BMIX", "0.0001"}, {"NELM", "300"}}}};
}

/// Reads what writes tags by itself. Throws InputError where the user wrote these tags too.
void read_electrons(Config& config, VaspSettings& s) {
  const auto refuse = [&](const std::string& key, const Tags& tags) {
    for (const auto& [tag, value] : tags)
      if (s.incar.count(tag) != 0)
        throw config.error(key, "\"" + key + "\" writes " + tag + ", which \"incar\" holds too", "Leave one out.");
  };
  s.plus_u = read_plus_u(config);
  s.magnetization = read_magnetization(config);
  const bool spin = config.flag("spin_polarized", !s.magnetization.empty());
  if (!spin && !s.magnetization.empty())
    throw config.error("magnetization", "\"magnetization\" is for calculations with spin", "Set spin_polarized: true.");
  if (!s.plus_u.empty()) refuse("plus_u", {{"LDAU", ""}, {"LDAUL", ""}, {"LDAUU", ""}, {"LDAUJ", ""}});
  if (!s.magnetization.empty()) refuse("magnetization", {{"MAGMOM", ""}});
  if (spin) s.incar["ISPIN"] = "2";
}

/// LDAU tags: one value for each element, in the order of POSCAR.
Tags hubbard_tags(const HubbardTerms& terms, const std::vector<Species>& elements) {
  if (terms.empty()) return {};
  std::string l, u, j;
  int highest = 0;
  for (const Species element : elements) {
    const auto term = terms.find(element.name());
    const bool found = term != terms.end();
    l += fmt::format("{}{}", l.empty() ? "" : " ", found ? term->second.l : -1);
    u += fmt::format("{}{}", u.empty() ? "" : " ", found ? term->second.U_eV : 0.0);
    j += j.empty() ? "0" : " 0";
    if (found) highest = std::max(highest, term->second.l);
  }
  // LMAXMIX: densities of d and f shells must be mixed too.
  return {{"LDAU", ".TRUE."}, {"LDAUTYPE", "2"}, {"LDAUL", l},
          {"LDAUU", u},       {"LDAUJ", j},      {"LMAXMIX", std::to_string(2 * std::max(highest, 1))}};
}

VaspSettings read_vasp_settings(Config& config) {
  VaspSettings s;
  s.incar = common_tags();
  for (const auto& [key, value] : read_tags(config.section("incar"))) s.incar[key] = value;
  for (const auto& [key, expected] : Tags{{"NSW", "0"}, {"IBRION", "-1"}})
    if (s.incar[key] != expected)
      throw config.error("incar", "a label is a single calculation: " + key + " must be " + expected);
  read_electrons(config, s);
  s.gamma_centred = config.flag("gamma_centred", true);
  if (config.has("kpoints") && config.texts("kpoints") != std::vector<std::string>{"gamma"}) {
    const std::vector<double> mesh = config.numbers("kpoints");
    for (std::size_t k = 0; k < 3; ++k) {
      s.kpoints[k] = mesh.size() == 3 ? static_cast<int>(mesh[k]) : 0;
      if (s.kpoints[k] < 1 || s.kpoints[k] != mesh[k])
        throw config.error("kpoints", "\"kpoints\" must be gamma or three whole numbers, as in [2, 2, 2]");
    }
  } else {
    config.accept("kpoints");
  }
  Config potcar = config.section("potcar");
  const char* library = std::getenv("VASP_PP_PATH");
  if (potcar.has("library"))
    s.library = fs::absolute(potcar.path("library"));
  else if (library != nullptr)
    s.library = library;
  for (const std::string& key : potcar.keys())
    if (key != "library") s.potcars[Species::element(key).name()] = potcar.text(key);
  for (Config& entry : config.sections("recipe")) {
    VaspTry t;
    t.name = entry.text("name");
    t.incar = read_tags(entry.section("incar"));
    s.recipe.push_back(t);
  }
  if (s.recipe.empty()) s.recipe = default_recipe();
  s.command = config.texts("command", s.command);
  if (s.command.empty()) throw config.error("command", "\"command\" must name a program");
  Config environment = config.section("environment");
  for (const std::string& name : environment.keys()) s.environment[name] = environment.text(name);
  return s;
}

class VaspEngine final : public Engine {
 public:
  explicit VaspEngine(VaspSettings settings) : s_(std::move(settings)) {}

  std::string name() const override { return "vasp"; }
  std::string fingerprint() const override;
  std::vector<std::string> tries() const override {
    std::vector<std::string> names;
    for (const VaspTry& t : s_.recipe) names.push_back(t.name);
    return names;
  }
  void check(const Structure& structure) const override;
  void require_program() const override;
  std::vector<Invocation> prepare(const Structure& structure, std::size_t number,
                                  const fs::path& folder) const override;
  Label read(const Structure& structure, std::size_t number, const fs::path& folder) const override;
  std::vector<std::string> scratch_files() const override {
    return {"POTCAR", "WAVECAR", "CHG", "CHGCAR", "PROCAR", "DOSCAR", "EIGENVAL", "LOCPOT", "vaspout.h5"};
  }

 private:
  std::string potcar_name(Species species) const {
    const auto chosen = s_.potcars.find(species.name());
    return chosen != s_.potcars.end() ? chosen->second : species.name();
  }
  /// MAGMOM: a moment for each atom, in the order of POSCAR.
  std::string moments_in_poscar(const Structure& structure) const;
  fs::path potcar_of(Species species) const { return s_.library / potcar_name(species) / "POTCAR"; }

  VaspSettings s_;
};

std::string VaspEngine::fingerprint() const {
  // Tags that say how to get there, not what to compute.
  const std::set<std::string> how{"SYSTEM", "ALGO", "NELM", "NELMIN", "NCORE",  "NPAR",   "KPAR",   "LWAVE",
                                  "LCHARG", "AMIX", "BMIX", "NSIM",   "LPLANE", "ISTART", "ICHARG", "NELMDL"};
  std::string text = fmt::format("kpoints {} {} {} {}", s_.kpoints[0], s_.kpoints[1], s_.kpoints[2],
                                 s_.gamma_centred ? "gamma" : "monkhorst");
  for (const auto& [key, value] : s_.incar)
    if (how.count(key) == 0) text += fmt::format(" {}={}", key, value);
  for (const auto& [element, potcar] : s_.potcars) text += fmt::format(" potcar.{} {}", element, potcar);
  return text + describe(s_.plus_u) + describe(s_.magnetization);
}

std::string VaspEngine::moments_in_poscar(const Structure& structure) const {
  io::TypeNumbers types({});
  types.prepare(structure);
  const std::vector<double> moments = moments_of(s_.magnetization, structure);
  std::string text;
  for (const std::size_t row : io::rows_by_type(structure, types))
    text += fmt::format("{}{}", text.empty() ? "" : " ", moments[row]);
  return text;
}

void VaspEngine::check(const Structure& structure) const {
  if (structure.size() == 0) throw InputError("the structure has no atoms");
  if (!structure.cell.is_periodic())
    throw InputError("the cell does not repeat along all three vectors",
                     "Put clusters and slabs into a periodic cell with vacuum around them.");
  if (structure.cell.matrix().determinant() < 0)
    throw InputError("the cell is left-handed, which VASP refuses", "Exchange two of its vectors.");
  if (s_.library.empty())
    throw InputError("no library of POTCAR files is known",
                     "Set potcar: {library: FOLDER} in the settings, or $VASP_PP_PATH; it holds Li/POTCAR and so on.");
  for (const Species species : distinct_species(structure)) {
    if (!species.is_element())
      throw InputError("atoms of " + species.name() + " have no element", "Name the elements with --species.");
    const fs::path file = potcar_of(species);
    if (!fs::exists(file))
      throw InputError(Location{file.string()}, "the library holds no POTCAR for " + species.name(),
                       "Name its folder: potcar: {" + species.name() + ": " + species.name() + "_sv}.");
  }
}

void VaspEngine::require_program() const {
  if (!find_program(s_.command[0]))
    throw InputError("the program " + s_.command[0] + " is not on this machine",
                     "VASP needs a licence (vasp.at); name its program in the settings, for instance command: [mpirun, "
                     "-np, 16, vasp_std], or use engine: cp2k.");
}

std::vector<Invocation> VaspEngine::prepare(const Structure& structure, std::size_t number,
                                            const fs::path& folder) const {
  Tags tags = s_.incar;
  tags.merge(hubbard_tags(s_.plus_u, distinct_species(structure)));
  if (!s_.magnetization.empty()) tags["MAGMOM"] = moments_in_poscar(structure);
  for (const auto& [key, value] : s_.recipe.at(number).incar) tags[key] = value;
  std::string incar;
  for (const auto& [key, value] : tags) incar += key + " = " + value + "\n";
  write_file_atomically(folder / "INCAR", incar);
  write_file_atomically(folder / "KPOINTS",
                        fmt::format("mesh\n0\n{}\n{} {} {}\n0 0 0\n", s_.gamma_centred ? "Gamma" : "Monkhorst-Pack",
                                    s_.kpoints[0], s_.kpoints[1], s_.kpoints[2]));
  io::write_frames(folder / "POSCAR", {structure}, {.format = "poscar", .species = {}});

  std::string potcar;
  for (const Species species : distinct_species(structure)) potcar += read_file(potcar_of(species));
  write_file_atomically(folder / "POTCAR", potcar);
  return {{s_.command, s_.environment}};
}

Label VaspEngine::read(const Structure& structure, std::size_t number, const fs::path& folder) const {
  std::optional<Structure> result;
  std::string why = "VASP wrote no output";
  for (const auto& [file, format] : {std::pair{"vasprun.xml", "vasprun"}, std::pair{"OUTCAR", "outcar"}}) {
    if (!fs::exists(folder / file)) continue;
    try {
      io::ReadOptions options;
      options.format = format;
      result = io::open_frames(folder / file, options)->next();
      if (result) break;
      why = "VASP computed no energy";
    } catch (const InputError& e) {
      why = e.what();
    }
  }
  if (!result) throw NoLabel(why);

  // POSCAR groups atoms by element: row i of VASP is row order[i] of ours.
  io::TypeNumbers types({});
  types.prepare(structure);
  const std::vector<std::size_t> order = io::rows_by_type(structure, types);
  if (result->size() != structure.size()) throw NoLabel("the output holds another number of atoms");
  Label label;
  label.labels = result->labels;
  if (!label.labels.energy || !label.labels.has_forces() || !label.labels.stress)
    throw NoLabel("the output lacks energy, forces or stress");
  for (std::size_t i = 0; i < order.size(); ++i) {
    const auto from = static_cast<Eigen::Index>(i), to = static_cast<Eigen::Index>(order[i]);
    const Vector3 moved = (result->positions.row(from) - structure.positions.row(to)).transpose();
    if (result->species[i] != structure.species[order[i]] || structure.cell.minimum_image(moved).norm() > 1e-4)
      throw NoLabel("the output is of another structure");
    label.labels.forces.row(to) = result->labels.forces.row(from);
  }
  for (const char* key : {"energy_without_entropy", "energy_sigma_to_zero"})
    if (const auto found = result->info.find(key); found != result->info.end()) label.provenance[key] = found->second;
  label.provenance["vasp_scf_converged"] = "T";
  label.provenance["vasp_scf_method"] = s_.recipe.at(number).name;
  label.provenance["vasp_encut_eV"] = s_.incar.at("ENCUT");
  label.provenance["vasp_ediff"] = s_.incar.at("EDIFF");
  for (const auto& [element, term] : s_.plus_u)
    label.provenance["vasp_plus_u_" + element] = fmt::format("{}{}", "spdf"[term.l], term.U_eV);
  label.provenance["vasp_kpoints"] = fmt::format("{}x{}x{}", s_.kpoints[0], s_.kpoints[1], s_.kpoints[2]);
  return label;
}

}  // namespace

std::unique_ptr<Engine> make_vasp(Config& config) {
  return std::make_unique<VaspEngine>(read_vasp_settings(config));
}

}  // namespace vitrion::dft
