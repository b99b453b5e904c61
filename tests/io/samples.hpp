// Shared by the tests of readers and writers.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support.hpp"
#include "vitrion/core/error.hpp"
#include "vitrion/core/file.hpp"
#include "vitrion/io/frames.hpp"

namespace vitrion::io::test {

using vitrion::test::reference;
using vitrion::test::scratch_folder;

/// Writes `content` into the running test's folder.
inline std::filesystem::path make_file(const std::string& name, const std::string& content) {
  const std::filesystem::path file = scratch_folder() / name;
  write_file_atomically(file, content);
  return file;
}

/// Expects that reading all frames of the file fails at `line` with a message that holds `part`.
inline void expect_refused(const std::filesystem::path& file, std::size_t line, const std::string& part,
                           const ReadOptions& options = {}) {
  try {
    read_frames(file, options);
    ADD_FAILURE() << "was read: " << read_file(file).substr(0, 200);
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), ::testing::HasSubstr(part));
    EXPECT_EQ(error.where().line, line) << error.what();
    EXPECT_EQ(error.where().file, file.string()) << error.what();
  }
}

/// Two atoms in a skewed cell with every label and awkward numbers.
inline Structure rich_structure() {
  Structure s;
  Matrix3 cell;
  cell << 5.1, 0, 0, 1.0 / 3.0, 6.2, 0, -0.7, 0.1, 7.000000000000001;
  s.cell = Cell(cell);
  s.species = {Species::element("Li"), Species::element("P"), Species::element("Li")};
  s.positions.resize(3, 3);
  s.positions << 0.1, 0.2, 0.30000000000000004, -1e-17, 3, 4, 1e5, 1.0 / 7.0, 2;
  s.velocities.resize(3, 3);
  s.velocities << 1e-3, -2e-3, 1.0 / 3e3, 0, 0, 0, 5e-3, 6e-3, 7e-3;
  s.labels.energy = -123.45678901234567;
  s.labels.energy_kind = EnergyKind::free;
  s.labels.forces.resize(3, 3);
  s.labels.forces << 0.1, 0.2, -0.3, 1e-9, 0, 1.0 / 3.0, -0.1, -0.2, 0.3;
  Matrix3 stress;
  stress << 0.01, 0.002, -0.003, 0.002, 0.04, 0.0005, -0.003, 0.0005, -0.06;
  s.labels.stress = stress;
  s.time = 12.5;
  s.step = 25;
  s.info = {{"config_type", "melt \"3000\" K"}, {"note", "two words"}, {"n", "3"}};
  return s;
}

}  // namespace vitrion::io::test
