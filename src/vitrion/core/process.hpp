// Child processes that never outlive their parent.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace vitrion::inline core {

struct ProcessOptions {
  std::map<std::string, std::string> environment;  ///< on top of this process's
  bool background = false;                         ///< at idle priority: runs only where nothing else wants to
};

/// Starts `command` (found in PATH) in `folder` with standard output and error appended to `log` and standard input
/// closed. When the thread that calls ends, however it ends, the child is killed. Throws std::runtime_error when it
/// cannot be started; a program that does not exist shows as exit code 127.
pid_t start_process(const std::vector<std::string>& command, const std::filesystem::path& folder,
                    const std::filesystem::path& log, const ProcessOptions& options = {});

struct Ended {
  pid_t process;
  bool succeeded;
  std::string how;         ///< "exit code 2", "signal 11 (Segmentation fault)"
  int exit_code = -1;      ///< -1 when a signal ended it
  double cpu_seconds = 0;  ///< of it and its children
};

/// The next child that ended; nothing when none ended yet.
std::optional<Ended> poll_processes();

/// Waits for one child. After `limit_seconds`, or when `stop` says so, the child and its process group get SIGTERM
/// and, where that does not help within two seconds, SIGKILL.
Ended wait_for_process(pid_t child, double limit_seconds, const std::function<bool()>& stop);

/// Where PATH (or the path itself) leads for a program name; nothing when there is no such program.
std::optional<std::filesystem::path> find_program(const std::string& name);

/// A process told apart from all others, also from a later one of the same number.
struct ProcessIdentity {
  std::string host;  ///< name and boot of the machine
  pid_t pid = 0;
  std::string started;  ///< clock ticks after boot

  static ProcessIdentity self();
  /// Whether it still runs; unknown for a process of another machine.
  std::optional<bool> alive() const;
  bool operator==(const ProcessIdentity&) const = default;
};

}  // namespace vitrion::inline core
