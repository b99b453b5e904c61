// Small files and what the program says of them, for the tests of info and convert.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "program.hpp"
#include "support.hpp"
#include "vitrion/core/file.hpp"

namespace vitrion::test {

/// The running test's folder, made anew, and commands run in it.
class Workplace {
 public:
  Workplace() : folder_(scratch_folder()) {}
  std::filesystem::path operator/(const std::string& name) const { return folder_ / name; }
  void write(const std::string& name, const std::string& content) const {
    write_file_atomically(folder_ / name, content);
  }
  std::string read(const std::string& name) const { return read_file(folder_ / name); }
  test::Run run(const std::string& command) const { return run_program("cd '" + folder_.string() + "'; " + command); }
  nlohmann::json json(const std::string& name) const { return nlohmann::json::parse(read(name)); }

 private:
  std::filesystem::path folder_;
};

/// An extended XYZ run of one lithium atom at x = first, first + 1, ..., step = 10 x.
inline std::string lithium_run(int first, int n) {
  std::string text;
  for (int x = first; x < first + n; ++x)
    text += "1\nLattice=\"90 0 0 0 9 0 0 0 9\" Properties=species:S:1:pos:R:3 step=" + std::to_string(10 * x) +
            "\nLi " + std::to_string(x) + " 0 0\n";
  return text;
}

}  // namespace vitrion::test
