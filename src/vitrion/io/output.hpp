// A text file written piece by piece that appears under its name only when it is complete.
#pragma once

#include <zlib.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "vitrion/core/atomic_file.hpp"

namespace vitrion::io {

/// Compressed when the name ends in .gz. `close` flushes it to disk and gives it its name; without, nothing is left
/// behind.
class OutputFile {
 public:
  /// Makes missing parent folders. Throws std::runtime_error when the disk refuses.
  explicit OutputFile(std::filesystem::path file);
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  void text(std::string_view text);
  void text(char c) { buffer_ += c; }
  /// The shortest decimal that reads back as exactly this number.
  void number(double value);
  void number(std::int64_t value);
  void close();

 private:
  void flush();

  std::filesystem::path file_;
  AtomicFile target_;
  gzFile stream_ = nullptr;
  std::string buffer_;
};

}  // namespace vitrion::io
