#include "vitrion/io/output.hpp"

#include <fcntl.h>
#include <unistd.h>

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

OutputFile::OutputFile(std::filesystem::path file) : file_(std::move(file)) {
  if (file_.has_parent_path()) std::filesystem::create_directories(file_.parent_path());
  temporary_ = file_.string() + ".part" + std::to_string(::getpid());
  descriptor_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (descriptor_ < 0) fail(temporary_);
  // zlib owns a copy, so that the file can still be flushed to disk after zlib closed its own. "T": no compression.
  const int copy = ::fcntl(descriptor_, F_DUPFD_CLOEXEC, 0);
  stream_ = copy < 0 ? nullptr : gzdopen(copy, file_.extension() == ".gz" ? "wb6" : "wbT");
  if (!stream_) fail(temporary_);
}

OutputFile::~OutputFile() {
  if (stream_) gzclose_w(stream_);
  if (descriptor_ >= 0) {
    ::close(descriptor_);
    ::unlink(temporary_.c_str());
  }
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
  if (gzwrite(stream_, buffer_.data(), static_cast<unsigned>(buffer_.size())) <= 0) fail(temporary_);
  buffer_.clear();
}

void OutputFile::close() {
  flush();
  gzFile stream = stream_;
  stream_ = nullptr;
  if (gzclose_w(stream) != Z_OK || ::fsync(descriptor_) != 0) fail(temporary_);
  if (::close(descriptor_) != 0) fail(temporary_);
  descriptor_ = -1;
  std::filesystem::rename(temporary_, file_);
}

}  // namespace vitrion::io
