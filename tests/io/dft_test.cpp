// Outputs of VASP and CP2K, against what the files print.
#include <gtest/gtest.h>

#include <algorithm>

#include "io/samples.hpp"
#include "vitrion/core/units.hpp"
#include "vitrion/io/cp2k.hpp"

namespace vitrion::io {
namespace {

using namespace test;

constexpr double kbar = -units::kbar_in_GPa / units::eV_per_A3_in_GPa;  // VASP's sign is the opposite of ours

/// A VASP run of one ionic step, as far as the reader looks at it.
std::string outcar(int nelm, const std::string& change) {
  return " vasp.5.4.4\n   VRHFIN =Li: 1s1\n   ions per type =               2\n   NELM   =     " +
         std::to_string(nelm) +
         ";   NELMIN=  2\n   EDIFF  = 0.1E-05   stopping-criterion for ELM\n   IBRION =      0    ionic relax\n"
         "   POTIM  = 2.0000    time-step\n"
         "--------------------------------------- Iteration      1(   1)  ------\n"
         "--------------------------------------- Iteration      1(   2)  ------\n"
         " total energy-change (2. order) :" +
         change +
         "  (-0.1E-04)\n---- aborting loop because EDIFF is reached ----\n"
         "  in kB    1000.00000-20000.00000-30000.00000     4.00000     5.00000     6.00000\n"
         "      direct lattice vectors                 reciprocal lattice vectors\n"
         "   -10.000000000-10.000000000  0.000000000     0.1 0.1 0.1\n"
         "     0.000000000 10.000000000  0.000000000     0.1 0.1 0.1\n"
         "     0.000000000  0.000000000 10.000000000     0.1 0.1 0.1\n"
         " POSITION                                       TOTAL-FORCE (eV/Angst)\n ------------\n"
         "  1.0 2.0 3.0   0.1 0.2 0.3\n  4.0 5.0 6.0  -0.1 -0.2 -0.3\n ------------\n"
         "  free  energy   TOTEN  =       -23.5 eV\n"
         "  energy  without entropy=      -23.7  energy(sigma->0) =      -23.6\n";
}

TEST(Outcar, ReadsNumbersThatTouch) {
  const Structure s = read_frames(make_file("OUTCAR", outcar(60, " 0.5E-03")))[0];
  EXPECT_EQ(s.labels.energy, -23.5);
  EXPECT_EQ(s.labels.energy_kind, EnergyKind::free);
  EXPECT_EQ(s.info.at("energy_sigma_to_zero"), "-23.6");
  EXPECT_EQ(s.cell.matrix()(0, 1), -10);
  EXPECT_DOUBLE_EQ((*s.labels.stress)(2, 2), -30000 * kbar);
  EXPECT_DOUBLE_EQ((*s.labels.stress)(0, 1), 4 * kbar);  // VASP's order is XX YY ZZ XY YZ ZX
  EXPECT_DOUBLE_EQ((*s.labels.stress)(1, 2), 5 * kbar);
  EXPECT_EQ(s.time, 2.0);
}

TEST(Outcar, TellsAConvergedLastStepFromAnUnconvergedOne) {
  expect_refused(make_file("OUTCAR", outcar(2, " 0.5E-03")), 8, "not converged");
  EXPECT_EQ(read_frames(make_file("OUTCAR", outcar(2, "-0.5E-06"))).size(), 1u);
  std::string text = outcar(60, " 0.5E-03");
  text.replace(text.find("because EDIFF is reached"), 24, "EDIFF was not reached   ");
  expect_refused(make_file("OUTCAR", text), 8, "not converged");
}

/// The order of VASP 5.2: the energy stands before positions and forces.
TEST(Outcar, ReadsEnergiesBeforePositions) {
  std::string text = outcar(60, " 0.5E-03");
  const std::size_t block = text.find(" POSITION  "), energy = text.find("  free  energy");
  text = text.substr(0, block) + text.substr(energy) + text.substr(block, energy - block);
  const std::vector<Structure> frames = read_frames(make_file("OUTCAR", text));
  ASSERT_EQ(frames.size(), 1u);
  EXPECT_EQ(frames[0].labels.energy, -23.5);
  EXPECT_EQ(frames[0].labels.forces(0, 2), 0.3);
  expect_refused(make_file("OUTCAR", text.substr(0, text.find(" POSITION  "))), 18, "no block of positions");
}

TEST(Outcar, ReadsTheHeaderOfEachOfSeveralJoined) {
  std::string other = outcar(60, " 0.5E-03");
  other.replace(other.find("VRHFIN =Li"), 10, "VRHFIN =Na");
  other.replace(other.find("POTIM  = 2"), 10, "POTIM  = 1");
  const std::vector<Structure> frames = read_frames(make_file("OUTCAR", outcar(60, " 0.5E-03") + other));
  ASSERT_EQ(frames.size(), 2u);
  EXPECT_EQ(frames[0].species[0].name(), "Li");
  EXPECT_EQ(frames[1].species[0].name(), "Na");
  EXPECT_EQ(frames[1].time, 1);
}

/// Linear response (IBRION = 8, LEPSILON) counts iterations of its own behind the ionic step: they are no steps that
/// the run stopped in. Elements that share sites (VCA) are no atoms.
TEST(Outcar, PassesOverLinearResponseAndRefusesVirtualCrystals) {
  const std::string response =
      " Linear response reoptimize wavefunctions\n Linear response:\n   Degrees of freedom DOF   =            2\n"
      "--------------------------------------- Iteration    4(   1)  ------\n"
      " total energy-change (2. order) : 0.5E-03  (-0.1E-04)\n"
      "--------------------------------------- Iteration  100(   1)  ------\n";
  const std::string text = outcar(60, " 0.5E-03") + response;
  const std::vector<Structure> frames = read_frames(make_file("OUTCAR", text + outcar(60, " 0.5E-03")));
  ASSERT_EQ(frames.size(), 2u) << "another run may follow";
  EXPECT_EQ(read_frames(make_file("OUTCAR", text))[0].labels.energy, -23.5);
  const auto with_weights = [](std::string run, const std::string& weights) {
    run.insert(run.find("   NELM "), "  virtual crystal weights\n   VCA    =" + weights + "\n");
    return run;
  };
  EXPECT_EQ(read_frames(make_file("OUTCAR", with_weights(text, "   1.00  1.00"))).size(), 1u);
  expect_refused(make_file("OUTCAR", with_weights(text, "   0.99  0.01")), 5, "virtual crystal");
}

/// With NWRITE = 0 no VRHFIN stands there; the names of the potentials stand twice. Several potentials may be of one
/// element.
TEST(Outcar, TakesElementsFromThePotentialsWhereTheirBlocksAreLeftOut) {
  std::string text = outcar(60, " 0.5E-03");
  const std::string block = "   VRHFIN =Li: 1s1\n   ions per type =               2\n";
  const std::string names = " POTCAR:    PAW_PBE Li_sv 10Sep2004\n POTCAR:  PAW_PBE Li 17Jan2003\n";
  text.replace(text.find(block), block.size(), names + names + "   ions per type =               1   1\n");
  const Structure s = read_frames(make_file("OUTCAR", text))[0];
  EXPECT_EQ(composition(s.species), "Li2");
  text.erase(text.find(names), 36);  // three names for two kinds
  expect_refused(make_file("OUTCAR", text), 25, "names 0 species");
}

TEST(Outcar, SaysWhereTheEleventhKindIs) {
  std::string text = outcar(60, " 0.5E-03");
  const std::string kind = "   VRHFIN =Li: 1s1\n";
  for (int k = 0; k < 10; ++k) text.insert(text.find(kind), kind);
  text.replace(text.find("               2\n"), 16, "   1   1   1   1   1   1   1   1   1   1");
  expect_refused(make_file("OUTCAR", text), 33, "first ten numbers");
}

TEST(Outcar, PlacesErrors) {
  const std::string text = outcar(60, " 0.5E-03");
  const auto cut = [&](const std::string& at) { return text.substr(0, text.find(at)); };
  expect_refused(make_file("OUTCAR", cut("  free  energy")), 21, "stopped inside ionic step 1");
  expect_refused(make_file("OUTCAR", cut("  4.0 5.0")), 19, "ends inside");
  std::string other = text;
  other.replace(other.find("=               2"), 17, "=               3");
  expect_refused(make_file("OUTCAR", other), 23, "holds 2 ions, the header 3");
  other = text;
  other.replace(other.find("-0.2 -0.3"), 9, " NaN -0.3");
  expect_refused(make_file("OUTCAR", other), 20, "NaN");
}

TEST(Outcar, ReadsReferenceRuns) {
  VITRION_NEEDS_REFERENCE("dft/dpdata/OUTCAR.h2o.md");
  const auto frames = read_frames(reference("dft/dpdata/OUTCAR.h2o.md"));
  ASSERT_EQ(frames.size(), 3u);
  EXPECT_EQ(composition(frames[0].species), "O2 H4");
  EXPECT_EQ(frames[2].labels.energy, -28.46658469);
  EXPECT_DOUBLE_EQ((*frames[2].labels.stress)(0, 2), 0.15980 * kbar);
  EXPECT_EQ(frames[2].time, 3.0);

  const Structure ge = read_frames(reference("dft/dpdata/OUTCAR.Ge.vdw"))[0];
  EXPECT_EQ(ge.labels.energy, -33.36815582);
  EXPECT_EQ(ge.labels.forces(0, 1), 0.108946);
  EXPECT_EQ(ge.info.at("energy_sigma_to_zero"), "-33.36836054");

  const Structure hfo = read_frames(reference("dft/vasp/OUTCAR_1"))[0];
  EXPECT_EQ(composition(hfo.species), "Hf32 O64");
  EXPECT_EQ(hfo.labels.energy, -2759.11555469);
  EXPECT_FALSE(hfo.time);
  // ASE 3.22.1 reads the same step as Voigt xx yy zz yz xz xy.
  const std::array<double, 6> ase{-0.048501700119, -0.007517460836, -0.038839806543,
                                  -0.005794573382, -0.041497316299, -0.001575057311};
  const Matrix3& m = *hfo.labels.stress;
  const std::array<double, 6> ours{m(0, 0), m(1, 1), m(2, 2), m(1, 2), m(0, 2), m(0, 1)};
  for (std::size_t k = 0; k < 6; ++k) EXPECT_NEAR(ours[k], ase[k], 1e-9);  // its constants are of CODATA 2014
  EXPECT_EQ(hfo.positions(5, 0), 8.99299);
  EXPECT_EQ(hfo.labels.forces(40, 1), -1.146502);
}

TEST(Outcar, RefusesOnlyTheUnconvergedStep) {
  VITRION_NEEDS_REFERENCE("dft/dpdata/OUTCAR.ch4.unconverged");
  const auto file = reference("dft/dpdata/OUTCAR.ch4.unconverged");
  expect_refused(file, 455, "ionic step 1 (frame 0)");
  ReadOptions options;
  options.skip_unconverged = true;
  const auto good = read_frames(file, options);
  ASSERT_EQ(good.size(), 2u);
  EXPECT_EQ(good[0].labels.energy, -23.98593767);
  EXPECT_EQ(good[0].time, 4.0);
  options = {};
  options.frames = FrameRange::parse("1:");
  EXPECT_EQ(read_frames(file, options).size(), 2u);
}

TEST(Vasprun, AgreesWithTheOutcarOfTheSameRun) {
  VITRION_NEEDS_REFERENCE("dft/dpdata/vasprun.h2o.md.10.xml");
  const auto outcar_frames = read_frames(reference("dft/dpdata/OUTCAR.h2o.md"));
  const auto frames = read_frames(reference("dft/dpdata/vasprun.h2o.md.10.xml"));
  ASSERT_EQ(frames.size(), 10u);
  // The two files sort the atoms differently and describe the same run: same energy and stress.
  EXPECT_EQ(frames[0].labels.energy, outcar_frames[0].labels.energy);
  EXPECT_TRUE(frames[0].labels.stress->isApprox(*outcar_frames[0].labels.stress, 1e-5));
  EXPECT_EQ(frames[0].info.at("energy_sigma_to_zero"), "-28.38622624");
  EXPECT_EQ(frames[9].time, 10.0);
  const Structure ge = read_frames(reference("dft/dpdata/vasprun.Ge.vdw.xml"))[0];
  const Structure ge_outcar = read_frames(reference("dft/dpdata/OUTCAR.Ge.vdw"))[0];
  EXPECT_EQ(ge.species, ge_outcar.species);
  EXPECT_EQ(ge.labels.energy, ge_outcar.labels.energy);
  EXPECT_LT((ge.labels.forces - ge_outcar.labels.forces).cwiseAbs().maxCoeff(), 1e-6);
  EXPECT_TRUE(ge.labels.stress->isApprox(*ge_outcar.labels.stress, 1e-5));
  for (Eigen::Index i = 0; i < 8; ++i)
    EXPECT_LT(ge.cell.minimum_image((ge.positions.row(i) - ge_outcar.positions.row(i)).transpose()).norm(), 1e-5);
}

const std::string vasprun_head =
    "<?xml version=\"1.0\"?>\n<modeling>\n <parameters>\n <separator name=\"electronic\" >\n"
    "  <i name=\"EDIFF\">1e-6</i>\n  <separator name=\"electronic convergence\" >\n   <i name=\"NELM\">2</i>\n"
    "  </separator>\n </separator>\n</parameters>\n <atominfo>\n <array name=\"atoms\" ><set>\n"
    "  <rc><c>Li</c><c>1</c></rc>\n </set></array>\n </atominfo>\n";

std::string calculation(double first, double last) {
  const auto scstep = [](double e) {
    return "  <scstep>\n   <energy>\n    <i name=\"e_fr_energy\"> " + std::to_string(e) +
           " </i>\n    <i name=\"e_0_energy\"> " + std::to_string(e + 0.5) + " </i>\n   </energy>\n  </scstep>\n";
  };
  return " <calculation>\n" + scstep(first) + scstep(last) +
         "  <structure>\n   <crystal>\n    <varray name=\"basis\" >\n<v>2 0 0</v>\n<v>0 3 0</v>\n<v>0 0 4</v>\n"
         "    </varray>\n   </crystal>\n   <varray name=\"positions\" >\n<v>0.5 0.5 0.5</v>\n   </varray>\n"
         "  </structure>\n  <varray name=\"forces\" >\n<v>1 2 3</v>\n  </varray>\n  <energy>\n"
         "   <i name=\"e_fr_energy\"> -7.0 </i>\n   <i name=\"e_0_energy\"> 0.0 </i>\n  </energy>\n"
         "  <dos>\n junk & junk\n  </dos>\n </calculation>\n";
}

/// A vasprun.xml of MD with POTIM 2; `steps` stand between <structure> of the beginning and the end.
std::string vasprun(const std::string& steps) {
  return "<?xml version=\"1.0\"?>\n<modeling>\n <parameters>\n  <separator name=\"electronic\">\n"
         "   <i name=\"EDIFF\"> 1e-6</i>\n  </separator>\n  <separator name=\"ionic\">\n"
         "   <i name=\"IBRION\"> 0</i>\n   <i name=\"POTIM\"> 2</i>\n  </separator>\n </parameters>\n"
         " <atominfo>\n  <array name=\"atoms\">\n   <set>\n    <rc><c>Li</c><c>1</c></rc>\n   </set>\n  </array>\n"
         " </atominfo>\n" +
         steps + "</modeling>\n";
}

const std::string vasprun_cell =
    "<structure>\n<crystal>\n<varray name=\"basis\">\n<v>9 0 0</v>\n<v>0 9 0</v>\n<v>0 0 9</v>\n</varray>\n"
    "</crystal>\n<varray name=\"positions\">\n<v>0.1 0.2 0.3</v>\n</varray>\n</structure>\n";
const std::string vasprun_forces = "<varray name=\"forces\">\n<v>0.1 0.2 0.3</v>\n</varray>\n";
const std::string vasprun_energy = "<energy>\n<i name=\"e_fr_energy\">-1.5</i>\n</energy>\n";

std::string ab_initio(const std::string& further = "") {
  return "<calculation>\n<scstep>\n" + vasprun_energy + "</scstep>\n" + vasprun_cell + vasprun_forces + vasprun_energy +
         further + "</calculation>\n";
}
const std::string machine_learned = vasprun_cell + vasprun_forces + vasprun_energy;

TEST(Vasprun, LeavesMachineLearnedStepsOutAndCountsThem) {
  const auto file = make_file("vasprun.xml", vasprun(ab_initio() + machine_learned + machine_learned + ab_initio()));
  std::vector<std::string> notes;
  ReadOptions options;
  options.note = [&](const std::string& note) { notes.push_back(note); };
  const std::vector<Structure> frames = read_frames(file, options);
  ASSERT_EQ(frames.size(), 2u);
  EXPECT_EQ(frames[0].time, 2);
  EXPECT_EQ(frames[1].time, 8);  // the fourth step
  EXPECT_EQ(frames[1].step, 4);
  EXPECT_THAT(notes, ::testing::ElementsAre(::testing::HasSubstr("2 steps of machine-learned forces are left out")));
  try {
    read_frames(make_file("vasprun_ml.xml", vasprun(machine_learned)));
    ADD_FAILURE() << "machine-learned steps were taken for labels";
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr("holds no DFT energy"));
  }
}

TEST(Vasprun, PassesOverBlocksByTheirNamesAndNesting) {
  const std::string ballast =
      "<eigenvalues>\n<array>\n<set>\n<eigenvalues>\n</eigenvalues>\n</set>\n</array>\n</eigenvalues>\n"
      "<eigenvalues_kpoints_opt comment=\"kpoints_opt\">\n<eigenvalues>\n<r>1</r>\n</eigenvalues>\n"
      "<projected_kpoints_opt>\n<eigenvalues>\n</eigenvalues>\n</projected_kpoints_opt>\n"
      "</eigenvalues_kpoints_opt>\n<dos comment=\"interpolated\">\n<i name=\"efermi\"> 1 </i>\n</dos>\n<dos/>\n";
  const std::vector<Structure> frames =
      read_frames(make_file("vasprun.xml", vasprun(ab_initio(ballast) + ab_initio())));
  ASSERT_EQ(frames.size(), 2u);
  EXPECT_EQ(frames[1].labels.energy, -1.5);
  // Lines passed over count: the damage is named where it stands.
  const std::string text = vasprun(ab_initio(ballast + "<broken>\n"));
  const auto line = static_cast<std::size_t>(
      std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(text.find("<broken>")), '\n'));
  try {
    read_frames(make_file("vasprun.xml", text));
    ADD_FAILURE() << "damaged XML was read";
  } catch (const InputError& error) {
    EXPECT_NEAR(static_cast<double>(error.where().line), static_cast<double>(line), 3) << error.what();
  }
}

/// Behind its energy a calculation of linear response (LEPSILON, IBRION = 8) holds electronic steps that are none of
/// the ionic step: neither their number nor their energies are.
TEST(Vasprun, TakesNothingFromTheStepsOfLinearResponse) {
  const std::string step =
      "  <scstep>\n<energy>\n<i name=\"e_fr_energy\">-0.69</i>\n<i name=\"e_0_energy\">12</i>\n"
      "<i name=\"e_wo_entrp\">12</i>\n</energy>\n</scstep>\n";
  std::string run = vasprun_head + calculation(-7, -7);
  run.insert(run.rfind(" </calculation>"), step + step + step);
  const std::vector<Structure> frames = read_frames(make_file("vasprun.xml", run + "</modeling>\n"));
  ASSERT_EQ(frames.size(), 1u);
  EXPECT_EQ(frames[0].labels.energy, -7);
  EXPECT_EQ(frames[0].labels.forces.row(0), Eigen::RowVector3d(1, 2, 3));
  EXPECT_EQ(frames[0].info.at("energy_sigma_to_zero"), "-6.5");
}

TEST(Vasprun, KnowsTheSymbolsThatVaspCuts) {
  std::string run = vasprun(ab_initio());
  run.replace(run.find("<c>Li</c>"), 9, "<c>X </c>");
  EXPECT_EQ(read_frames(make_file("vasprun.xml", run))[0].species[0].name(), "Xe");
  run.replace(run.find("<c>X </c>"), 9, "<c>r </c>");
  EXPECT_EQ(read_frames(make_file("vasprun.xml", run))[0].species[0].name(), "Zr");
}

TEST(Vasprun, RefusesVirtualCrystals) {
  const auto with_weights = [](const std::string& weights) {
    std::string run = vasprun(ab_initio());
    run.insert(run.find(" <parameters>"), " <incar>\n  <v name=\"VCA\"> " + weights + "</v>\n </incar>\n");
    return make_file("vasprun.xml", run);
  };
  EXPECT_EQ(read_frames(with_weights("1.00000000 1.00000000")).size(), 1u);
  expect_refused(with_weights("0.99000000 0.01000000"), 5, "virtual crystal");
}

TEST(Vasprun, RefusesUnconvergedAndDamagedCalculations) {
  const std::string good = vasprun_head + calculation(-7, -7);
  const Structure s = read_frames(make_file("vasprun.xml", good + "</modeling>\n"))[0];
  EXPECT_EQ(s.labels.energy, -7);
  EXPECT_EQ(s.info.at("energy_sigma_to_zero"), "-6.5");
  EXPECT_EQ(s.positions.row(0), Eigen::RowVector3d(1, 1.5, 2));
  const auto refused = [](const std::string& text, std::size_t line, const std::string& part) {
    expect_refused(make_file("vasprun.xml", text), line, part);
  };
  refused(vasprun_head + calculation(-7, -6) + "</modeling>\n", 16, "not converged");
  refused(good + " <calculation>\n", 52, "ends inside");
  refused(good, 51, "--frames :1");
  std::string bad = good;
  bad.replace(bad.find("</v>"), 4, "</w>");
  refused(bad + "</modeling>\n", 32, "not well-formed");
  bad = good;
  bad.replace(bad.find("1 2 3"), 5, "1 nan");
  refused(bad + "</modeling>\n", 51, "three numbers");
  bad.replace(bad.find("<c>Li"), 5, "<c>Qq");
  refused(bad + "</modeling>\n", 15, "Qq");
}

TEST(Cp2k, ReadsBothPrintFormatsWithAseStressSign) {
  VITRION_NEEDS_REFERENCE("dft/dpdata/cp2k_normal_output");
  const Structure s = read_frames(reference("dft/dpdata/cp2k_normal_output"))[0];
  EXPECT_EQ(composition(s.species), "Fe12 O18");
  EXPECT_NEAR(*s.labels.energy, -48061.44846402, 1e-3);  // other constants were used for the reference
  EXPECT_EQ(s.labels.energy_kind, EnergyKind::free);
  EXPECT_NEAR(s.cell.volume(), 302.719, 5e-4);
  const Matrix3 virial = -*s.labels.stress * s.cell.volume();
  EXPECT_NEAR(virial(0, 0), -15.03469971, 2e-6);
  EXPECT_NEAR(virial(1, 1), -15.22269544, 2e-6);
  EXPECT_NEAR(virial(2, 2), -15.46391185, 2e-6);
  EXPECT_NEAR(s.labels.forces(0, 2), 0.00317438 * 51.42206747, 1e-9);

  const Structure h2 = read_frames(reference("dft/dpdata/cp2k_2025_output"))[0];
  EXPECT_EQ(composition(h2.species), "H2");
  EXPECT_NEAR(*h2.labels.energy, -7.364190264587725 * 27.211386245988, 1e-10);
  EXPECT_NEAR(h2.labels.forces(1, 0), 7.92269287E-02 * 51.42206747, 1e-8);
  EXPECT_NEAR((*h2.labels.stress)(0, 0), -0.12345678 / 160.2176634, 1e-15);
}

TEST(Cp2k, ReadsLabelsOfTerseOutputsAndAtomsFromTheInputBesideThem) {
  VITRION_NEEDS_REFERENCE("dft/cp2k/normal_broyden.out");
  const auto calculation = Cp2kOutput(reference("dft/cp2k/normal_broyden.out")).next();
  ASSERT_TRUE(calculation && calculation->converged);
  EXPECT_EQ(calculation->species.size(), 32u);
  EXPECT_NEAR((*calculation->labels.stress)(0, 0), -8.67385052407 / 160.2176634, 1e-12);
  EXPECT_THROW(read_frames(reference("dft/cp2k/normal_broyden.out")), InputError);

  const Structure s = read_frames(reference("dft/cp2k/ot_multiple_outer_loops.out"))[0];
  EXPECT_EQ(composition(s.species), "P1 O4 Li3");
  EXPECT_EQ(s.cell, Cell::orthorhombic(7, 7, 7));
  EXPECT_EQ(s.positions(1, 0), 5.0122086376);
  EXPECT_NEAR(*s.labels.energy, -93.070845793350088 * 27.211386245988, 1e-9);
}

TEST(Cp2k, RefusesAnUnconvergedRunThatEndedNormally) {
  VITRION_NEEDS_REFERENCE("dft/cp2k/scf_not_converged_broyden.out");
  expect_refused(reference("dft/cp2k/scf_not_converged_broyden.out"), 223, "NOT converged");
}

const std::string cp2k_run =
    " **** PROGRAM STARTED AT 2025\n CELL| Vector a [angstrom]: 5 0 0 |a| = 5\n CELL| Vector b [angstrom]: 0 5 0 |b| = "
    "5\n CELL| Vector c [angstrom]: 0 0 5 |c| = 5\n MODULE QUICKSTEP: ATOMIC COORDINATES IN ANGSTROM\n\n"
    " Atom Kind Element X Y Z Z(eff) Mass\n 1 1 Li 3 0.5 1 1.5 3.0 6.94\n\n"
    " ENERGY| Total FORCE_EVAL ( QS ) energy [a.u.]: -1.0\n ATOMIC FORCES in [a.u.]\n\n # Atom Kind Element X Y Z\n"
    " 1 1 Li 0.1 0.2 0.3\n SUM OF ATOMIC FORCES 0 0 0 0\n";
const std::string cp2k_end = " **** PROGRAM ENDED AT 2025\n";

/// Energies of strained cells stand between the two lines; they are of no frame.
TEST(Cp2k, PassesOverTheStrainedCellsOfANumericalStress) {
  const auto energy = [](const char* value) {
    return std::string(" ENERGY| Total FORCE_EVAL ( QS ) energy [a.u.]:               ") + value + "\n";
  };
  const std::string scf = " SCF WAVEFUNCTION OPTIMIZATION\n";
  const auto file = make_file(
      "numerical.out",
      "  **** **** ******  **  PROGRAM STARTED AT               2026-01-01\n CP2K| version string: 2023.1\n"
      " CELL| Vector a [angstrom]:       9.000     0.000     0.000   |a| =   9.0\n"
      " CELL| Vector b [angstrom]:       0.000     9.000     0.000   |b| =   9.0\n"
      " CELL| Vector c [angstrom]:       0.000     0.000     9.000   |c| =   9.0\n"
      " MODULE QUICKSTEP: ATOMIC COORDINATES IN ANGSTROM\n\n"
      "   Atom Kind Element         X             Y             Z       Z(eff)     Mass\n"
      "      1    1 H    1      1.000000      2.000000      3.000000     1.0000   1.0079\n\n"
      " **************************** NUMERICAL STRESS ********************************\n" +
          scf + energy("-1.5") + scf + energy("-1.6") +
          " **************************** NUMERICAL STRESS END *****************************\n" + energy("-1.25") +
          " STRESS| Numerical stress tensor [GPa]\n STRESS|                        x                   y           z\n"
          " STRESS|      x       -7.0E+00  0.0E+00 0.0E+00\n STRESS|      y       0.0E+00  -7.0E+00 0.0E+00\n"
          " STRESS|      z       0.0E+00  0.0E+00 -7.0E+00\n"
          "  **** **** ******  **  PROGRAM ENDED AT                 2026-01-01\n");
  const std::vector<Structure> frames = read_frames(file);
  ASSERT_EQ(frames.size(), 1u);
  EXPECT_DOUBLE_EQ(*frames[0].labels.energy, -1.25 * units::hartree_in_eV);
  EXPECT_DOUBLE_EQ((*frames[0].labels.stress)(0, 0), 7 / units::eV_per_A3_in_GPa);
}

TEST(Cp2k, ReadsAppendedRunsAndRefusesCutOnes) {
  const auto two = read_frames(make_file("cp2k.out", cp2k_run + cp2k_end + cp2k_run + cp2k_end));
  ASSERT_EQ(two.size(), 2u);
  EXPECT_EQ(two[1].positions.row(0), Eigen::RowVector3d(0.5, 1, 1.5));
  expect_refused(make_file("cp2k.out", cp2k_run), 15, "did not end");
  // A restart appends its output to that of the run that was killed.
  std::vector<std::string> notes;
  ReadOptions noting;
  noting.note = [&](const std::string& note) { notes.push_back(note); };
  std::string restarted = cp2k_run;
  restarted.replace(restarted.find("a.u.]: -1.0"), 11, "a.u.]: -9.9");
  const auto last = read_frames(make_file("cp2k.out", restarted + cp2k_run + cp2k_end), noting);
  ASSERT_EQ(last.size(), 1u);
  EXPECT_DOUBLE_EQ(*last[0].labels.energy, -units::hartree_in_eV);
  EXPECT_THAT(notes, ::testing::ElementsAre(::testing::HasSubstr("begins in line 16")));
  expect_refused(make_file("cp2k.out", cp2k_run.substr(0, cp2k_run.find(" SUM"))), 14, "ends inside");
  std::string bad = cp2k_run + cp2k_end;
  bad.replace(bad.find("0.2"), 3, "NaN");
  expect_refused(make_file("cp2k.out", bad), 14, "NaN");
  // A second SCF without new coordinates: CP2K wrote them elsewhere.
  const std::string md = cp2k_run + " SCF WAVEFUNCTION OPTIMIZATION\n" + cp2k_run.substr(cp2k_run.find(" ENERGY|"));
  expect_refused(make_file("cp2k.out", md + cp2k_end), 17, "does not hold");
}

}  // namespace
}  // namespace vitrion::io
