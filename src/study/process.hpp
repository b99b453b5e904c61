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

/// A lock on a file, held by this process and every child it starts while the lock lives.
class FolderLock {
 public:
  /// Throws InputError when another process still holds it after `patience_seconds`.
  FolderLock(const std::filesystem::path& folder, double patience_seconds);
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  int file_;
};

}  // namespace vitrion::study
