// One run at a time in a folder.
#include "vitrion/core/folder_lock.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support.hpp"
#include "vitrion/core/error.hpp"
#include "vitrion/core/file.hpp"

namespace vitrion {
namespace {

// A child that holds the lock until it is killed. Returns when it has it.
pid_t holder(const std::filesystem::path& folder) {
  int ready[2];
  if (pipe(ready) != 0) throw std::runtime_error("no pipe");
  const pid_t child = fork();
  if (child == 0) {
    const FolderLock lock(folder, 0);
    if (write(ready[1], "x", 1) == 1) pause();
    _exit(0);
  }
  char byte = 0;
  if (read(ready[0], &byte, 1) != 1) throw std::runtime_error("no lock");
  close(ready[0]);
  close(ready[1]);
  return child;
}

TEST(FolderLock, NamesTheProcessThatHoldsIt) {
  const std::filesystem::path folder = test::scratch_folder() / "run";
  const pid_t child = holder(folder);
  try {
    const FolderLock second(folder, 0);
    ADD_FAILURE() << "two hold the lock";
  } catch (const InputError& e) {
    EXPECT_NE(std::string(e.what()).find("process " + std::to_string(child) + " works in this folder"),
              std::string::npos)
        << e.what();
  }
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  const FolderLock mine(folder, 10);  // a killed holder holds nothing
  EXPECT_EQ(read_file(folder / "lock"), std::to_string(getpid()));
}

TEST(FolderLock, EndsWithItsObject) {
  const std::filesystem::path folder = test::scratch_folder() / "run";
  { const FolderLock first(folder, 0); }
  EXPECT_NO_THROW(FolderLock(folder, 0));
}

}  // namespace
}  // namespace vitrion
