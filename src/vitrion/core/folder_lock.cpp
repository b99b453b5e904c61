#include "vitrion/core/folder_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <string>
#include <thread>

#include "vitrion/core/error.hpp"
#include "vitrion/core/file.hpp"

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

}  // namespace

FolderLock::FolderLock(const std::filesystem::path& folder, double patience_seconds, Children children) {
  std::filesystem::create_directories(folder);
  const std::filesystem::path path = folder / "lock";
  // Without O_CLOEXEC children inherit the lock.
  file_ = ::open(path.c_str(), O_RDWR | O_CREAT | (children == Children::do_not ? O_CLOEXEC : 0), 0644);
  if (file_ < 0) throw InputError(Location{path.string()}, std::string("cannot be written: ") + std::strerror(errno));
  if (!lock_within(file_, patience_seconds)) {
    ::close(file_);
    throw InputError(Location{folder.string()}, "process " + read_file(path) + " works in this folder",
                     "Wait for its end, or choose another output folder.");
  }
  const std::string process = std::to_string(::getpid());
  if (::ftruncate(file_, 0) != 0 || ::pwrite(file_, process.data(), process.size(), 0) < 0) {
    ::close(file_);
    throw InputError(Location{path.string()}, std::string("cannot be written: ") + std::strerror(errno));
  }
}

FolderLock::~FolderLock() {
  ::close(file_);
}

}  // namespace vitrion::inline core
