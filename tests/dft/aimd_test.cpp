// AIMD with CP2K: inputs, trajectories put together from killed parts, and a real run that is killed and goes on.
#include "vitrion/dft/aimd.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

#include "dft/samples.hpp"
#include "vitrion/core/error.hpp"
#include "vitrion/core/file.hpp"
#include "vitrion/core/process.hpp"
#include "vitrion/io/frames.hpp"

namespace vitrion::dft {
namespace {

using namespace test;
using ::testing::HasSubstr;
namespace fs = std::filesystem;

AimdOptions options_in(const fs::path& folder, const std::string& more) {
  io::write_frames(folder / "start.extxyz", {lithium_hydride()});
  Config config = Config::parse("structure: start.extxyz\noutput: run\n" + more, (folder / "aimd.yaml").string());
  return read_aimd_options(config);
}

TEST(Aimd, InputsHoldEnsembleTheoryAndRestart) {
  const AimdOptions xtb =
      options_in(scratch_folder(),
                 "stages: [{temperature_K: 2500, steps: 100}, {temperature_K: 300, name: cold}]\nthermostat_fs: 50\n");
  ASSERT_EQ(xtb.stages.size(), 2u);
  EXPECT_EQ(xtb.stages[0].name, "1-2500K");
  const std::string first = aimd_input(xtb, xtb.stages[0], 100, "", false);
  for (const char* line : {"RUN_TYPE MD", "ENSEMBLE NVT", "STEPS 100\n", "TYPE CSVR", "TIMECON [fs] 50", "METHOD XTB"})
    EXPECT_THAT(first, HasSubstr(line));
  EXPECT_THAT(first, ::testing::Not(HasSubstr("EXT_RESTART")));
  // The next stage takes atoms and velocities from the one before, but not its thermostat and count of steps.
  EXPECT_THAT(aimd_input(xtb, xtb.stages[1], 1000, "x.restart", false), HasSubstr("RESTART_DEFAULT FALSE"));
  EXPECT_THAT(aimd_input(xtb, xtb.stages[1], 400, "x.restart", true), ::testing::Not(HasSubstr("RESTART_DEFAULT")));

  const AimdOptions dft = options_in(scratch_folder(), "method: dft\nstages: [{steps: 10}]\ncutoff_Ry: 300\n");
  const std::string input = aimd_input(dft, dft.stages[0], 10, "", false);
  EXPECT_THAT(input, HasSubstr("XC_FUNCTIONAL PBE"));
  EXPECT_THAT(input, HasSubstr("CUTOFF 300\n"));
  EXPECT_THROW(options_in(scratch_folder(), ""), InputError);
  EXPECT_THROW(options_in(scratch_folder(), "stages: [{steps: 0}]\n"), InputError);
  EXPECT_THROW(options_in(scratch_folder(), "stages: [{steps: 5, temperature: 300}]\n"), InputError);
}

std::string xyz_frame(int step, double x) {
  return "     2\n i = " + std::to_string(step) + ", time = " + std::to_string(0.5 * step) +
         ", E =        -0.25\n Li " + std::to_string(x) + " 0.0 0.0\n H 1.0 2.0 3.0\n";
}

TEST(Aimd, LaterPartsReplaceWhatAKilledOneComputedBeyondItsRestart) {
  const fs::path folder = scratch_folder();
  const auto write = [&](const char* part, const char* what, const std::string& text) {
    write_file_atomically(folder / part / (std::string("cp2k-") + what + "-1.xyz"), text);
  };
  const std::string cut = xyz_frame(15, 1.5);
  write("part-1", "pos", xyz_frame(0, 0) + xyz_frame(5, 0.5) + xyz_frame(10, 1) + cut.substr(0, cut.size() - 4));
  write("part-1", "frc", xyz_frame(0, 0.01) + xyz_frame(5, 0.02) + xyz_frame(10, 0.03));
  write("part-2", "pos", xyz_frame(10, 1.25) + xyz_frame(15, 1.75));
  write("part-2", "frc", xyz_frame(10, 0.04));
  const auto frames = read_aimd_frames({folder / "part-1", folder / "part-2"}, lithium_hydride(), true);
  ASSERT_EQ(frames.size(), 4u);
  EXPECT_EQ(frames[2].step, 10);
  EXPECT_EQ(frames[2].time, 5.0);
  EXPECT_EQ(frames[2].positions(0, 0), 1.25);
  EXPECT_EQ(frames[3].positions(0, 0), 1.75);
  EXPECT_DOUBLE_EQ(*frames[2].labels.energy, -0.25 * units::hartree_in_eV);
  EXPECT_DOUBLE_EQ(frames[2].labels.forces(0, 0), 0.04 * units::hartree_per_bohr_in_eV_per_A);
  EXPECT_FALSE(frames[3].labels.energy);  // its forces were lost
  EXPECT_FALSE(read_aimd_frames({folder / "part-1"}, lithium_hydride(), false)[0].labels.energy);
  EXPECT_EQ(read_aimd_frames({folder / "part-1"}, lithium_hydride(), true).size(), 3u);
}

TEST(Aimd, KilledInCp2kItGoesOnFromTheRestartFile) {
  if (!find_program("cp2k.psmp")) GTEST_SKIP() << "cp2k is not installed";
  const fs::path folder = scratch_folder();
  const AimdOptions options = options_in(folder,
                                         "stages: [{temperature_K: 600, steps: 40}, {temperature_K: 300, steps: 4}]\n"
                                         "dump_steps: 2\nrestart_steps: 2\n");
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    run_aimd(options);
    ::_exit(0);
  }
  const fs::path restart = folder / "run" / "1-600K" / "part-1" / "cp2k-1.restart";
  for (int i = 0; i < 6000 && !fs::exists(restart); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  ASSERT_TRUE(fs::exists(restart));

  const AimdResult result = run_aimd(options);
  EXPECT_EQ(result.n_unconverged, 0);
  ASSERT_EQ(result.trajectories.size(), 2u);
  const auto frames = io::read_frames(result.trajectories[0]);
  ASSERT_EQ(frames.size(), 21u);
  for (std::size_t k = 0; k < frames.size(); ++k) {
    EXPECT_EQ(frames[k].step, static_cast<std::int64_t>(2 * k));
    EXPECT_TRUE(frames[k].labels.has_forces());
    // No jump where it was killed: at 600 K hydrogen moves about 0.04 Å in a femtosecond.
    if (k == 0) continue;
    EXPECT_LT((frames[k].positions - frames[k - 1].positions).cwiseAbs().maxCoeff(), 0.4);
  }
  // The second stage begins where the first ended.
  const auto cold = io::read_frames(result.trajectories[1]);
  EXPECT_EQ(cold.size(), 3u);
  EXPECT_LT((cold[0].positions - frames.back().positions).cwiseAbs().maxCoeff(), 1e-6);
  // Done stages are not run again.
  const auto written = fs::last_write_time(folder / "run" / "1-600K" / "part-2" / "md.out");
  run_aimd(options);
  EXPECT_EQ(fs::last_write_time(folder / "run" / "1-600K" / "part-2" / "md.out"), written);
  AimdOptions other = options;
  other.timestep_fs = 2;
  EXPECT_THROW(run_aimd(other), InputError);
}

}  // namespace
}  // namespace vitrion::dft
