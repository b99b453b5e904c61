// One writer at a time of a file, in a folder that others write to as well.
#pragma once

#include <filesystem>

namespace vitrion::inline core {

/// A lock on `output`.lock, held by this process until the object ends, or until the process does, however it ends. The
/// file is removed at the end.
class OutputLock {
 public:
  /// Waits up to `patience_seconds` (for the end of what was just killed), then throws InputError with the number of
  /// the process that holds the lock; also when the lock is a link, or cannot be made.
  OutputLock(const std::filesystem::path& output, double patience_seconds);
  ~OutputLock();
  OutputLock(const OutputLock&) = delete;
  OutputLock& operator=(const OutputLock&) = delete;

 private:
  std::filesystem::path path_;
  int file_ = -1;
};

}  // namespace vitrion::inline core
