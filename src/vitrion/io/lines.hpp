// A text file read line by line, plain or gzip, with errors that name file and line.
#pragma once

#include <zlib.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "vitrion/core/error.hpp"

namespace vitrion::io {

/// Lines of a file in order. Holds one buffer, whatever the size of the file.
class LineReader {
 public:
  /// Throws InputError when the file cannot be opened or is a folder.
  explicit LineReader(const std::filesystem::path& file);

  /// The next line without its end (LF or CR LF), valid until the next call; false at the end of the file. At least
  /// `decimal_padding` bytes behind it can be read.
  /// Throws InputError when a gzip file is cut or damaged, or a line is longer than any text file's.
  bool next(std::string_view& line);
  /// The next line; throws InputError when the file ends instead: "the file ends inside `what`".
  std::string_view require(std::string_view what);
  /// The line read last is the next one again. Once per line.
  void put_back();

  const std::string& file() const { return file_; }
  /// Of the line read last, counted from 1.
  std::size_t line_number() const { return line_; }
  Location where() const { return {file_, line_}; }

  /// Throws InputError at the line read last.
  [[noreturn]] void fail(const std::string& what, const std::string& remedy = usual_remedy) const;
  static constexpr const char* usual_remedy = "Repair the file there; a whole frame is left out with --frames a:b.";
  /// The word as a finite number; `what` names it in the error.
  double number(std::string_view word, std::string_view what) const;
  std::int64_t integer(std::string_view word, std::string_view what) const;
  /// A number of things that must fit in memory: 0 or more, at most 2^31 - 1.
  std::int64_t count(std::string_view word, std::string_view what) const;

 private:
  bool fill();

  struct Close {
    void operator()(gzFile_s* f) const { gzclose_r(f); }
  };
  std::string file_;
  std::unique_ptr<gzFile_s, Close> stream_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0, end_ = 0;  // what is not handed out yet
  std::size_t line_start_ = 0;       // of the line read last
  std::size_t line_ = 0;
  bool at_end_ = false;
};

/// The first `bytes` of a file (decompressed), fewer when it is shorter.
std::string read_head(const std::filesystem::path& file, std::size_t bytes);

/// Runs `action`; an InputError without a place gets this one.
void with_location(const Location& where, const std::function<void()>& action);

}  // namespace vitrion::io
