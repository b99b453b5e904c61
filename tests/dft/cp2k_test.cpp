// CP2K: the inputs it is given, what is read from its outputs, and one real calculation.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "dft/samples.hpp"
#include "vitrion/core/error.hpp"
#include "vitrion/core/file.hpp"
#include "vitrion/core/process.hpp"
#include "vitrion/core/text.hpp"
#include "vitrion/dft/cp2k_settings.hpp"
#include "vitrion/dft/job.hpp"
#include "vitrion/dft/valence.hpp"
#include "vitrion/io/cp2k.hpp"

namespace vitrion::dft {
namespace {

using namespace test;
using ::testing::HasSubstr;

std::string refusal(const std::string& yaml, const Structure& structure = lithium_hydride()) {
  try {
    make_engine({yaml, "/somewhere/cp2k.yaml"})->check(structure);
  } catch (const InputError& e) {
    return e.what();
  }
  return "";
}

/// The lines of an input as "SECTION/SUBSECTION key values": without indentation, blank lines and order of kinds.
std::multiset<std::string> entries(const std::string& input) {
  std::multiset<std::string> set;
  std::vector<std::string> path;
  for (std::size_t at = 0; at < input.size();) {
    const std::size_t end = std::min(input.find('\n', at), input.size());
    const auto words = split_words(std::string_view(input).substr(at, end - at));
    at = end + 1;
    if (words.empty()) continue;
    std::string line;
    for (const std::string_view word : words) line += (line.empty() ? "" : " ") + std::string(word);
    if (line.starts_with("&END")) {
      path.pop_back();
    } else if (line.front() == '&') {
      path.push_back(line);
    } else if (words[0] != "PROJECT") {
      std::string where;
      for (const std::string& section : path) where += section + "/";
      set.insert(where + " " + line);
    }
  }
  return set;
}

TEST(Cp2k, DefaultsAreTheInputsOfTheBundledDataset) {
  VITRION_NEEDS_REFERENCE("lipon-pbe/templates/label_stage_B.inp");
  const auto given = reference("lipon-pbe/templates/label_stage_B.inp");
  const Structure structure = io::read_cp2k_input(given);
  const auto engine = make_engine(load_settings(""));
  const auto folder = scratch_folder();
  EXPECT_EQ(engine->prepare(structure, 0, folder).size(), 2u);
  EXPECT_EQ(entries(read_file(folder / "label.inp")), entries(read_file(given)));
  EXPECT_EQ(entries(read_file(folder / "start.inp")).count("&FORCE_EVAL/&DFT/&MGRID/ CUTOFF 200"), 1u);
}

TEST(Cp2k, TheExampleStatesEveryDefault) {
  const auto stated = make_engine(load_settings(source("examples/label/cp2k.yaml")));
  const auto defaults = make_engine(load_settings(""));
  EXPECT_EQ(stated->fingerprint(), defaults->fingerprint());
  ASSERT_EQ(stated->tries(), defaults->tries());
  const auto folder = scratch_folder();
  for (std::size_t i = 0; i < defaults->tries().size(); ++i) {
    const auto a = folder / "stated" / std::to_string(i), b = folder / "defaults" / std::to_string(i);
    stated->prepare(lithium_hydride(), i, a);
    defaults->prepare(lithium_hydride(), i, b);
    for (const auto& entry : std::filesystem::directory_iterator(b))
      EXPECT_EQ(read_file(a / entry.path().filename()), read_file(entry.path()));
  }
}

TEST(Cp2k, LaterTriesMixMoreSlowlyAndThenTurnToOrbitalTransformation) {
  const auto engine = make_engine(load_settings(""));
  EXPECT_THAT(engine->tries(), ::testing::ElementsAre("broyden", "slow-broyden", "ot"));
  const auto folder = scratch_folder();
  engine->prepare(lithium_hydride(), 1, folder / "1");
  EXPECT_THAT(read_file(folder / "1" / "label.inp"), HasSubstr("ALPHA 0.1\n"));
  EXPECT_EQ(engine->prepare(lithium_hydride(), 2, folder / "2").size(), 1u);
  EXPECT_THAT(read_file(folder / "2" / "label.inp"), HasSubstr("SCF_GUESS ATOMIC"));
  EXPECT_THAT(read_file(folder / "2" / "label.inp"), HasSubstr("&OUTER_SCF"));
}

TEST(Cp2k, MetalsGetKPointsAndSmearing) {
  const auto engine = make_engine({"kpoints: [3, 3, 3]\nsmearing: {temperature_K: 300, added_orbitals: 8}\n", ""});
  EXPECT_THAT(engine->tries(), ::testing::ElementsAre("broyden", "slow-broyden"));
  const auto folder = scratch_folder();
  engine->prepare(lithium_hydride(), 0, folder);
  const auto lines = entries(read_file(folder / "label.inp"));
  EXPECT_EQ(lines.count("&FORCE_EVAL/&DFT/&KPOINTS/ SCHEME MONKHORST-PACK 3 3 3"), 1u);
  EXPECT_EQ(lines.count("&FORCE_EVAL/&DFT/&SCF/ ADDED_MOS 8"), 1u);
  EXPECT_EQ(lines.count("&FORCE_EVAL/&DFT/&SCF/&SMEAR ON/ ELECTRONIC_TEMPERATURE [K] 300"), 1u);
  EXPECT_THAT(refusal("kpoints: [3, 3, 3]\nrecipe: [{method: ot}]\n"), HasSubstr("cp2k.yaml:2"));
}

/// VO in a cell of its own: 13 + 6 valence electrons.
Structure vanadium_oxide() {
  Structure s;
  s.cell = Cell::orthorhombic(3.1, 3.3, 3.0);
  s.species = {Species::element("V"), Species::element("O")};
  s.positions.resize(2, 3);
  s.positions << 0, 0, 0, 1.55, 1.7, 1.4;
  return s;
}

std::multiset<std::string> label_entries(const std::string& yaml, const Structure& structure,
                                         const std::string& file = "label.inp") {
  const auto folder = scratch_folder();
  make_engine({yaml, ""})->prepare(structure, 0, folder);
  return entries(read_file(folder / file));
}

TEST(Cp2k, PlusUAndStartingMomentsStandInTheKinds) {
  const auto lines =
      label_entries("spin_polarized: true\nplus_u: {V: {l: 2, U_eV: 3.1}}\nmagnetization: {V: 3}\n", vanadium_oxide());
  EXPECT_EQ(lines.count("&FORCE_EVAL/&DFT/ PLUS_U_METHOD MULLIKEN"), 1u);
  EXPECT_EQ(lines.count("&FORCE_EVAL/&DFT/ UKS TRUE"), 1u);
  EXPECT_EQ(lines.count("&FORCE_EVAL/&SUBSYS/&KIND V/&DFT_PLUS_U/ L 2"), 1u);
  EXPECT_EQ(lines.count("&FORCE_EVAL/&SUBSYS/&KIND V/&DFT_PLUS_U/ U_MINUS_J [eV] 3.1"), 1u);
  EXPECT_EQ(lines.count("&FORCE_EVAL/&SUBSYS/&KIND V/ MAGNETIZATION 3"), 1u);
  EXPECT_EQ(lines.count("&FORCE_EVAL/&SUBSYS/&KIND O/ MAGNETIZATION 3"), 0u);
}

TEST(Cp2k, TheVanadiumExampleIsUnderstood) {
  const auto engine = make_engine(load_settings(source("examples/label/cp2k-vanadium.yaml")));
  EXPECT_NO_THROW(engine->check(vanadium_oxide()));
  EXPECT_THAT(engine->fingerprint(), HasSubstr("fine_xc_grid plus_u.V 2 3 magnetization.V 1"));
}

TEST(Cp2k, MomentsOfOneElementAreTakenInTurn) {
  Structure s = vanadium_oxide();
  s.species = {Species::element("V"), Species::element("V")};
  const auto lines = label_entries("spin_polarized: true\nmagnetization: {V: [2, -2]}\n", s);
  EXPECT_EQ(lines.count("&FORCE_EVAL/&SUBSYS/&KIND V1/ MAGNETIZATION 2"), 1u);
  EXPECT_EQ(lines.count("&FORCE_EVAL/&SUBSYS/&KIND V2/ MAGNETIZATION -2"), 1u);
  EXPECT_EQ(lines.count("&FORCE_EVAL/&SUBSYS/&KIND V2/ ELEMENT V"), 1u);
  EXPECT_EQ(lines.count("&FORCE_EVAL/&SUBSYS/&COORD/ V2 1.5500000000 1.7000000000 1.4000000000"), 1u);
}

TEST(Cp2k, ExchangeAndCorrelationMayUseAFinerGrid) {
  EXPECT_EQ(label_entries("fine_xc_grid: true\n", lithium_hydride())
                .count("&FORCE_EVAL/&DFT/&XC/&XC_GRID/ USE_FINER_GRID TRUE"),
            1u);
  EXPECT_EQ(label_entries("fine_xc_grid: true\n", lithium_hydride(), "start.inp")
                .count("&FORCE_EVAL/&DFT/&XC/&XC_GRID/ USE_FINER_GRID TRUE"),
            0u);
}

TEST(Cp2k, TheMeshFollowsFromTheCellWhereASpacingIsGiven) {
  // 2 pi / 4.2, 4.0, 4.4 Å = 1.496, 1.571, 1.428 1/Å.
  const std::string mesh = "&FORCE_EVAL/&DFT/&KPOINTS/ SCHEME MONKHORST-PACK ";
  EXPECT_EQ(label_entries("kpoint_spacing_per_A: 0.5\n", lithium_hydride()).count(mesh + "3 4 3"), 1u);
  EXPECT_EQ(label_entries("kpoint_spacing_per_A: 2\n", lithium_hydride()).count(mesh + "1 1 1"), 0u);
  EXPECT_THAT(refusal("kpoints: [2, 2, 2]\nkpoint_spacing_per_A: 0.5\n"), HasSubstr("cp2k.yaml:2"));
}

TEST(Cp2k, EverySpinStateIsARunOfItsOwn) {
  const std::string yaml =
      "spin_polarized: true\nspin_states:\n  - {name: high, multiplicity: 4, magnetization: {V: 3}}\n"
      "  - {name: low, multiplicity: 2, magnetization: {V: 1}}\n";
  const auto folder = scratch_folder();
  EXPECT_EQ(make_engine({yaml, ""})->prepare(vanadium_oxide(), 0, folder).size(), 4u);
  EXPECT_THAT(read_file(folder / "label-high.inp"), HasSubstr("MULTIPLICITY 4"));
  EXPECT_THAT(read_file(folder / "label-low.inp"), HasSubstr("MULTIPLICITY 2"));
  EXPECT_THAT(read_file(folder / "start-low.inp"), HasSubstr("MAGNETIZATION 1"));
}

TEST(Cp2k, OfSeveralSpinStatesTheLowestEnergyIsKept) {
  // The stand-in gives every state the same energy: the second output is shifted by hand.
  const auto folder = scratch_folder();
  const auto engine = make_engine(fake_settings("spin_polarized: true\nspin_states: [{name: a}, {name: b}]\n"));
  const Structure s = lithium_hydride();
  const auto runs = engine->prepare(s, 0, folder);
  ASSERT_EQ(runs.size(), 4u);
  for (const Invocation& run : runs)
    ASSERT_TRUE(
        wait_for_process(start_process(run.command, folder, folder / "log.txt", {run.environment, false}), 60, [] {
          return false;
        }).succeeded);
  std::string output = read_file(folder / "label-b.out");
  const std::string energy = "energy [a.u.]: ";
  const std::size_t at = output.find(energy) + energy.size();
  const double value = *parse_double(std::string_view(output).substr(at, output.find('\n', at) - at));
  const auto write = [&](double shift) {
    std::string changed = output;
    changed.replace(at, output.find('\n', at) - at, std::to_string(value + shift));
    write_file_atomically(folder / "label-b.out", changed);
  };
  write(-1);
  Label label = engine->read(s, 0, folder);
  EXPECT_EQ(label.provenance.at("cp2k_spin_state"), "b");
  EXPECT_NEAR(*label.labels.energy, fake_energy(s) - units::hartree_in_eV, 1e-3);
  EXPECT_THAT(label.provenance.at("cp2k_spin_state_energies"), HasSubstr(",b="));
  write(1);
  EXPECT_EQ(engine->read(s, 0, folder).provenance.at("cp2k_spin_state"), "a");
  // A state that is missing may be the lowest: the first try goes on to the next, the last one takes what there is.
  std::filesystem::remove(folder / "label-b.out");
  EXPECT_THROW(engine->read(s, 0, folder), NoLabel);
  label = engine->read(s, engine->tries().size() - 1, folder);
  EXPECT_THAT(label.provenance.at("cp2k_spin_state_energies"), HasSubstr("b=none"));
}

TEST(Cp2k, RefusesPlusUAndSpinsItCannotHave) {
  const Structure vo = vanadium_oxide();
  EXPECT_THAT(refusal("plus_u:\n  Vx: {U_eV: 3}\n", vo), HasSubstr("cp2k.yaml:2: \"Vx\" is no element"));
  EXPECT_THAT(refusal("plus_u:\n  V: {l: 4, U_eV: 3}\n", vo), HasSubstr("cp2k.yaml:2: \"l\" must be 0, 1, 2 or 3"));
  EXPECT_THAT(refusal("plus_u:\n  V: {l: 2}\n", vo), HasSubstr("cp2k.yaml:2: plus_u of V has no \"U_eV\""));
  EXPECT_THAT(refusal("plus_u: {V: {l: 2, U_eV: 3, J_eV: 1}}\n", vo), HasSubstr("unknown key"));
  EXPECT_THAT(refusal("kpoints: [2, 2, 2]\nplus_u: {V: {l: 2, U_eV: 3}}\n", vo),
              HasSubstr("cp2k.yaml:2: CP2K applies +U at the Gamma point only"));
  EXPECT_THAT(refusal("magnetization: {V: 1}\n", vo), HasSubstr("spin_polarized: true"));
  EXPECT_THAT(refusal("spin_states: [{name: a}]\n", vo), HasSubstr("spin_polarized: true"));
  EXPECT_THAT(refusal("spin_polarized: true\nmagnetization: {V: 11}\n", vo), HasSubstr("no atom has more than 10"));
  EXPECT_THAT(refusal("spin_polarized: true\nmultiplicity: 3\n", vo), HasSubstr("its multiplicity cannot be 3"));
  EXPECT_THAT(refusal("spin_polarized: true\nspin_states: [{multiplicity: 2}, {multiplicity: 22}]\n", vo),
              HasSubstr("its multiplicity cannot be 22"));
  EXPECT_EQ(refusal("spin_polarized: true\nmultiplicity: 4\n", vo), "");
  EXPECT_EQ(refusal("smearing: {temperature_K: 500}\n", vo), "");
}

TEST(Cp2k, NamesBasisAndPotentialOfEveryElement) {
  Config config =
      Config::parse("functional: LDA\nbasis_sets: {Li: TZVP-MOLOPT-SR-GTH}\npotentials: {H: GTH-PADE-q1}\n");
  const Cp2kTheory theory = read_cp2k_theory(config);
  EXPECT_EQ(theory.potential_of(Species::element("Li")), "GTH-PADE-q3");
  EXPECT_EQ(theory.basis_of(Species::element("Li")), "TZVP-MOLOPT-SR-GTH");
  EXPECT_EQ(theory.n_electrons(lithium_hydride()), 4);
  EXPECT_EQ(gth_valence(Species::element("V")), 13);
  EXPECT_EQ(gth_valence(Species::element("La")), std::nullopt);
}

TEST(Cp2k, RefusesWhatItCannotCompute) {
  Structure odd = lithium_hydride();
  odd.species[1] = Species::element("Li");
  odd.species[0] = Species::element("O");  // 6 + 3 electrons
  EXPECT_THAT(refusal("", odd), HasSubstr("odd number"));
  EXPECT_EQ(refusal("spin_polarized: true\n", odd), "");
  EXPECT_EQ(refusal("charge: 1\n", odd), "");
  Structure cluster = lithium_hydride();
  cluster.cell = Cell();
  EXPECT_THAT(refusal("", cluster), HasSubstr("does not repeat"));
  Structure unnamed = lithium_hydride();
  unnamed.species[0] = Species::type(0);
  EXPECT_THAT(refusal("", unnamed), HasSubstr("--species"));
  EXPECT_THAT(refusal("cutof_Ry: 400\n"), HasSubstr("cp2k.yaml:1: unknown key \"cutof_Ry\""));
  EXPECT_THAT(refusal("cutoff_Ry: -1\n"), HasSubstr("must be positive"));
  EXPECT_THAT(refusal("engine: cp3k\n"), HasSubstr("cp2k"));
  EXPECT_THAT(refusal("kpoints: [2, 2]\n"), HasSubstr("three whole numbers"));
}

TEST(Cp2k, SaysHowToInstallIt) {
  try {
    make_engine({"command: no-such-cp2k\n", ""})->require_program();
    FAIL();
  } catch (const InputError& e) {
    EXPECT_THAT(e.what(), HasSubstr("apt-get install cp2k"));
  }
}

// A queue knows its labels by these: they must not change.
TEST(Cp2k, FingerprintsOfOldSettingsStay) {
  EXPECT_EQ(
      make_engine({"", ""})->fingerprint(),
      "functional PBE basis DZVP-MOLOPT-SR-GTH BASIS_MOLOPT potentials GTH_POTENTIALS cutoff_Ry 800 rel_cutoff_Ry "
      "40 n_grids 6 eps_default 1e-10 eps_scf 5e-7 kpoints 1 1 1 charge 0 spin false multiplicity 0 smearing_K 0 "
      "added_orbitals 0");
}

TEST(Cp2k, TheHashFollowsFromStructureAndTheoryOnly) {
  const Structure s = lithium_hydride();
  const auto hash = [&](const std::string& yaml) { return calculation_hash(s, *make_engine({yaml, ""})); };
  EXPECT_EQ(hash(""), hash("command: [mpirun, cp2k.psmp]\nrecipe: [{alpha: 0.2}]\nenvironment: {A: b}\n"));
  EXPECT_NE(hash(""), hash("cutoff_Ry: 600\n"));
  EXPECT_NE(hash(""), hash("functional: PBEsol\n"));
  EXPECT_NE(hash(""), hash("potentials: {Li: GTH-PBE-q1}\n"));
  const std::string spin = "spin_polarized: true\n";
  const std::set<std::string> hashes{hash(""),
                                     hash("fine_xc_grid: true\n"),
                                     hash("kpoint_spacing_per_A: 0.5\n"),
                                     hash("plus_u: {Li: {l: 0, U_eV: 1}}\n"),
                                     hash("plus_u: {Li: {l: 0, U_eV: 2}}\n"),
                                     hash("plus_u: {Li: {l: 1, U_eV: 2}}\n"),
                                     hash(spin),
                                     hash(spin + "magnetization: {Li: 1}\n"),
                                     hash(spin + "spin_states: [{magnetization: {Li: 1}}]\n"),
                                     hash(spin + "spin_states: [{multiplicity: 1}]\n"),
                                     hash(spin + "spin_states: [{multiplicity: 1}, {multiplicity: 3}]\n")};
  EXPECT_EQ(hashes.size(), 11u);
  EXPECT_EQ(hash("fine_xc_grid: false\nplus_u: {}\nmagnetization: {}\nspin_states: []\n"), hash(""));
  const auto engine = make_engine({"", ""});
  Structure other = s;
  other.info["frame_id"] = "another";
  other.positions(0, 0) += 1e-10;
  EXPECT_EQ(calculation_hash(other, *engine), calculation_hash(s, *engine));
  other.positions(0, 0) += 1e-6;
  EXPECT_NE(calculation_hash(other, *engine), calculation_hash(s, *engine));
}

/// Why the label in this output is refused.
std::string reason(const std::string& output, const Structure& structure) {
  const auto folder = scratch_folder();
  write_file_atomically(folder / "label.out", output);
  try {
    make_engine(load_settings(""))->read(structure, 0, folder);
  } catch (const NoLabel& e) {
    return e.what();
  }
  return "";
}

TEST(Cp2k, RefusesOutputsThatDidNotConvergeOrEnd) {
  VITRION_NEEDS_REFERENCE("dft/cp2k/normal_broyden.out");
  const std::string good = read_file(reference("dft/cp2k/normal_broyden.out"));
  Structure structure;
  structure.species = io::Cp2kOutput(reference("dft/cp2k/normal_broyden.out")).next()->species;
  structure.positions.setZero(static_cast<Eigen::Index>(structure.species.size()), 3);
  EXPECT_EQ(reason(good, structure), "");
  EXPECT_THAT(reason(read_file(reference("dft/cp2k/scf_not_converged_broyden.out")), structure),
              HasSubstr("self-consistency was not reached in 25 steps, last residual"));
  EXPECT_THAT(reason(good.substr(0, good.rfind("PROGRAM ENDED")), structure), HasSubstr("did not end"));
  std::string silent = good;
  silent.replace(silent.find("*** SCF run converged in"), 24, "                        ");
  EXPECT_THAT(reason(silent, structure), HasSubstr("not reached"));
  std::swap(structure.species.front(), structure.species.back());
  EXPECT_THAT(reason(good, structure), HasSubstr("other atoms"));
}

// The reference numbers are CP2K 2023.1's for an input written by hand: the templates of the dataset with this cell.
TEST(Cp2k, ComputesTheLabelOfATinyCell) {
  if (!find_program("cp2k.psmp")) GTEST_SKIP() << "cp2k is not installed";
  const Structure s = lithium_hydride();
  const auto engine = make_engine(load_settings(""));
  const auto result = run_job(*engine, s, scratch_folder(), 600, false, [] { return false; });
  ASSERT_TRUE(result && result->label) << (result ? result->reason() : "");
  const Labels& labels = result->label->labels;
  EXPECT_NEAR(*labels.energy, -8.064227162348244 * units::hartree_in_eV, 1e-7);
  Positions forces(2, 3);
  forces << 0.0006295492, 0.0001897272, 0.0013335623, -0.0006282947, -0.0001897617, -0.0013342886;
  EXPECT_LT((labels.forces - forces * units::hartree_per_bohr_in_eV_per_A).cwiseAbs().maxCoeff(), 1e-7);
  // CP2K prints -9.0996 GPa: the cell wants to shrink by its sign, which is a tension by ours.
  EXPECT_NEAR((*labels.stress)(0, 0) * units::eV_per_A3_in_GPa, 9.09955501847, 1e-6);
  EXPECT_NEAR((*labels.stress)(0, 2) * units::eV_per_A3_in_GPa, 0.0500699278479, 1e-6);
  const auto& keys = result->label->provenance;
  EXPECT_EQ(keys.at("cp2k_scf_steps"), "7");
  EXPECT_EQ(keys.at("cp2k_scf_method"), "broyden");
  EXPECT_EQ(keys.at("cp2k_scf_residual"), "1.200e-07");
  EXPECT_EQ(keys.at("cp2k_eps_scf"), "5e-7");
  EXPECT_EQ(keys.at("cp2k_cutoff_Ry"), "800");
  EXPECT_GT(result->cpu_seconds(), 0.1);
}

/// What CP2K gives for this structure with +U on the shell of H; tight enough for differences.
Labels with_plus_u(const Structure& structure, double U_eV) {
  const auto engine =
      make_engine({"cutoff_Ry: 300\nfine_xc_grid: true\neps_default: 1e-11\neps_scf: 1e-8\n"
                   "plus_u: {H: {l: 0, U_eV: " +
                       std::to_string(U_eV) + "}}\n",
                   ""});
  const auto result = run_job(*engine, structure, scratch_folder(), 600, false, [] { return false; });
  if (!result || !result->label) throw std::runtime_error(result ? result->reason() : "stopped");
  return result->label->labels;
}

/// The structure under a small symmetric strain with the components e_ij = e_ji = d.
Structure strained(Structure s, int i, int j, double d) {
  Matrix3 m = Matrix3::Identity();
  m(i, j) += d;
  if (i != j) m(j, i) += d;
  s.cell = Cell(s.cell.matrix() * m);
  s.positions = s.positions * m;
  return s;
}

// Forces and stress of CP2K's +U against differences of its own energies.
TEST(Cp2k, ForcesAndStressWithPlusUAreDerivativesOfTheEnergy) {
  if (!find_program("cp2k.psmp")) GTEST_SKIP() << "cp2k is not installed";
  const Structure s = lithium_hydride();
  const double U = 4, h = 0.01, d = 0.004;
  const Labels at = with_plus_u(s, U);
  // It does more than the tolerances below let pass.
  const Labels without = with_plus_u(s, 1e-4);
  EXPECT_GT(std::abs(*at.energy - *without.energy), 0.1);
  EXPECT_GT(std::abs((*at.stress - *without.stress)(0, 0)), 2e-3);
  EXPECT_GT(std::abs((at.forces - without.forces)(1, 2)), 4e-3);
  Structure left = s, right = s;
  left.positions(1, 2) -= h;
  right.positions(1, 2) += h;
  const double force = -(*with_plus_u(right, U).energy - *with_plus_u(left, U).energy) / (2 * h);
  EXPECT_NEAR(at.forces(1, 2), force, 2e-3);
  const auto stress = [&](int i, int j) {
    const double difference =
        *with_plus_u(strained(s, i, j, d), U).energy - *with_plus_u(strained(s, i, j, -d), U).energy;
    return difference / (2 * d * s.cell.volume() * (i == j ? 1 : 2));
  };
  EXPECT_NEAR((*at.stress)(0, 0), stress(0, 0), 6e-4);  // grids follow the cell
  EXPECT_NEAR((*at.stress)(0, 2), stress(0, 2), 1e-4);
}

}  // namespace
}  // namespace vitrion::dft
