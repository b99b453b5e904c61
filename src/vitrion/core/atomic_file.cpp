#include "vitrion/core/atomic_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): of POSIX, not of C
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>
#include <stdexcept>
#include <system_error>

#include "vitrion/core/file.hpp"
#include "vitrion/core/number.hpp"

namespace vitrion::inline core {
namespace {

namespace fs = std::filesystem;

constexpr const char* unfinished = ".vitrion-part";  // no name that anybody else gives
constexpr std::size_t longest_stem = 180;            // a name has at most 255 bytes on Linux's file systems

/// NAME.vitrion-partPID beside the file; of a very long name the beginning, and a hash of the whole.
fs::path temporary_beside(const fs::path& path) {
  std::string name = path.filename().string();
  if (name.size() > longest_stem) name = name.substr(0, longest_stem) + "-" + content_hash(name).substr(0, 16);
  return path.parent_path() / (name + unfinished + std::to_string(::getpid()));
}

/// The process that began the file, where the name is one of ours.
std::optional<pid_t> writer_of(const std::string& name) {
  const std::size_t at = name.rfind(unfinished);
  if (at == std::string::npos || at == 0) return std::nullopt;
  const std::string digits = name.substr(at + std::strlen(unfinished));
  if (digits.empty() || digits.find_first_not_of("0123456789") != std::string::npos) return std::nullopt;
  const std::optional<std::int64_t> process = parse_integer(digits);
  if (!process || *process <= 0 || *process > 1 << 22) return std::nullopt;  // Linux's largest process number
  return static_cast<pid_t>(*process);
}

}  // namespace

AtomicFile::AtomicFile(fs::path path) : path_(std::move(path)), temporary_(temporary_beside(path_)) {
  if (path_.has_parent_path()) fs::create_directories(path_.parent_path());
  struct stat there {};
  is_in_place_ = ::stat(path_.c_str(), &there) == 0 && (S_ISCHR(there.st_mode) || S_ISFIFO(there.st_mode));
  if (is_in_place_) {
    descriptor_ = ::open(path_.c_str(), O_WRONLY | O_CLOEXEC);
    if (descriptor_ < 0) fail("cannot be written");
    return;
  }
  const fs::path folder = path_.has_parent_path() ? path_.parent_path() : fs::path(".");
  descriptor_ = ::open(folder.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, 0644);
  if (descriptor_ < 0) open_named();  // not every file system has files without a name
}

void AtomicFile::open_named() {
  descriptor_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
  if (descriptor_ < 0) fail("cannot be written");
  is_named_ = true;
}

AtomicFile::~AtomicFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
  if (is_named_) ::unlink(temporary_.c_str());
}

void AtomicFile::fail(const char* what) const {
  throw std::runtime_error(fmt::format("{}: {}: {}", path_.string(), what, std::strerror(errno)));
}

void AtomicFile::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(descriptor_, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) fail("cannot be written");
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
}

void AtomicFile::commit() {
  if (!is_in_place_ && ::fsync(descriptor_) != 0) fail("cannot be flushed");
  if (!is_in_place_ && !is_named_) {
    ::unlink(temporary_.c_str());  // of a process of this number, long ago
    const std::string open_file = fmt::format("/proc/self/fd/{}", descriptor_);
    if (::linkat(AT_FDCWD, open_file.c_str(), AT_FDCWD, temporary_.c_str(), AT_SYMLINK_FOLLOW) != 0)
      fail("cannot be named");
    is_named_ = true;
  }
  const int descriptor = descriptor_;
  descriptor_ = -1;
  if (::close(descriptor) != 0) fail("cannot be flushed");
  if (is_in_place_) return;
  if (::rename(temporary_.c_str(), path_.c_str()) != 0) fail("cannot be named");
  is_named_ = false;
}

void remove_unfinished(const fs::path& folder) {
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, ignored)) {
    const std::optional<pid_t> writer = writer_of(entry.path().filename().string());
    if (!writer || !entry.is_regular_file(ignored) || entry.is_symlink(ignored)) continue;
    if (::kill(*writer, 0) != 0 && errno == ESRCH) fs::remove(entry.path(), ignored);
  }
}

}  // namespace vitrion::inline core
