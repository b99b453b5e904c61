// A file that appears under its name whole, or not at all.
#pragma once

#include <filesystem>
#include <string_view>

namespace vitrion::inline core {

/// Where the content goes before it has a name: into a file without one where the file system has those (a process that
/// is killed then leaves nothing), else into NAME.vitrion-partPID beside it. A device or a pipe is written to as it is.
///
/// All throw std::runtime_error, with the name of the file, when the disk refuses.
class AtomicFile {
 public:
  /// Makes missing parent folders.
  explicit AtomicFile(std::filesystem::path path);
  /// Without `commit` nothing is left behind.
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  int descriptor() const { return descriptor_; }
  void write(std::string_view bytes);
  /// Flushes to disk and gives the file its name, in place of one that had it.
  void commit();

 private:
  [[noreturn]] void fail(const char* what) const;
  void open_named();

  std::filesystem::path path_, temporary_;
  bool is_named_ = false;  // under temporary_
  bool is_in_place_ = false;
  int descriptor_ = -1;
};

/// Removes what processes that are no more left of files they had not finished in `folder`.
void remove_unfinished(const std::filesystem::path& folder);

}  // namespace vitrion::inline core
