#include "vitrion/io/lines.hpp"

#include <cerrno>
#include <cmath>
#include <cstring>
#include <limits>

#include "vitrion/core/decimal.hpp"
#include "vitrion/core/regular_file.hpp"
#include "vitrion/core/text.hpp"

namespace vitrion::io {
namespace {

constexpr std::size_t chunk = std::size_t{1} << 18;
constexpr std::size_t longest_line = std::size_t{1} << 26;

gzFile open_stream(const std::string& file) {
  if (std::filesystem::is_directory(file))
    throw InputError(Location{file}, "is a folder, not a file", "Name the files in it, for instance with a pattern.");
  // The format is told from the first bytes, ranges from the end are counted first: a pipe gives its content only once.
  demand_file(file);
  if (std::filesystem::is_fifo(file))
    throw InputError(Location{file}, "is a pipe; files are read more than once",
                     "Write it to a file first (.gz files are read as they are).");
  errno = 0;
  gzFile stream = gzopen(file.c_str(), "rb");
  if (!stream)
    throw InputError(Location{file}, std::string("cannot be opened: ") + std::strerror(errno),
                     "Check its name and permissions.");
  gzbuffer(stream, chunk / 4);
  return stream;
}

/// Bytes read, 0 at the end. Throws InputError when the stream is damaged.
std::size_t read_stream(gzFile stream, char* to, std::size_t bytes, const Location& where) {
  const int n = gzread(stream, to, static_cast<unsigned>(bytes));
  int error = Z_OK;
  const char* message = gzerror(stream, &error);
  if (n < 0 || (n == 0 && error != Z_OK)) {
    if (error == Z_ERRNO)
      throw InputError(where, std::string("cannot be read: ") + std::strerror(errno),
                       "Check the disk; copy the file again.");
    if (error == Z_BUF_ERROR)
      throw InputError(where, "the gzip file is cut", "Copy it again, or take what zcat still gives.");
    throw InputError(where, std::string("the gzip file is damaged: ") + message, "Copy it again.");
  }
  return static_cast<std::size_t>(n);
}

}  // namespace

LineReader::LineReader(const std::filesystem::path& file)
    : file_(file.string()), stream_(open_stream(file_)), buffer_(chunk + decimal_padding) {}

bool LineReader::fill() {
  if (at_end_) return false;
  // Keep the unfinished line, drop what lies before it.
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
  }
  std::size_t room = buffer_.size() - decimal_padding - end_;
  if (room == 0) {
    if (buffer_.size() >= longest_line)
      throw InputError(Location{file_, line_ + 1}, "the line is longer than 64 MB: not a text file",
                       "Check which file it is; --format names its format.");
    room = buffer_.size();
    buffer_.resize(2 * buffer_.size());
  }
  const std::size_t n = read_stream(stream_.get(), buffer_.data() + end_, room, Location{file_, line_ + 1});
  end_ += n;
  at_end_ = n == 0;
  return n > 0;
}

bool LineReader::next(std::string_view& line) {
  std::size_t searched = 0;
  while (true) {
    const char* start = buffer_.data() + begin_;
    const auto* newline = static_cast<const char*>(std::memchr(start + searched, '\n', end_ - begin_ - searched));
    if (newline || (at_end_ && end_ > begin_)) {
      std::size_t length = newline ? static_cast<std::size_t>(newline - start) : end_ - begin_;
      line_start_ = begin_;
      begin_ += length + (newline ? 1 : 0);
      if (length > 0 && start[length - 1] == '\r') --length;
      line = {start, length};
      ++line_;
      return true;
    }
    if (at_end_) return false;
    searched = end_ - begin_;
    fill();
  }
}

std::string_view LineReader::require(std::string_view what) {
  std::string_view line;
  if (!next(line))
    throw InputError(where(), "the file ends inside " + std::string(what),
                     "It was cut: copy it again, or remove its last, incomplete frame.");
  return line;
}

void LineReader::put_back() {
  begin_ = line_start_;
  --line_;
}

void LineReader::fail(const std::string& what, const std::string& remedy) const {
  throw InputError(where(), what, remedy);
}

double LineReader::number(std::string_view word, std::string_view what) const {
  const std::optional<double> value = parse_double(word);
  if (!value) fail(std::string(what) + " is \"" + std::string(word.substr(0, 40)) + "\", not a number");
  if (!std::isfinite(*value))
    fail(std::string(what) + " is " + std::string(word.substr(0, 40)) + ", not a finite number",
         "Remove or repair this frame.");
  return *value;
}

std::int64_t LineReader::integer(std::string_view word, std::string_view what) const {
  const std::optional<std::int64_t> value = parse_integer(word);
  if (!value) fail(std::string(what) + " is \"" + std::string(word.substr(0, 40)) + "\", not a whole number");
  return *value;
}

std::int64_t LineReader::count(std::string_view word, std::string_view what) const {
  const std::int64_t value = integer(word, what);
  if (value < 0 || value > std::numeric_limits<std::int32_t>::max())
    fail(std::string(what) + " is " + std::string(word) + ", which cannot be");
  return value;
}

std::string read_head(const std::filesystem::path& file, std::size_t bytes) {
  gzFile stream = open_stream(file.string());
  std::string head(bytes, '\0');
  std::size_t done = 0;
  try {
    while (done < bytes) {
      const std::size_t n = read_stream(stream, head.data() + done, bytes - done, Location{file.string()});
      if (n == 0) break;
      done += n;
    }
  } catch (const InputError&) {
    // A cut gzip file is reported where reading meets the cut; its head may still tell the format.
    if (done == 0) {
      gzclose_r(stream);
      throw;
    }
  }
  gzclose_r(stream);
  head.resize(done);
  return head;
}

void with_location(const Location& where, const std::function<void()>& action) {
  try {
    action();
  } catch (const InputError& error) {
    if (!error.where().file.empty()) throw;
    const std::string whole = error.what();
    throw InputError(where, whole.substr(0, whole.find("\n  ")),
                     error.remedy().empty() ? LineReader::usual_remedy : error.remedy());
  }
}

}  // namespace vitrion::io
