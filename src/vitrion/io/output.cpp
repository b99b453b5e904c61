#include "vitrion/io/output.hpp"

#include <fcntl.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <stdexcept>

namespace vitrion::io {
namespace {

constexpr std::size_t flush_at = std::size_t{1} << 18;

[[noreturn]] void fail(const std::filesystem::path& file) {
  throw std::runtime_error(file.string() + ": cannot be written: " + std::strerror(errno));
}

}  // namespace

OutputFile::OutputFile(std::filesystem::path file) : file_(std::move(file)), target_(file_) {
  // zlib owns a copy, so that the file can still be flushed to disk after zlib closed its own. "T": no compression.
  const int copy = ::fcntl(target_.descriptor(), F_DUPFD_CLOEXEC, 0);
  stream_ = copy < 0 ? nullptr : gzdopen(copy, file_.extension() == ".gz" ? "wb6" : "wbT");
  if (!stream_) fail(file_);
}

OutputFile::~OutputFile() {
  if (stream_) gzclose_w(stream_);
}

void OutputFile::text(std::string_view text) {
  buffer_ += text;
  if (buffer_.size() >= flush_at) flush();
}

void OutputFile::number(double value) {
  char digits[32];
  const auto [end, error] = std::to_chars(digits, digits + sizeof digits, value);
  text({digits, static_cast<std::size_t>(end - digits)});
}

void OutputFile::number(std::int64_t value) {
  char digits[24];
  const auto [end, error] = std::to_chars(digits, digits + sizeof digits, value);
  text({digits, static_cast<std::size_t>(end - digits)});
}

void OutputFile::flush() {
  if (buffer_.empty()) return;
  if (gzwrite(stream_, buffer_.data(), static_cast<unsigned>(buffer_.size())) <= 0) fail(file_);
  buffer_.clear();
}

void OutputFile::close() {
  flush();
  gzFile stream = stream_;
  stream_ = nullptr;
  if (gzclose_w(stream) != Z_OK) fail(file_);
  target_.commit();
}

}  // namespace vitrion::io
