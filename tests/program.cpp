#include "program.hpp"

#include <sys/wait.h>

#include <array>
#include <cstdio>

namespace vitrion::test {

Run run_program(const std::string& command) {
  const std::string line =
      "export VITRION_PROGRAM='" + program() + "'; vitrion() { $VITRION_PROGRAM \"$@\"; }; exec 2>&1; " + command;
  FILE* pipe = popen(line.c_str(), "r");
  Run run;
  std::array<char, 4096> buffer{};
  while (const std::size_t n = fread(buffer.data(), 1, buffer.size(), pipe)) run.output.append(buffer.data(), n);
  const int status = pclose(pipe);
  if (WIFEXITED(status)) run.exit_code = WEXITSTATUS(status);
  return run;
}

}  // namespace vitrion::test
