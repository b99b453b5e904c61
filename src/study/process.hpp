// Child processes that never outlive their parent.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace vitrion::study {

/// Starts `command` in `folder` with standard output and error appended to `log` and standard input closed. When this
/// process ends, however it ends, the child is killed. Throws std::runtime_error when it cannot be started.
pid_t start_process(const std::vector<std::string>& command, const std::filesystem::path& folder,
                    const std::filesystem::path& log);

struct Ended {
  pid_t process;
  bool succeeded;
  std::string how;  ///< "exit code 2", "signal 11 (Segmentation fault)"
};

/// The next child that ended; nothing when none ended yet.
std::optional<Ended> poll_processes();

}  // namespace vitrion::study
