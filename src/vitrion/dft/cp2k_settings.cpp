#include "vitrion/dft/cp2k_settings.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <Eigen/LU>
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <numbers>

#include "vitrion/core/process.hpp"
#include "vitrion/core/text.hpp"
#include "vitrion/dft/valence.hpp"

namespace vitrion::dft {
namespace {

namespace fs = std::filesystem;

int at_least(Config& config, const std::string& key, int fallback, int least) {
  const std::int64_t value = config.integer(key, fallback);
  if (value < least || value > 1000000) throw config.error(key, fmt::format("\"{}\" must be {} or more", key, least));
  return static_cast<int>(value);
}

std::map<std::string, std::string> read_by_element(Config& config, const std::string& key) {
  Config section = config.section(key);
  std::map<std::string, std::string> map;
  for (const std::string& symbol : section.keys()) {
    try {
      Species::element(symbol);
    } catch (const InputError&) {
      throw section.error(symbol, "\"" + symbol + "\" is no element");
    }
    map[symbol] = section.text(symbol);
  }
  return map;
}

std::array<int, 3> read_kpoints(Config& config) {
  if (!config.has("kpoints") || config.texts("kpoints") == std::vector<std::string>{"gamma"}) {
    config.accept("kpoints");
    return {1, 1, 1};
  }
  const std::vector<double> mesh = config.numbers("kpoints");
  std::array<int, 3> points{};
  for (std::size_t k = 0; k < 3; ++k) {
    points[k] = mesh.size() == 3 ? static_cast<int>(mesh[k]) : 0;
    if (points[k] < 1 || points[k] > 99 || points[k] != mesh[k])
      throw config.error("kpoints", "\"kpoints\" must be gamma or three whole numbers, as in [2, 2, 2]");
  }
  return points;
}

std::optional<double> read_kpoint_spacing(Config& config) {
  if (!config.has("kpoint_spacing_per_A")) return std::nullopt;
  if (config.has("kpoints"))
    throw config.error("kpoint_spacing_per_A", "\"kpoints\" and \"kpoint_spacing_per_A\" exclude each other");
  return config.positive("kpoint_spacing_per_A");
}

void require_spin(const Config& config, const std::string& key, const Cp2kTheory& theory) {
  if (!theory.spin_polarized)
    throw config.error(key, fmt::format("\"{}\" is for calculations with spin", key), "Set spin_polarized: true.");
}

void check_theory(const Config& config, const Cp2kTheory& t) {
  if (!t.magnetization.empty()) require_spin(config, "magnetization", t);
  if (t.multiplicity.value_or(1) != 1) require_spin(config, "multiplicity", t);
  if (!t.plus_u.empty() && !t.gamma_only())
    throw config.error("plus_u", "CP2K applies +U at the Gamma point only", "Take larger cells, and kpoints: gamma.");
}

std::vector<Cp2kSpinState> read_spin_states(Config& config, const Cp2kTheory& theory) {
  std::vector<Cp2kSpinState> states;
  for (Config& entry : config.sections("spin_states")) {
    Cp2kSpinState state;
    state.name = entry.text("name", fmt::format("{}", states.size() + 1));
    if (state.name.find_first_of(" /") != std::string::npos)
      throw entry.error("name", "the name of a spin state must be a word");
    if (entry.has("multiplicity")) state.multiplicity = at_least(entry, "multiplicity", 1, 1);
    state.magnetization = read_magnetization(entry);
    require_spin(config, "spin_states", theory);
    states.push_back(state);
  }
  return states;
}

/// 2 S + 1 and the number of electrons cannot both be odd or both be even, and all electrons at most are unpaired.
void check_multiplicity(int multiplicity, int electrons, const Structure& structure) {
  if ((electrons + multiplicity - 1) % 2 == 0 && multiplicity <= electrons + 1) return;
  throw InputError(fmt::format("{} has {} valence electrons: its multiplicity cannot be {}",
                               composition(structure.species), electrons, multiplicity),
                   electrons % 2 == 0 ? "It is odd, 1 or 3 for instance." : "It is even, 2 or 4 for instance.");
}

std::vector<Cp2kScf> default_recipe(const Cp2kTheory& theory) {
  std::vector<Cp2kScf> recipe(2);
  recipe[1].name = "slow-broyden";
  recipe[1].alpha = 0.1;
  recipe[1].history = 16;
  recipe[1].max_steps = 100;
  // OT needs integer occupations and real orbitals.
  if (!theory.gamma_only() || theory.smearing_K > 0) return recipe;
  recipe.emplace_back();
  recipe[2].name = "ot";
  recipe[2].orbital_transformation = true;
  recipe[2].from_pre_scf = false;
  return recipe;
}

std::vector<Cp2kScf> read_recipe(Config& config, const Cp2kTheory& theory) {
  std::vector<Cp2kScf> recipe;
  for (Config& entry : config.sections("recipe")) {
    Cp2kScf scf;
    scf.orbital_transformation = entry.choice("method", {"broyden", "ot"}, "broyden") == "ot";
    scf.name = entry.text("name", scf.orbital_transformation ? "ot" : "broyden");
    scf.max_steps = at_least(entry, "max_steps", scf.max_steps, 1);
    scf.from_pre_scf = entry.flag("from_pre_scf", !scf.orbital_transformation);
    if (scf.orbital_transformation) {
      scf.outer_loops = at_least(entry, "outer_loops", scf.outer_loops, 1);
      if (!theory.gamma_only() || theory.smearing_K > 0)
        throw entry.error("method", "OT works at the Gamma point without smearing only", "Use broyden.");
    } else {
      scf.alpha = entry.positive("alpha", scf.alpha);
      scf.beta = entry.positive("beta", scf.beta);
      scf.history = at_least(entry, "history", scf.history, 1);
    }
    recipe.push_back(scf);
  }
  return recipe.empty() ? default_recipe(theory) : recipe;
}

/// Debian's serial OpenBLAS, loaded in place of the reference BLAS: the fastest for one thread.
std::optional<std::string> serial_openblas() {
  for (const char* folder : {"/usr/lib/x86_64-linux-gnu/openblas-serial", "/usr/lib/aarch64-linux-gnu/openblas-serial"})
    if (fs::is_directory(folder)) return folder;
  return std::nullopt;
}

}  // namespace

std::string plain_number(double value) {
  std::string text = fmt::format("{}", value);
  const std::size_t e = text.find('e');
  if (e == std::string::npos) return text;
  const std::size_t digits = text[e + 1] == '-' || text[e + 1] == '+' ? e + 2 : e + 1;
  text.erase(digits, text.find_first_not_of('0', digits) - digits);
  return text;
}

std::array<int, 3> Cp2kTheory::mesh_of(const Cell& cell) const {
  if (!kpoint_spacing) return kpoints;
  // Columns of the inverse are the reciprocal vectors of the rows.
  const Matrix3 reciprocal = 2 * std::numbers::pi * cell.matrix().inverse();
  std::array<int, 3> mesh{};
  for (int k = 0; k < 3; ++k)
    mesh[static_cast<std::size_t>(k)] =
        std::max(1, static_cast<int>(std::ceil(reciprocal.col(k).norm() / *kpoint_spacing - 1e-9)));
  return mesh;
}

std::string Cp2kTheory::basis_of(Species species) const {
  const auto chosen = basis_sets.find(species.name());
  return chosen != basis_sets.end() ? chosen->second : basis;
}

std::string Cp2kTheory::potential_of(Species species) const {
  const auto chosen = potentials.find(species.name());
  if (chosen != potentials.end()) return chosen->second;
  const std::optional<int> valence = gth_valence(species);
  if (!valence)
    throw InputError("no pseudopotential is known for " + species.name(),
                     "Name one that stands in " + potential_file + ": potentials: {" + species.name() + ": NAME}.");
  return fmt::format("GTH-{}-q{}", functional == "LDA" ? "PADE" : "PBE", *valence);
}

std::optional<int> Cp2kTheory::n_electrons(const Structure& structure) const {
  int n = -charge;
  for (const Species species : structure.species) {
    const std::string name = potential_of(species);
    const std::size_t q = name.rfind("-q");
    const auto valence = q == std::string::npos ? std::nullopt : parse_integer(name.substr(q + 2));
    if (!valence) return std::nullopt;
    n += static_cast<int>(*valence);
  }
  return n;
}

Cp2kTheory read_cp2k_theory(Config& config) {
  Cp2kTheory t;
  t.functional = config.choice("functional", {"PBE", "PBEsol", "LDA"}, t.functional);
  t.basis = config.text("basis", t.basis);
  t.basis_file = config.text("basis_file", t.basis_file);
  t.potential_file = config.text("potential_file", t.potential_file);
  t.basis_sets = read_by_element(config, "basis_sets");
  t.potentials = read_by_element(config, "potentials");
  t.kpoints = read_kpoints(config);
  t.kpoint_spacing = read_kpoint_spacing(config);
  t.charge = config.integer<int>("charge", t.charge);
  t.spin_polarized = config.flag("spin_polarized", t.spin_polarized);
  if (config.has("multiplicity")) t.multiplicity = at_least(config, "multiplicity", 1, 1);
  Config smearing = config.section("smearing");
  t.smearing_K = smearing.number("temperature_K", 0);
  if (t.smearing_K < 0) throw smearing.error("temperature_K", "\"temperature_K\" must be 0 or more");
  t.added_orbitals = at_least(smearing, "added_orbitals", t.smearing_K > 0 ? 20 : 0, 0);
  t.plus_u = read_plus_u(config);
  t.magnetization = read_magnetization(config);
  check_theory(config, t);
  if (config.has("data_dir")) t.data_dir = fs::absolute(config.path("data_dir")).string();
  return t;
}

Cp2kAccuracy read_cp2k_accuracy(Config& config, Cp2kAccuracy a) {
  a.cutoff_Ry = config.positive("cutoff_Ry", a.cutoff_Ry);
  a.rel_cutoff_Ry = config.positive("rel_cutoff_Ry", a.rel_cutoff_Ry);
  a.n_grids = at_least(config, "n_grids", a.n_grids, 1);
  a.eps_default = config.positive("eps_default", a.eps_default);
  a.eps_scf = config.positive("eps_scf", a.eps_scf);
  a.fine_xc_grid = config.flag("fine_xc_grid", a.fine_xc_grid);
  return a;
}

std::vector<std::string> read_cp2k_command(Config& config) {
  std::vector<std::string> command = config.texts("command", {"cp2k.psmp"});
  if (command.empty() || command[0].empty())
    throw config.error("command", "\"command\" must name a program", "For instance [mpirun, -np, 4, cp2k.psmp].");
  return command;
}

std::map<std::string, std::string> read_cp2k_environment(Config& config, const Cp2kTheory& theory,
                                                         const std::vector<std::string>& command) {
  Config section = config.section("environment");
  std::map<std::string, std::string> environment;
  for (const std::string& name : section.keys()) environment[name] = section.text(name);
  environment.emplace("OMP_NUM_THREADS", "1");
  environment.emplace("OPENBLAS_NUM_THREADS", "1");
  // Without mpirun: no daemon beside each calculation, and no session folder, which calculations side by side would
  // share and the first to end remove. mpirun needs both.
  if (command.size() == 1) {
    environment.emplace("OMPI_MCA_ess_singleton_isolated", "1");
    environment.emplace("OMPI_MCA_orte_create_session_dirs", "0");
  }
  if (theory.data_dir) environment.emplace("CP2K_DATA_DIR", *theory.data_dir);
  if (const std::optional<std::string> blas = serial_openblas()) {
    const char* before = std::getenv("LD_LIBRARY_PATH");
    const bool has_before = before != nullptr && *before != '\0';
    environment.emplace("LD_LIBRARY_PATH", has_before ? *blas + ":" + before : *blas);
  }
  return environment;
}

Cp2kSettings read_cp2k_settings(Config& config) {
  Cp2kSettings s;
  s.theory = read_cp2k_theory(config);
  s.accuracy = read_cp2k_accuracy(config, s.accuracy);
  Config pre = config.section("pre_scf");
  s.pre_accuracy = read_cp2k_accuracy(pre, s.pre_accuracy);
  s.pre_max_steps = at_least(pre, "max_steps", s.pre_max_steps, 0);
  s.spin_states = read_spin_states(config, s.theory);
  s.recipe = read_recipe(config, s.theory);
  s.command = read_cp2k_command(config);
  s.environment = read_cp2k_environment(config, s.theory, s.command);
  return s;
}

void require_cp2k(const std::vector<std::string>& command) {
  if (!find_program(command[0]))
    throw InputError("the program " + command[0] + " is not on this machine",
                     "Install CP2K (Debian: apt-get install cp2k libopenblas0-serial), or name its program in the "
                     "settings, for instance command: [mpirun, -np, 4, cp2k.psmp].");
}

void check_cp2k_structure(const Cp2kTheory& theory, const Structure& structure) {
  if (structure.size() == 0) throw InputError("the structure has no atoms");
  if (!structure.cell.is_periodic())
    throw InputError("the cell does not repeat along all three vectors",
                     "Put clusters and slabs into a periodic cell with vacuum around them.");
  for (const Species species : distinct_species(structure)) {
    if (!species.is_element())
      throw InputError("atoms of " + species.name() + " have no element", "Name the elements with --species.");
    theory.potential_of(species);
  }
  const std::optional<int> electrons = theory.n_electrons(structure);
  if (!electrons) return;
  if (theory.multiplicity) check_multiplicity(*theory.multiplicity, *electrons, structure);
  if (*electrons % 2 != 0 && !theory.spin_polarized && !(theory.smearing_K > 0))
    throw InputError(fmt::format("{} has {} valence electrons, an odd number, and spin is not polarised",
                                 composition(structure.species), *electrons),
                     "Check the composition, or set spin_polarized: true.");
}

}  // namespace vitrion::dft
