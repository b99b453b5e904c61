// vitrion lammps: any LAMMPS input with our pair style.
#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

#include "cli/commands.hpp"
#include "cli/terminal.hpp"
#include "frontend/mpi.hpp"
#include "frontend/stop_signals.hpp"
#include "vitrion/core/error.hpp"
#include "vitrion/core/file.hpp"
#include "vitrion/core/text.hpp"
#include "vitrion/md/mpi.hpp"
#include "vitrion/md/session.hpp"

namespace vitrion::cli {
namespace {

constexpr const char* standard_input = "standard input";

struct LammpsCommand {
  std::string input;
  std::vector<std::string> switches;
};

LammpsCommand split(const std::vector<std::string>& words) {
  LammpsCommand c;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] != "-in" && words[i] != "-i") {
      c.switches.push_back(words[i]);
    } else {
      if (++i == words.size()) throw InputError(words[i - 1] + " needs a file");
      c.input = words[i];
    }
  }
  if (c.input.empty() && ::isatty(STDIN_FILENO) == 1)
    throw InputError("no LAMMPS input is named", "Write: vitrion lammps -in FILE, or vitrion lammps < FILE");
  return c;
}

// What is to be run. mpirun hands standard input to the first rank alone; the others take its lines from that one.
std::string text_of(const LammpsCommand& command) {
  if (!command.input.empty()) return read_file(command.input);
  std::string text;
  char buffer[1 << 14];
  while (const std::size_t n = std::fread(buffer, 1, sizeof buffer, stdin)) text.append(buffer, n);
  if (trim(text).empty() && md::Mpi().is_root())
    throw InputError(Location{standard_input}, "holds no LAMMPS input",
                     "Write: vitrion lammps -in FILE, or vitrion lammps < FILE");
  return text;
}

// The line of the text that reads `command`; 0 when it stands in another file or was put together by LAMMPS.
std::size_t line_of(const std::string& text, const std::string& command) {
  std::size_t number = 0, begin = 0;
  while (begin < text.size() && !trim(command).empty()) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    ++number;
    if (trim(std::string_view(text).substr(begin, end - begin)) == trim(command)) return number;
    begin = end + 1;
  }
  return 0;
}

void run_lammps(const std::vector<std::string>& words) {
  const LammpsCommand command = split(words);
  frontend::remove_stop_signals();            // what a LAMMPS input saves, and when, is its own affair
  const std::string text = text_of(command);  // says what is wrong with it, on every rank
  try {
    md::LammpsSession session(md::LammpsSession::Screen::normal, command.switches);
    if (command.input.empty())
      session.script(text);
    else
      session.file(command.input);
  } catch (const lammps::LammpsError& e) {
    if (e.while_running()) throw;
    throw InputError(
        Location{command.input.empty() ? std::string(standard_input) : command.input, line_of(text, e.command())},
        e.what());
  }
}

}  // namespace

void add_lammps(CLI::App& app) {
  CLI::App* command = app.add_subcommand("lammps", "Any LAMMPS input with the pair style `vitrion`");
  command->prefix_command();
  command->footer(
      "vitrion lammps -in FILE [-var NAME VALUE ...] [-log FILE] [-screen none] [-echo both]\n"
      "vitrion lammps [...] < FILE\n\n"
      "FILE is LAMMPS input; all LAMMPS command-line switches are passed on. In it:\n"
      "  units metal\n"
      "  pair_style vitrion [species El1,El2,...] [precision double|float] [untabulated]\n"
      "  pair_coeff * * potential.mtp Mg V O        one element (or NULL, under hybrid) per atom type\n"
      "`species` names the elements of a potential file that holds none, in its order; without it those of\n"
      "pair_coeff are taken to be in that order.\n"
      "Threads: OMP_NUM_THREADS, otherwise all processors.\n\n"
      "Examples:\n"
      "  vitrion lammps -in melt.lmp -var T 900\n"
      "  vitrion lammps -var T 900 < melt.lmp\n"
      "  mpirun -np 2 vitrion lammps -in melt.lmp -log melt.log");
  command->callback([command] {
    frontend::run_on_all_ranks(terminal_session(), [command](const Session&) { run_lammps(command->remaining()); });
  });
}

}  // namespace vitrion::cli
