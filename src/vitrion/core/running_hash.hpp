// The hash of a file that grows, without reading it anew each time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

namespace vitrion::inline core {

/// content_hash of what was added so far.
class RunningHash {
 public:
  RunningHash();
  ~RunningHash();
  RunningHash(RunningHash&&) noexcept;
  RunningHash& operator=(RunningHash&&) noexcept;

  /// Bytes `length()` .. `end` of a file. Throws InputError when it is shorter or cannot be read.
  void extend(const std::filesystem::path& file, std::uintmax_t end);
  std::uintmax_t length() const { return length_; }
  std::string digest() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
  std::uintmax_t length_ = 0;
};

}  // namespace vitrion::inline core
