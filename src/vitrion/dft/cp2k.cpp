// CP2K as an engine: a cheap calculation for the starting orbitals, then the label; slower mixing and OT where that
// does not converge.
#include <fmt/format.h>

#include <algorithm>

#include "vitrion/core/file.hpp"
#include "vitrion/core/text.hpp"
#include "vitrion/dft/cp2k_input.hpp"
#include "vitrion/dft/registry.hpp"
#include "vitrion/io/cp2k.hpp"

namespace vitrion::dft {
namespace {

namespace fs = std::filesystem;

/// What an output says of its self-consistency and of the program, beside the numbers.
struct ScfReport {
  std::string version = "unknown";
  bool converged = false;  ///< it says so in words
  std::int64_t steps = 0;
  std::optional<double> residual;  ///< of the last step
  std::optional<double> spins;     ///< integral of the absolute spin density, Bohr magnetons
  std::string abort;               ///< the message of an abort
};

/// The numbers in "SCF run converged in 9 steps" and "converged in 2 iterations or 31 steps": the last one.
std::int64_t steps_in(std::string_view line) {
  std::int64_t steps = 0;
  for (const std::string_view word : split_words(line)) steps = parse_integer(word).value_or(steps);
  return steps;
}

ScfReport read_report(const std::string& output) {
  ScfReport report;
  std::vector<std::string_view> words;
  bool aborting = false;
  for (std::size_t at = 0; at < output.size();) {
    const std::size_t end = std::min(output.find('\n', at), output.size());
    const std::string_view line = std::string_view(output).substr(at, end - at);
    at = end + 1;
    if (line.find("CP2K| version string:") != std::string_view::npos) {
      report.version = split_words(line).back();
    } else if (line.find("SCF run converged in") != std::string_view::npos ||
               line.find("outer SCF loop converged in") != std::string_view::npos) {
      report.converged = true;
      report.steps = steps_in(line);
    } else if (line.find("Integrated absolute spin density") != std::string_view::npos) {
      report.spins = parse_double(split_words(line).back());
    } else if (line.find("outer SCF loop FAILED") != std::string_view::npos) {
      report.converged = false;
    } else if (line.find("[ABORT]") != std::string_view::npos) {
      aborting = true;
    } else if (aborting) {
      // A box of stars; the first 12 columns hold a drawing.
      aborting = line.find("****") == std::string_view::npos;
      const std::string_view text = aborting && line.size() > 13 ? trim(line.substr(12, line.size() - 13)) : "";
      if (!text.empty()) report.abort += (report.abort.empty() ? "" : " ") + std::string(text);
    } else {
      // A row of the table of steps: number, method, (mixing, time,) convergence, energy, change.
      split_words(line, words);
      if (words.size() >= 6 && words.size() <= 9 && parse_integer(words[0]) &&
          (line.find("Diag") != std::string_view::npos || (words[1] == "OT" && words[2] != "LS")))
        report.residual = parse_double(words[words.size() - 3]);
    }
  }
  return report;
}

class Cp2kEngine final : public Engine {
 public:
  explicit Cp2kEngine(Cp2kSettings settings) : s_(std::move(settings)) {}

  std::string name() const override { return "cp2k"; }
  std::string fingerprint() const override;
  std::vector<std::string> tries() const override {
    std::vector<std::string> names;
    for (const Cp2kScf& scf : s_.recipe) names.push_back(scf.name);
    return names;
  }
  void check(const Structure& structure) const override {
    for (const Cp2kSpinState& state : states()) check_cp2k_structure(theory_of(state), structure);
  }
  void require_program() const override { require_cp2k(s_.command); }
  std::vector<Invocation> prepare(const Structure& structure, std::size_t number,
                                  const fs::path& folder) const override;
  Label read(const Structure& structure, std::size_t number, const fs::path& folder) const override;
  std::vector<std::string> scratch_files() const override {
    const std::string name = cp2k_project;
    return {name + "-RESTART.wfn", name + "-RESTART.wfn.bak-1", name + "-RESTART.kp", name + "-RESTART.kp.bak-1"};
  }

 private:
  Invocation run(const std::string& stem) const {
    std::vector<std::string> command = s_.command;
    command.insert(command.end(), {"-i", stem + ".inp", "-o", stem + ".out"});
    return {command, s_.environment};
  }
  /// One without a name where the settings name none.
  std::vector<Cp2kSpinState> states() const {
    if (!s_.spin_states.empty()) return s_.spin_states;
    return {{"", s_.theory.multiplicity, s_.theory.magnetization}};
  }
  Cp2kTheory theory_of(const Cp2kSpinState& state) const;
  /// The label of one spin state. Throws NoLabel.
  Label read_state(const Structure& structure, std::size_t number, const fs::path& folder,
                   const std::string& state) const;
  std::map<std::string, std::string> provenance(const Structure& structure, const Cp2kScf& scf,
                                                const ScfReport& report) const;

  Cp2kSettings s_;
};

std::string Cp2kEngine::fingerprint() const {
  const Cp2kTheory& t = s_.theory;
  const Cp2kAccuracy& a = s_.accuracy;
  std::string text = fmt::format(
      "functional {} basis {} {} potentials {} cutoff_Ry {} rel_cutoff_Ry {} n_grids {} eps_default {} eps_scf {} "
      "kpoints {} {} {} charge {} spin {} multiplicity {} smearing_K {} added_orbitals {}",
      t.functional, t.basis, t.basis_file, t.potential_file, plain_number(a.cutoff_Ry), plain_number(a.rel_cutoff_Ry),
      a.n_grids, plain_number(a.eps_default), plain_number(a.eps_scf), t.kpoints[0], t.kpoints[1], t.kpoints[2],
      t.charge, t.spin_polarized, t.multiplicity.value_or(0), plain_number(t.smearing_K), t.added_orbitals);
  for (const auto& [element, basis] : t.basis_sets) text += fmt::format(" basis.{} {}", element, basis);
  for (const auto& [element, potential] : t.potentials) text += fmt::format(" potential.{} {}", element, potential);
  // Only where they are used, so that the hashes of labels from before there were such keys stay.
  if (t.kpoint_spacing) text += " kpoint_spacing " + plain_number(*t.kpoint_spacing);
  if (a.fine_xc_grid) text += " fine_xc_grid";
  text += describe(t.plus_u) + describe(t.magnetization);
  for (const Cp2kSpinState& state : s_.spin_states)
    text += fmt::format(" spin_state {}{}", state.multiplicity.value_or(0), describe(state.magnetization));
  return text;
}

Cp2kTheory Cp2kEngine::theory_of(const Cp2kSpinState& state) const {
  Cp2kTheory theory = s_.theory;
  if (state.multiplicity) theory.multiplicity = state.multiplicity;
  if (!state.magnetization.empty()) theory.magnetization = state.magnetization;
  return theory;
}

/// "label", or "label-ferro" of one spin state among several.
std::string stem_of(const std::string& what, const std::string& state) {
  return state.empty() ? what : what + "-" + state;
}

std::vector<Invocation> Cp2kEngine::prepare(const Structure& structure, std::size_t number,
                                            const fs::path& folder) const {
  const Cp2kScf& scf = s_.recipe.at(number);
  std::vector<Invocation> runs;
  const bool restart = s_.pre_max_steps > 0 && scf.from_pre_scf;
  const auto add = [&](const std::string& stem, const std::string& input) {
    write_file_atomically(folder / (stem + ".inp"), input);
    runs.push_back(run(stem));
  };
  // Each label starts from the orbitals that its own cheap calculation, the run before, left in the folder.
  for (const Cp2kSpinState& state : states()) {
    const Cp2kTheory theory = theory_of(state);
    if (restart) {
      Cp2kScf pre = scf;
      pre.max_steps = s_.pre_max_steps;
      add(stem_of("start", state.name), cp2k_single_point(structure, theory, s_.pre_accuracy, pre, false, false));
    }
    add(stem_of("label", state.name), cp2k_single_point(structure, theory, s_.accuracy, scf, restart, true));
  }
  return runs;
}

std::map<std::string, std::string> Cp2kEngine::provenance(const Structure& structure, const Cp2kScf& scf,
                                                          const ScfReport& report) const {
  const Cp2kTheory& t = s_.theory;
  const std::array<int, 3> mesh = t.mesh_of(structure.cell);
  std::map<std::string, std::string> keys{
      {"cp2k_version", report.version},
      {"cp2k_functional", t.functional},
      {"cp2k_basis", t.basis},
      {"cp2k_scf_converged", "T"},
      {"cp2k_scf_method", scf.name},
      {"cp2k_scf_steps", std::to_string(report.steps)},
      {"cp2k_cutoff_Ry", plain_number(s_.accuracy.cutoff_Ry)},
      {"cp2k_rel_cutoff_Ry", plain_number(s_.accuracy.rel_cutoff_Ry)},
      {"cp2k_eps_scf", plain_number(s_.accuracy.eps_scf)},
      {"cp2k_kpoints",
       mesh == std::array<int, 3>{1, 1, 1} ? "gamma" : fmt::format("{}x{}x{}", mesh[0], mesh[1], mesh[2])},
  };
  if (report.residual) keys["cp2k_scf_residual"] = fmt::format("{:.3e}", *report.residual);
  if (t.smearing_K > 0) keys["cp2k_smearing_K"] = plain_number(t.smearing_K);
  if (t.charge != 0) keys["cp2k_charge"] = std::to_string(t.charge);
  if (t.spin_polarized) keys["cp2k_spin_polarized"] = "T";
  if (report.spins) keys["cp2k_spins"] = fmt::format("{:.4f}", *report.spins);
  if (s_.accuracy.fine_xc_grid) keys["cp2k_fine_xc_grid"] = "T";
  for (const auto& [element, term] : t.plus_u)
    keys["cp2k_plus_u_" + element] = fmt::format("{}{}", "spdf"[term.l], plain_number(term.U_eV));
  return keys;
}

Label Cp2kEngine::read(const Structure& structure, std::size_t number, const fs::path& folder) const {
  if (s_.spin_states.empty()) return read_state(structure, number, folder, "");
  std::optional<Label> lowest;
  std::string kept, energies, missing;
  for (const Cp2kSpinState& state : s_.spin_states) {
    try {
      Label label = read_state(structure, number, folder, state.name);
      energies += fmt::format("{}{}={:.6f}", energies.empty() ? "" : ",", state.name, *label.labels.energy);
      if (lowest && *lowest->labels.energy <= *label.labels.energy) continue;
      lowest = std::move(label);
      kept = state.name;
    } catch (const NoLabel& e) {
      energies += fmt::format("{}{}=none", energies.empty() ? "" : ",", state.name);
      missing += fmt::format("{}spin state {}: {}", missing.empty() ? "" : "; ", state.name, e.what());
    }
  }
  // One that is missing may be the lowest: only the last try does without it.
  if (!lowest || (!missing.empty() && number + 1 < s_.recipe.size())) throw NoLabel(missing);
  lowest->provenance["cp2k_spin_state"] = kept;
  lowest->provenance["cp2k_spin_state_energies"] = energies;
  return *lowest;
}

Label Cp2kEngine::read_state(const Structure& structure, std::size_t number, const fs::path& folder,
                             const std::string& state) const {
  const fs::path output = folder / (stem_of("label", state) + ".out");
  for (const fs::path& file : {folder / (stem_of("start", state) + ".out"), output}) {
    if (!fs::exists(file)) continue;
    const ScfReport report = read_report(read_file(file));
    if (!report.abort.empty()) throw NoLabel("CP2K ended itself: " + report.abort);
  }
  if (!fs::exists(output)) throw NoLabel("CP2K wrote no output");
  const ScfReport report = read_report(read_file(output));
  std::optional<io::Cp2kCalculation> result;
  try {
    result = io::Cp2kOutput(output).next();
  } catch (const InputError& e) {
    throw NoLabel(e.what());
  }
  const std::string residual = report.residual ? fmt::format(", last residual {:.1e}", *report.residual) : "";
  if (!result) throw NoLabel("CP2K computed no energy");
  if (!result->converged || !report.converged)
    throw NoLabel(
        fmt::format("self-consistency was not reached in {} steps{}", s_.recipe.at(number).max_steps, residual));
  const Labels& labels = result->labels;
  if (!labels.energy || !labels.stress || !labels.forces.allFinite() || !labels.stress->allFinite())
    throw NoLabel("the output lacks energy, forces or stress");
  if (labels.forces.rows() != static_cast<Eigen::Index>(structure.size()) ||
      (!result->species.empty() && result->species != structure.species))
    throw NoLabel("the output holds forces of other atoms than the structure's");
  return {labels, provenance(structure, s_.recipe.at(number), report)};
}

}  // namespace

std::unique_ptr<Engine> make_cp2k(Config& config) {
  return std::make_unique<Cp2kEngine>(read_cp2k_settings(config));
}

}  // namespace vitrion::dft
