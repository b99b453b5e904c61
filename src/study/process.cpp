#include "study/process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace vitrion::study {

pid_t start_process(const std::vector<std::string>& command, const std::filesystem::path& folder,
                    const std::filesystem::path& log) {
  // All memory is allocated before the fork: between fork and exec only async-signal-safe calls are allowed.
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const std::string where = folder.string(), output = std::filesystem::absolute(log).string();
  const pid_t parent = ::getpid();

  const pid_t child = ::fork();
  if (child < 0) throw std::runtime_error(std::string("cannot start a process: ") + std::strerror(errno));
  if (child > 0) return child;

  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(127);  // the parent ended before the line above
  // Ctrl-C reaches the whole terminal group; the parent passes the request on, once.
  ::setpgid(0, 0);
  const int sink = ::open(output.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
  const int nothing = ::open("/dev/null", O_RDONLY);
  if (sink < 0 || nothing < 0 || ::chdir(where.c_str()) != 0) ::_exit(126);
  ::dup2(nothing, STDIN_FILENO);
  ::dup2(sink, STDOUT_FILENO);
  ::dup2(sink, STDERR_FILENO);
  ::execvp(arguments[0], arguments.data());
  ::_exit(127);
}

std::optional<Ended> poll_processes() {
  int status = 0;
  const pid_t child = ::waitpid(-1, &status, WNOHANG);
  if (child <= 0) return std::nullopt;
  if (WIFEXITED(status)) {
    const int code = WEXITSTATUS(status);
    return Ended{child, code == 0, fmt::format("exit code {}", code)};
  }
  const int signal = WTERMSIG(status);
  return Ended{child, false, fmt::format("signal {} ({})", signal, ::strsignal(signal))};
}

}  // namespace vitrion::study
