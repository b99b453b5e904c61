// Errors of LAMMPS as C++ exceptions.
#pragma once

#include <stdexcept>
#include <string>

namespace vitrion::lammps {

/// What LAMMPS stopped with, in its own words. Afterwards the LAMMPS instance can only be destroyed.
///
/// Builds of LAMMPS without -DLAMMPS_EXCEPTIONS (Debian's is one) end the process at an error. Linking this library
/// replaces the two functions they do it with: an error that all ranks meet (Error::all), or one on a single rank
/// (Error::one) of a one-rank run, is thrown. An error on one of several ranks still ends the program (MPI_Abort),
/// after its message: the other ranks cannot learn of it.
class LammpsError : public std::runtime_error {
 public:
  explicit LammpsError(const std::string& what, std::string command = {}, bool while_running = false)
      : std::runtime_error(what), command_(std::move(command)), while_running_(while_running) {}

  /// The input line LAMMPS was at, as it stands in the input; may be empty.
  const std::string& command() const { return command_; }
  /// True when atoms had begun to move (run, minimize), false when a command was being read or a run set up.
  bool while_running() const { return while_running_; }

 private:
  std::string command_;
  bool while_running_;
};

}  // namespace vitrion::lammps
