// One run at a time in a folder.
#pragma once

#include <filesystem>

namespace vitrion::inline core {

/// A lock on `folder`/lock, held by this process until the object ends, or until the process does, however it ends.
class FolderLock {
 public:
  enum class Children { hold_it_too, do_not };

  /// Waits up to `patience_seconds` (for the end of what was just killed), then throws InputError with the number of
  /// the process that holds the lock. With `hold_it_too` the lock lasts as long as any child started meanwhile.
  FolderLock(const std::filesystem::path& folder, double patience_seconds, Children children = Children::do_not);
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  int file_;
};

}  // namespace vitrion::inline core
