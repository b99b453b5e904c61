// The errors of the program: what is wrong, where, and how to mend it.
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>

namespace vitrion::inline core {

/// Where in the user's input something is: file, or file:line (line 0: the file as a whole).
struct Location {
  std::string file;
  std::size_t line = 0;

  /// "file:line", "file", or "" when no file is known.
  std::string text() const;
};

/// The user's input cannot be used as it is. The program prints it and exits with 2.
class InputError : public std::runtime_error {
 public:
  /// `what` says what is wrong, `remedy` (may be empty) what to do about it.
  InputError(Location where, const std::string& what, const std::string& remedy = {});
  explicit InputError(const std::string& what, const std::string& remedy = {}) : InputError(Location{}, what, remedy) {}

  const Location& where() const { return where_; }
  const std::string& remedy() const { return remedy_; }

 private:
  Location where_;
  std::string remedy_;
};

/// The user or the system asked to stop (Ctrl-C, SIGTERM); what was done is saved.
class Interrupted : public std::runtime_error {
 public:
  Interrupted() : std::runtime_error("stopped on request") {}
};

}  // namespace vitrion::inline core
