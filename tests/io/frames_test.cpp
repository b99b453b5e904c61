#include "vitrion/io/frames.hpp"

#include <zlib.h>

#include <fstream>

#include "io/samples.hpp"

namespace vitrion::io {
namespace {

using namespace test;
using ::testing::ElementsAre;

/// An extxyz run of one lithium atom at x = first, first + 1, ...
std::string run(int first, int n, int step_of_first) {
  std::string text;
  for (int i = 0; i < n; ++i)
    text += "1\nLattice=\"9 0 0 0 9 0 0 0 9\" Properties=species:S:1:pos:R:3 step=" +
            std::to_string(step_of_first + 10 * i) + "\nLi " + std::to_string(first + i) + " 0 0\n";
  return text;
}

std::vector<double> x_of(FrameReader& reader) {
  std::vector<double> x;
  while (const auto frame = reader.next()) x.push_back(frame->positions(0, 0));
  return x;
}

std::vector<double> x_of(const std::filesystem::path& file, const std::string& range) {
  ReadOptions options;
  options.frames = FrameRange::parse(range);
  return x_of(*open_frames(file, options));
}

TEST(FrameRange, ReadsAsPythonDoes) {
  const auto file = make_file("run.extxyz", run(0, 10, 0));
  EXPECT_THAT(x_of(file, "3"), ElementsAre(3));
  EXPECT_THAT(x_of(file, "-1"), ElementsAre(9));
  EXPECT_THAT(x_of(file, "-3"), ElementsAre(7));
  EXPECT_THAT(x_of(file, "7:"), ElementsAre(7, 8, 9));
  EXPECT_THAT(x_of(file, ":-7"), ElementsAre(0, 1, 2));
  EXPECT_THAT(x_of(file, "1:9:3"), ElementsAre(1, 4, 7));
  EXPECT_THAT(x_of(file, "-4::2"), ElementsAre(6, 8));
  EXPECT_THAT(x_of(file, "-40:2"), ElementsAre(0, 1));
  EXPECT_THAT(x_of(file, "20:"), ElementsAre());
  EXPECT_THROW(FrameRange::parse("1:2:0"), InputError);
  EXPECT_THROW(FrameRange::parse("a:b"), InputError);
}

TEST(FrameRange, SkippingKeepsTheRange) {
  const auto file = make_file("run.extxyz", run(0, 10, 0));
  ReadOptions options;
  options.frames = FrameRange::parse("2::3");
  const auto reader = open_frames(file, options);
  EXPECT_TRUE(reader->skip());
  EXPECT_THAT(x_of(*reader), ElementsAre(5, 8));
}

TEST(Series, ReadsFilesInNaturalOrderAsOneRun) {
  const auto folder = scratch_folder();
  write_file_atomically(folder / "run10.extxyz", run(4, 2, 1000));
  write_file_atomically(folder / "run2.extxyz", run(2, 2, 500));
  write_file_atomically(folder / "run1.extxyz", run(0, 2, 0));
  const std::vector files{folder / "run1.extxyz", folder / "run10.extxyz", folder / "run2.extxyz"};
  EXPECT_THAT(x_of(*open_frames(files)), ElementsAre(0, 1, 2, 3, 4, 5));
  EXPECT_THAT(x_of(*open_frames(folder)), ElementsAre(0, 1, 2, 3, 4, 5));
  ReadOptions options;
  options.frames = FrameRange::parse("-3::2");
  EXPECT_THAT(x_of(*open_frames(files, options)), ElementsAre(3, 5));
}

TEST(Series, CountsTheFrameARestartRepeatsOnce) {
  const auto folder = scratch_folder();
  write_file_atomically(folder / "a1.extxyz", run(0, 3, 0));
  write_file_atomically(folder / "a2.extxyz", run(2, 3, 20));
  EXPECT_THAT(x_of(*open_frames({folder / "a1.extxyz", folder / "a2.extxyz"})), ElementsAre(0, 1, 2, 3, 4));
}

TEST(Frames, TimeComesFromTheStepOrThePlaceInTheRun) {
  ReadOptions options;
  options.timestep = 2.0;
  options.frames = FrameRange::parse("1:");
  const auto stepped = make_file("run.extxyz", run(0, 3, 100));
  EXPECT_EQ(read_frames(stepped, options)[0].time, 220.0);
  const auto plain = make_file("plain.xyz", "1\n\nLi 0 0 0\n1\n\nLi 1 0 0\n");
  EXPECT_EQ(read_frames(plain, options)[0].time, 2.0);
}

TEST(Frames, ReadsGzipAndRefusesACutOne) {
  const auto file = scratch_folder() / "run.extxyz.gz";
  const auto frames = read_frames(make_file("run.extxyz", run(0, 500, 0)));
  write_frames(file, frames);
  EXPECT_EQ(read_file(file).substr(0, 2), "\x1f\x8b");
  EXPECT_EQ(read_frames(file).size(), 500u);
  const std::string bytes = read_file(file);
  write_file_atomically(file, bytes.substr(0, bytes.size() / 2));
  try {
    read_frames(file);
    FAIL() << "a cut file was read";
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr("cut"));
    EXPECT_GT(error.where().line, 1u);
  }
}

TEST(Frames, WritesNothingUntilClosed) {
  const auto file = scratch_folder() / "out.extxyz";
  {
    const auto writer = create_frames(file);
    writer->write(rich_structure());
  }
  EXPECT_TRUE(std::filesystem::is_empty(file.parent_path()));
}

TEST(Frames, RefusesWhatIsNoStructure) {
  EXPECT_THROW(read_frames("/nonexistent/file"), InputError);
  EXPECT_THROW(read_frames(scratch_folder()), InputError);
  expect_refused(make_file("empty.extxyz", ""), 0, "empty");
  expect_refused(make_file("blank.xyz", "\n \n"), 0, "empty");
  expect_refused(make_file("poem.txt", "Roses are red,\nviolets are blue\n"), 0, "not recognised");
  ReadOptions options;
  options.format = "extxzy";
  EXPECT_THROW(read_frames(make_file("a.xyz", run(0, 1, 0)), options), InputError);
}

}  // namespace
}  // namespace vitrion::io
