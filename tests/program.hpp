// Runs the program as a user does.
#pragma once

#include <string>

namespace vitrion::test {

struct Run {
  int exit_code = -1;
  std::string output;  ///< stdout and stderr together
};

/// Path of the program that was built.
std::string program();

/// A shell command; `vitrion` in it is the program that was built, and so is $VITRION_PROGRAM where a shell function
/// will not do.
Run run_program(const std::string& command);

}  // namespace vitrion::test
