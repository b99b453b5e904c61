#include "vitrion/core/process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): of POSIX, not of C
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "vitrion/core/text.hpp"

namespace vitrion::inline core {

namespace {

/// NAME=VALUE of this process's environment with `changes` on top.
std::vector<std::string> environment_with(std::map<std::string, std::string> changes) {
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const std::size_t equals = text.find('=');
    if (equals != std::string_view::npos)
      changes.emplace(std::string(text.substr(0, equals)), std::string(text.substr(equals + 1)));
  }
  std::vector<std::string> list;
  for (const auto& [name, value] : changes) list.push_back(name + "=" + value);
  return list;
}

/// The array of pointers that exec takes; `words` must outlive it.
std::vector<char*> pointers_to(const std::vector<std::string>& words) {
  std::vector<char*> pointers;
  for (const std::string& word : words) pointers.push_back(const_cast<char*>(word.c_str()));
  pointers.push_back(nullptr);
  return pointers;
}

Ended describe(pid_t child, int status, double cpu_seconds) {
  if (WIFEXITED(status)) {
    const int code = WEXITSTATUS(status);
    return Ended{child, code == 0, fmt::format("exit code {}", code), code, cpu_seconds};
  }
  const int signal = WTERMSIG(status);
  return Ended{child, false, fmt::format("signal {} ({})", signal, ::strsignal(signal)), -1, cpu_seconds};
}

double seconds(const timeval& t) {
  return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
}

/// When the process started, in clock ticks after boot; empty when there is none.
std::string start_of(pid_t pid) {
  std::ifstream in("/proc/" + std::to_string(pid) + "/stat");
  const std::string stat{std::istreambuf_iterator<char>(in), {}};
  // The second field, the name in parentheses, may hold blanks; the start is the 22nd.
  const std::size_t name_end = stat.rfind(')');
  if (name_end == std::string::npos) return {};
  const std::vector<std::string_view> words = split_words(std::string_view(stat).substr(name_end + 1));
  // A dead child that was not waited for yet still has an entry.
  return words.size() < 20 || words[0] == "Z" || words[0] == "X" ? std::string() : std::string(words[19]);
}

std::string this_host() {
  std::array<char, 256> name{};
  ::gethostname(name.data(), name.size() - 1);
  std::ifstream in("/proc/sys/kernel/random/boot_id");
  std::string boot;
  in >> boot;
  return std::string(name.data()) + " " + boot.substr(0, 8);
}

}  // namespace

pid_t start_process(const std::vector<std::string>& command, const std::filesystem::path& folder,
                    const std::filesystem::path& log, const ProcessOptions& options) {
  // All memory is allocated before the fork: between fork and exec only async-signal-safe calls are allowed.
  const std::vector<char*> arguments = pointers_to(command);
  const std::vector<std::string> variables = environment_with(options.environment);
  const std::vector<char*> environment = pointers_to(variables);
  const std::string where = folder.string(), output = std::filesystem::absolute(log).string();
  const std::string program = find_program(command.at(0)).value_or(command[0]).string();
  const pid_t parent = ::getpid();

  const pid_t child = ::fork();
  if (child < 0) throw std::runtime_error(std::string("cannot start a process: ") + std::strerror(errno));
  if (child > 0) {
    // Here as well as in the child: whoever comes first, its group exists before anyone sends it a signal.
    ::setpgid(child, child);
    return child;
  }

  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(127);  // the parent ended before the line above
  // Ctrl-C reaches the whole terminal group; the parent passes the request on, once.
  ::setpgid(0, 0);
  if (options.background) {
    const sched_param none{};
    ::sched_setscheduler(0, SCHED_IDLE, &none);
    ::setpriority(PRIO_PROCESS, 0, 19);
  }
  const int sink = ::open(output.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
  const int nothing = ::open("/dev/null", O_RDONLY);
  if (sink < 0 || nothing < 0 || ::chdir(where.c_str()) != 0) ::_exit(126);
  ::dup2(nothing, STDIN_FILENO);
  ::dup2(sink, STDOUT_FILENO);
  ::dup2(sink, STDERR_FILENO);
  ::execve(program.c_str(), arguments.data(), environment.data());
  ::_exit(127);
}

std::optional<Ended> poll_processes() {
  int status = 0;
  rusage usage{};
  const pid_t child = ::wait4(-1, &status, WNOHANG, &usage);
  if (child <= 0) return std::nullopt;
  return describe(child, status, seconds(usage.ru_utime) + seconds(usage.ru_stime));
}

Ended wait_for_process(pid_t child, double limit_seconds, const std::function<bool()>& stop) {
  using std::chrono::steady_clock;
  const steady_clock::time_point start = steady_clock::now();
  std::optional<steady_clock::time_point> told;
  auto pause = std::chrono::milliseconds(1);
  while (true) {
    int status = 0;
    rusage usage{};
    const pid_t ended = ::wait4(child, &status, WNOHANG, &usage);
    if (ended == child) return describe(child, status, seconds(usage.ru_utime) + seconds(usage.ru_stime));
    if (ended < 0 && errno != EINTR)
      throw std::runtime_error(std::string("cannot wait for a process: ") + std::strerror(errno));
    const steady_clock::time_point now = steady_clock::now();
    const bool too_long = std::chrono::duration<double>(now - start).count() > limit_seconds;
    if (!told && (too_long || stop())) {
      ::kill(-child, SIGTERM);
      told = now;
    } else if (told && now - *told > std::chrono::seconds(2)) {
      ::kill(-child, SIGKILL);
    }
    // Short programs are seen to end at once, long ones cost nothing to watch.
    std::this_thread::sleep_for(pause);
    pause = std::min(pause * 2, std::chrono::milliseconds(100));
  }
}

std::optional<std::filesystem::path> find_program(const std::string& name) {
  const auto runs = [](const std::filesystem::path& file) {
    return std::filesystem::is_regular_file(file) && ::access(file.c_str(), X_OK) == 0;
  };
  if (name.find('/') != std::string::npos)
    return runs(name) ? std::optional(std::filesystem::absolute(name)) : std::nullopt;
  const char* path = std::getenv("PATH");
  std::istringstream folders(path != nullptr ? path : "/usr/local/bin:/usr/bin:/bin");
  for (std::string folder; std::getline(folders, folder, ':');)
    if (!folder.empty() && runs(std::filesystem::path(folder) / name)) return std::filesystem::path(folder) / name;
  return std::nullopt;
}

ProcessIdentity ProcessIdentity::self() {
  return {this_host(), ::getpid(), start_of(::getpid())};
}

std::optional<bool> ProcessIdentity::alive() const {
  const std::string here = this_host();
  if (host == here) return !started.empty() && start_of(pid) == started;
  // The same name with another boot: it ended with the machine.
  if (host.substr(0, host.rfind(' ')) == here.substr(0, here.rfind(' '))) return false;
  return std::nullopt;
}

}  // namespace vitrion::inline core
