// Times of frames: what the file says, what it counts, and what contradicts it.
#include <gtest/gtest.h>

#include "io/samples.hpp"
#include "vitrion/io/clock.hpp"

namespace vitrion::io {
namespace {

using namespace test;
using ::testing::HasSubstr;

const std::string box_header = "pbc=\"T T T\" Lattice=\"9 0 0 0 9 0 0 0 9\" Properties=species:S:1:pos:R:3 ";

std::string frames_with(const std::vector<std::string>& headers) {
  std::string text;
  for (const std::string& header : headers) text += "1\n" + box_header + header + "\nLi 1 2 3\n";
  return text;
}

ReadOptions with_timestep(double fs) {
  ReadOptions options;
  options.timestep = fs;
  return options;
}

std::vector<double> times_of(const std::vector<Structure>& frames) {
  std::vector<double> times;
  for (const Structure& frame : frames) times.push_back(frame.time.value_or(-1));
  return times;
}

std::string refusal(const std::filesystem::path& file, const ReadOptions& options) {
  try {
    read_frames(file, options);
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

TEST(Clock, TimeWithoutAUnitIsInFsAndNamedUnitsCount) {
  const auto file = [](const std::string& header) { return make_file("a.extxyz", frames_with({header})); };
  EXPECT_EQ(read_frames(file("time=2.5"))[0].time, 2.5);
  EXPECT_EQ(read_frames(file("Time=2.5"))[0].time, 2.5);  // GPUMD
  EXPECT_EQ(read_frames(file("time_ps=2.5"))[0].time, 2500);
  EXPECT_EQ(read_frames(file("Time[ps]=2.5"))[0].time, 2500);
  const Structure s = read_frames(file("Step=7 time=3"))[0];
  EXPECT_EQ(s.step, 7);
  EXPECT_EQ(s.time_source, TimeSource::stated);
}

TEST(Clock, StatedTimesMustAgreeWithTheTimeStep) {
  const auto file = make_file("a.extxyz", frames_with({"time=0", "time=0.1", "time=0.2"}));
  EXPECT_THAT(refusal(file, with_timestep(100)), HasSubstr("by --timestep 100"));
  EXPECT_EQ(times_of(read_frames(file, with_timestep(0.1))), (std::vector<double>{0, 0.1, 0.2}));
  const auto counted = make_file("b.extxyz", frames_with({"step=0 time=0", "step=50 time=100"}));
  EXPECT_EQ(times_of(read_frames(counted, with_timestep(2))), (std::vector<double>{0, 100}));
  EXPECT_THAT(refusal(counted, with_timestep(1)), HasSubstr("50 steps"));
}

TEST(Clock, LammpsTimesNeedTheirUnitOrAStepThatAgrees) {
  const auto metal = make_file("m.extxyz", frames_with({"Timestep=0 Time=0.0", "Timestep=100 Time=0.1"}));
  const std::vector<Structure> frames = read_frames(metal);
  EXPECT_FALSE(frames[1].time);
  EXPECT_EQ(frames[1].unitless_time, 0.1);
  EXPECT_EQ(frames[1].step, 100);
  EXPECT_EQ(times_of(read_frames(metal, with_timestep(1))), (std::vector<double>{0, 100}));
  EXPECT_THAT(refusal(metal, with_timestep(10)), HasSubstr("a unit the file does not name"));
  ReadOptions units;
  units.lammps_units = "metal";
  EXPECT_EQ(times_of(read_frames(metal, units)), (std::vector<double>{0, 100}));
  const auto real = make_file("r.extxyz", frames_with({"Timestep=0 Time=0.0", "Timestep=100 Time=50"}));
  EXPECT_EQ(times_of(read_frames(real, with_timestep(0.5))), (std::vector<double>{0, 50}));
}

TEST(Clock, DumpsWithTimesButWithoutUnitsAreNoOther) {
  const auto frame = [](int step, double time) {
    return "ITEM: TIME\n" + std::to_string(time) + "\nITEM: TIMESTEP\n" + std::to_string(step) +
           "\nITEM: NUMBER OF ATOMS\n1\nITEM: BOX BOUNDS pp pp pp\n0 9\n0 9\n0 9\nITEM: ATOMS id type x y z vx vy vz\n"
           "1 1 1 2 3 1 0 0\n";
  };
  const auto file = make_file("a.dump", frame(0, 0) + frame(100, 100));
  EXPECT_EQ(times_of(read_frames(file, with_timestep(1))), (std::vector<double>{0, 100}));  // real
  EXPECT_THAT(refusal(file, with_timestep(3)), HasSubstr("neither 100 fs nor 100 ps"));
  EXPECT_FALSE(read_frames(file)[1].time);
  ReadOptions real;
  real.lammps_units = "real";
  EXPECT_EQ(read_frames(file, real)[1].time, 100);
  EXPECT_EQ(read_frames(file, real)[1].velocities(0, 0), 1);
  const auto named = make_file("b.dump", "ITEM: UNITS\nmetal\n" + frame(100, 0.1));
  EXPECT_THAT(refusal(named, real), HasSubstr("the file names units metal"));
}

TEST(Clock, XdatcarNumbersAreSteps) {
  const std::string head = "title\n1.0\n9 0 0\n0 9 0\n0 0 9\nLi\n1\n";
  const auto frame = [](int n) { return "Direct configuration= " + std::to_string(n) + "\n0.1 0.2 0.3\n"; };
  const auto file = make_file("XDATCAR", head + frame(10) + frame(20) + frame(30));
  EXPECT_EQ(times_of(read_frames(file, with_timestep(2))), (std::vector<double>{20, 40, 60}));
  EXPECT_EQ(read_frames(file, with_timestep(2))[0].time_source, TimeSource::steps);
  // Started again: the numbers begin anew, the run goes on.
  const auto again = make_file("XDATCAR_again", head + frame(1) + frame(2) + head + frame(1) + frame(2));
  EXPECT_EQ(times_of(read_frames(again, with_timestep(2))), (std::vector<double>{2, 4, 6, 8}));
  const std::filesystem::path folder = scratch_folder();
  const auto first = folder / "XDATCAR_1", second = folder / "XDATCAR_2";
  write_file_atomically(first, head + frame(1) + frame(2));
  write_file_atomically(second, head + frame(1) + frame(2));
  const auto reader = open_frames({first, second}, with_timestep(2));
  std::vector<double> times;
  while (const auto s = reader->next()) times.push_back(*s->time);
  EXPECT_EQ(times, (std::vector<double>{2, 4, 6, 8}));
}

}  // namespace
}  // namespace vitrion::io
