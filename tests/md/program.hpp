// Runs the program as a user does.
#pragma once

#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <string>

namespace vitrion::test {

struct Run {
  int exit_code = -1;
  std::string output;  ///< stdout and stderr together
};

/// A shell command; `vitrion` in it is the program that was built.
inline Run run_program(const std::string& command) {
  const std::string line = "vitrion() { " VITRION_PROGRAM " \"$@\"; }; exec 2>&1; " + command;
  FILE* pipe = popen(line.c_str(), "r");
  Run run;
  std::array<char, 4096> buffer{};
  while (const std::size_t n = fread(buffer.data(), 1, buffer.size(), pipe)) run.output.append(buffer.data(), n);
  const int status = pclose(pipe);
  if (WIFEXITED(status)) run.exit_code = WEXITSTATUS(status);
  return run;
}

}  // namespace vitrion::test
