#include "vitrion/core/folder_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <string>
#include <thread>

#include "vitrion/core/atomic_file.hpp"
#include "vitrion/core/error.hpp"
#include "vitrion/core/file.hpp"
#include "vitrion/core/output_lock.hpp"

namespace vitrion::inline core {
namespace {

using Clock = std::chrono::steady_clock;

bool lock_within(int file, double seconds) {
  const Clock::time_point deadline =
      Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  while (::flock(file, LOCK_EX | LOCK_NB) != 0) {
    if (Clock::now() > deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  return true;
}

// A link would have a file elsewhere overwritten.
int open_lock(const std::filesystem::path& path, int flags) {
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | flags, 0644);
  if (file >= 0) return file;
  if (errno == ELOOP) throw InputError(Location{path.string()}, "is a link; a lock is a file of its own", "Remove it.");
  throw InputError(Location{path.string()}, std::string("cannot be written: ") + std::strerror(errno));
}

// Writes who holds it.
void sign(int file, const std::filesystem::path& path) {
  const std::string process = std::to_string(::getpid());
  if (::ftruncate(file, 0) == 0 && ::pwrite(file, process.data(), process.size(), 0) >= 0) return;
  const std::string why = std::strerror(errno);
  ::close(file);
  throw InputError(Location{path.string()}, "cannot be written: " + why);
}

bool has_name(int file, const std::filesystem::path& path) {
  struct stat here {
  }, there{};
  return ::fstat(file, &here) == 0 && ::lstat(path.c_str(), &there) == 0 && here.st_ino == there.st_ino &&
         here.st_dev == there.st_dev;
}

}  // namespace

FolderLock::FolderLock(const std::filesystem::path& folder, double patience_seconds, Children children) {
  std::filesystem::create_directories(folder);
  const std::filesystem::path path = folder / "lock";
  // Without O_CLOEXEC children inherit the lock.
  file_ = open_lock(path, children == Children::do_not ? O_CLOEXEC : 0);
  if (!lock_within(file_, patience_seconds)) {
    ::close(file_);
    throw InputError(Location{folder.string()}, "process " + read_file(path) + " works in this folder",
                     "Wait for its end, or choose another output folder.");
  }
  sign(file_, path);
  remove_unfinished(folder);
}

FolderLock::~FolderLock() {
  ::close(file_);
}

OutputLock::OutputLock(const std::filesystem::path& output, double patience_seconds) : path_(output) {
  path_ += ".lock";
  if (path_.has_parent_path()) std::filesystem::create_directories(path_.parent_path());
  // The one before may have removed the file while this process waited for it.
  do {
    if (file_ >= 0) ::close(file_);
    file_ = open_lock(path_, O_CLOEXEC);
    if (!lock_within(file_, patience_seconds)) {
      ::close(file_);
      throw InputError(Location{output.string()}, "process " + read_file(path_) + " writes this file",
                       "Wait for its end, or choose another output.");
    }
  } while (!has_name(file_, path_));
  sign(file_, path_);
}

OutputLock::~OutputLock() {
  ::unlink(path_.c_str());
  ::close(file_);
}

}  // namespace vitrion::inline core
