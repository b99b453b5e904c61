// Settings of potentials that LAMMPS computes: what they may hold, and what they may not.
#include "frontend/mpi.hpp"
#include "lammps/settings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lammps/lammps_potential.hpp"
#include "support.hpp"
#include "vitrion/core/error.hpp"
#include "vitrion/core/file.hpp"

namespace vitrion::lammps {
namespace {

using ::testing::HasSubstr;

Settings read(const std::string& yaml, const std::filesystem::path& file = "/nowhere/settings.yaml") {
  return read_settings({yaml, file, {}});
}

std::string refusal(const std::string& yaml) {
  try {
    read(yaml);
  } catch (const InputError& e) {
    return e.what();
  }
  return "no error";
}

const std::string copper = "kind: lammps\nspecies: [Cu]\n";

TEST(LammpsSettings, HoldNoOtherCommands) {
  for (const char* smuggled : {"eam\\nshell ls", "eam & shell", "eam # x", "${HOME}", "$(1+1)", "lj/cut 'a'",
                               "eam; run 1", "`ls`", "a\\tb\\rc", "eam {", "eam \\\"x\\\"", ""}) {
    const std::string line = "\"" + std::string(smuggled) + "\"\n";
    EXPECT_NE(refusal(copper + "pair_style: " + line + "pair_coeff: '* *'\n"), "no error") << smuggled;
    EXPECT_NE(refusal(copper + "pair_style: eam\npair_coeff: " + line), "no error") << smuggled;
    EXPECT_NE(refusal(copper + "pair_style: eam\npair_coeff: '* *'\ncommands: [" + line + "]\n"), "no error")
        << smuggled;
    if (*smuggled != 0) {
      EXPECT_NE(refusal(copper + "pair_style: eam\npair_coeff: '* *'\nkspace_style: " + line), "no error") << smuggled;
    }
  }
  for (const char* command : {"shell ls", "include other.in", "python x", "run 5", "fix 1 all nve",
                              "set atom 1 charge 2", "variable a equal 1", "dump 1 all atom 1 /tmp/x"})
    EXPECT_THAT(refusal(copper + "pair_style: eam\npair_coeff: '* *'\ncommands: ['" + command + "']\n"),
                HasSubstr("no command that a potential may give"));
  EXPECT_THAT(refusal(copper + "pair_style: python 5\npair_coeff: '* * a.b Cu'\n"), HasSubstr("run programs"));
  EXPECT_THAT(refusal(copper + "pair_style: hybrid vitrion\npair_coeff: '* *'\n"), HasSubstr("vitrion"));
}

TEST(LammpsSettings, NameWhatIsMissingOrUnknown) {
  EXPECT_THAT(refusal("kind: lammps\npair_style: eam\npair_coeff: '* *'\n"), HasSubstr("species"));
  EXPECT_THAT(refusal("kind: lammps\nspecies: [Qq]\npair_style: eam\npair_coeff: '* *'\n"),
              HasSubstr("settings.yaml:2"));
  EXPECT_THAT(refusal(copper + "pair_coeff: '* *'\n"), HasSubstr("pair_style"));
  EXPECT_THAT(refusal(copper + "pair_style: eam\n"), HasSubstr("pair_coeff"));
  EXPECT_THAT(refusal(copper + "pair_style: eam\npair_coef: '* *'\n"), HasSubstr("pair_coeff"));
  EXPECT_THAT(refusal(copper + "pair_style: eam\npair_coeff: '* *'\ncharges: {Ag: 1}\n"), HasSubstr("Cu"));
}

TEST(LammpsSettings, AreReadAsTheyAreWritten) {
  const std::filesystem::path folder = test::scratch_folder();
  write_file_atomically(folder / "table.eam.alloy", "");
  const Settings s = read(
      "kind: lammps\nspecies: [Na, Cl]\npair_style: hybrid/overlay a b 3\npair_coeff: ['* * a table.eam.alloy Na Cl', "
      "'1 2 b "
      "1e-3']\ncharges: {Na: 1, Cl: -1}\nkspace_style: ewald 1e-6\ncommands: [pair_modify shift yes]\n",
      folder / "settings.yaml");
  ASSERT_EQ(s.files.size(), 1u);
  EXPECT_EQ(read(format_settings(s)), s);
  EXPECT_THAT(input_lines(s).lines, ::testing::Contains("pair_coeff * * a " + s.files[0].string() + " Na Cl"));
  // A folder of any name: LAMMPS is told another.
  const std::filesystem::path odd = folder / "m\xc3\xbcnchen $x 'y'";
  std::filesystem::create_directories(odd);
  write_file_atomically(odd / "t.eam", "");
  const Settings there = read(copper + "pair_style: eam\npair_coeff: '* * t.eam Cu'\n", odd / "settings.yaml");
  ASSERT_EQ(there.files.size(), 1u);
  EXPECT_EQ(read(format_settings(there)), there);
  const InputLines input = input_lines(there);
  EXPECT_THAT(input.lines, ::testing::Contains(HasSubstr("pair_coeff * * /proc/self/fd/")));
}

// What LAMMPS itself refuses is bad input, and the program goes on.
TEST(LammpsSettings, ErrorsOfLammpsAreInputErrors) {
  register_potential(frontend::start_mpi);
  for (const char* rest :
       {"pair_style: no/such/style\npair_coeff: '* *'\n", "pair_style: eam/alloy\npair_coeff: '* * none.eam Cu'\n",
        "pair_style: lj/cut 5\npair_coeff: '1 2 0.1 2'\n",
        "pair_style: buck/coul/long 8\npair_coeff: '* * 1 1 1'\ncharges: {Cu: 1}\n"})
    EXPECT_THROW(potentials::load_potential({"x.yaml", copper + rest}), InputError) << rest;
}

// Two atoms with pair style lj/cut against the formula 4 e ((s/r)^12 - (s/r)^6), in a cluster, a slab and a cell.
TEST(LammpsPotential, LennardJonesIsItsFormula) {
  register_potential(frontend::start_mpi);
  const auto potential =
      potentials::load_potential({"x.yaml", copper + "pair_style: lj/cut 9\npair_coeff: '1 1 0.2 2.3'\n"});
  EXPECT_EQ(potential->cutoff(), 9);
  Structure s;
  s.species = parse_species_list("Cu");
  s.species.push_back(s.species[0]);
  s.positions.resize(2, 3);
  s.positions << 0, 0, 0, 1.5, -1.7, 1.1;
  const double r = s.positions.row(1).norm(), x = std::pow(2.3 / r, 6);
  const double energy = 4 * 0.2 * (x * x - x), force = 4 * 0.2 * (12 * x * x - 6 * x) / r;
  for (const std::array<bool, 3> periodic :
       {std::array{false, false, false}, {true, true, false}, {true, false, true}, {true, true, true}}) {
    s.cell = Cell(Matrix3(30 * Matrix3::Identity()), periodic);
    const Labels labels = evaluate(*potential, s);
    EXPECT_NEAR(*labels.energy, energy, 1e-12);
    EXPECT_LT((labels.forces.row(1) - force / r * s.positions.row(1)).norm(), 1e-12);
    EXPECT_EQ(labels.stress.has_value(), s.cell.is_periodic());
  }
}

}  // namespace
}  // namespace vitrion::lammps
