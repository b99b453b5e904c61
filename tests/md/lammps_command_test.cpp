// `vitrion lammps`, run as a user runs it.
#include <gtest/gtest.h>

#include <fstream>

#include "program.hpp"
#include "support.hpp"

namespace vitrion {
namespace {

const char* const crystal = R"(units metal
lattice sc 2.0
region r block 0 4 0 4 0 4
create_box 1 r
create_atoms 1 box
)";

std::filesystem::path input(const std::string& rest) {
  const std::filesystem::path folder = test::scratch_folder();
  std::ofstream(folder / "zbl.yaml") << "kind: zbl\nspecies: [O]\ninner: 1.0\nouter: 3.0\n";
  std::ofstream(folder / "in.lmp") << crystal << rest;
  return folder;
}

TEST(LammpsCommand, RunsAnInputWithVariables) {
  const auto folder = input("pair_style vitrion\npair_coeff * * ${pot} O\nrun 0\nprint \"mass $(mass(all):%.2f)\"\n");
  const test::Run run =
      test::run_program("cd " + folder.string() + " && vitrion lammps -in in.lmp -var pot zbl.yaml -log none");
  EXPECT_EQ(run.exit_code, 0) << run.output;
  EXPECT_NE(run.output.find("mass 1023.94"), std::string::npos) << run.output;  // 64 O: masses come from the elements
}

TEST(LammpsCommand, ErrorsNameTheLineOfTheInput) {
  const auto folder = input("pair_style vitrion\npair_coeff * * zbl.yaml Li\nrun 0\n");
  const test::Run run =
      test::run_program("cd " + folder.string() + " && vitrion lammps -in in.lmp -screen none -log none");
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_NE(run.output.find("in.lmp:7: "), std::string::npos) << run.output;
  EXPECT_NE(run.output.find("knows O, not Li"), std::string::npos) << run.output;
}

TEST(LammpsCommand, ReadsItsInputFromStandardInput) {
  const auto folder = input("pair_style vitrion\npair_coeff * * ${pot} O\nrun 0\nprint \"mass $(mass(all):%.2f)\"\n");
  const std::string in = "cd " + folder.string() + " && ";
  const test::Run run = test::run_program(in + "vitrion lammps -var pot zbl.yaml -log none < in.lmp");
  EXPECT_EQ(run.exit_code, 0) << run.output;
  EXPECT_NE(run.output.find("mass 1023.94"), std::string::npos) << run.output;
  const test::Run piped =
      test::run_program(in + "cat in.lmp | vitrion lammps -var pot zbl.yaml -log none -screen none");
  EXPECT_EQ(piped.exit_code, 0) << piped.output;
  const test::Run wrong =
      test::run_program(in + "sed 's/ O$/ Li/' in.lmp | vitrion lammps -var pot zbl.yaml -log none");
  EXPECT_EQ(wrong.exit_code, 2);
  EXPECT_NE(wrong.output.find("standard input:7: "), std::string::npos) << wrong.output;
  const test::Run empty = test::run_program(in + "vitrion lammps < /dev/null");
  EXPECT_EQ(empty.exit_code, 2);
  EXPECT_NE(empty.output.find("vitrion lammps < FILE"), std::string::npos) << empty.output;
}

// mpirun hands standard input to the first rank alone.
TEST(LammpsCommand, ReadsStandardInputOnSeveralRanks) {
  const auto folder = input("pair_style vitrion\npair_coeff * * zbl.yaml O\nrun 0\nprint \"mass $(mass(all):%.2f)\"\n");
  const std::string in = "cd " + folder.string() + " && ";
  const std::string command = test::source("tests/md/mpirun.sh").string() + " 2 $VITRION_PROGRAM lammps -log none";
  const test::Run run = test::run_program(in + command + " < in.lmp");
  EXPECT_EQ(run.exit_code, 0) << run.output;
  EXPECT_NE(run.output.find("mass 1023.94"), std::string::npos) << run.output;
  EXPECT_EQ(run.output.find("mass 1023.94"), run.output.rfind("mass 1023.94")) << "one rank speaks:\n" << run.output;
  EXPECT_NE(run.output.find("1 by 1 by 2 MPI processor grid"), std::string::npos) << run.output;
  const test::Run wrong = test::run_program(in + "sed 's/ O$/ Li/' in.lmp | " + command + " -screen none");
  EXPECT_EQ(wrong.exit_code, 2) << wrong.output;
  EXPECT_NE(wrong.output.find("standard input:7: "), std::string::npos) << wrong.output;
}

TEST(LammpsCommand, OtherUnitsAndExcludedPairsAreRefused) {
  const auto folder = input("pair_style vitrion\npair_coeff * * zbl.yaml O\nneigh_modify exclude type 1 1\nrun 0\n");
  std::ofstream(folder / "real.lmp") << "units real\ninclude rest.lmp\n";
  std::ofstream(folder / "rest.lmp") << std::string(crystal).substr(12)
                                     << "pair_style vitrion\npair_coeff * * zbl.yaml O\nrun 0\n";
  const auto refused = [&](const std::string& name, const std::string& fragment) {
    const test::Run run =
        test::run_program("cd " + folder.string() + " && vitrion lammps -in " + name + " -screen none -log none");
    EXPECT_EQ(run.exit_code, 2);
    EXPECT_NE(run.output.find(fragment), std::string::npos) << run.output;
  };
  refused("real.lmp", "units metal");
  refused("in.lmp", "neigh_modify exclude");
}

// Open MPI's session folder is one for all single processes of a user: a run that ends takes it from one that starts.
// With no place for temporary files a run that wants such a folder fails.
TEST(LammpsCommand, WithoutMpirunNeedsNoSessionFolder) {
  const auto folder = input("pair_style vitrion\npair_coeff * * zbl.yaml O\nrun 0\n");
  const test::Run run =
      test::run_program("cd " + folder.string() +
                        " && unset OMPI_MCA_orte_create_session_dirs && TMPDIR=/dev/null vitrion lammps "
                        "-in in.lmp -log none");
  EXPECT_EQ(run.exit_code, 0) << run.output;
}

TEST(LammpsCommand, MissingFileIsBadInput) {
  EXPECT_EQ(test::run_program("vitrion lammps -in /no/such/file").exit_code, 2);
  EXPECT_EQ(test::run_program("vitrion lammps").exit_code, 2);
}

}  // namespace
}  // namespace vitrion
