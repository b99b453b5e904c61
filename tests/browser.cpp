#include "browser.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <stdexcept>
#include <vector>

namespace vitrion::test {
namespace {

bool on_path(const char* program) {
  const std::string path = std::getenv("PATH") ? std::getenv("PATH") : "";
  for (std::size_t at = 0; at <= path.size();) {
    const std::size_t colon = std::min(path.find(':', at), path.size());
    if (::access((path.substr(at, colon - at) + "/" + program).c_str(), X_OK) == 0) return true;
    at = colon + 1;
  }
  return false;
}

// Runs a program with its output and errors in two files.
int run(std::vector<std::string> command, const std::string& out, const std::string& err) {
  std::vector<char*> arguments;
  for (std::string& word : command) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 1, out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  posix_spawn_file_actions_addopen(&actions, 2, err.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  pid_t child = 0;
  const int failed = posix_spawnp(&child, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  int status = -1;
  if (!failed) waitpid(child, &status, 0);
  return status;
}

std::string content(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

// The value of an attribute in a tag; empty when it has none.
std::string attribute(const std::string& tag, const std::string& name) {
  const std::size_t at = tag.find(name + "=\"");
  if (at == std::string::npos) return "";
  const std::size_t begin = at + name.size() + 2;
  return tag.substr(begin, tag.find('"', begin) - begin);
}

}  // namespace

bool have_browser() {
  return on_path("chromium");
}

DrawnPage draw_in_browser(const std::filesystem::path& page) {
  const std::string dom = page.string() + ".dom", log = page.string() + ".log";
  const int status =
      run({"chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
           "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
           "--user-data-dir=" + page.string() + ".profile", "--enable-logging=stderr", "--virtual-time-budget=30000",
           "--dump-dom", "file://" + page.string()},
          dom, log);
  if (status != 0) throw std::runtime_error("chromium failed:\n" + content(log));
  DrawnPage drawn;
  drawn.html = content(dom);
  const std::size_t body = drawn.html.find("<body");
  const std::string tag = drawn.html.substr(body, drawn.html.find('>', body) - body);
  // The page counts what it drew; a request would break its content policy, and that is a console error.
  drawn.figures = std::stoi("0" + attribute(tag, "data-figures"));
  drawn.drawn = std::stoi("0" + attribute(tag, "data-drawn"));
  drawn.problems = attribute(tag, "data-errors");
  std::istringstream lines(content(log));
  for (std::string line; std::getline(lines, line);)
    if (line.find("CONSOLE") != std::string::npos) drawn.problems += line + "\n";
  return drawn;
}

}  // namespace vitrion::test
