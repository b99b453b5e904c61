// The command line: finds the command, runs it, turns errors into messages and exit codes.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <yaml-cpp/exceptions.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <new>
#include <regex>
#include <string>
#include <vector>

#include "cli/commands.hpp"
#include "cli/terminal.hpp"
#include "frontend/mpi.hpp"
#include "frontend/strict.hpp"
#include "lammps/lammps_potential.hpp"
#include "vitrion/core/error.hpp"
#include "vitrion/core/memory.hpp"
#include "vitrion/core/text.hpp"
#include "vitrion/core/version.hpp"
#include "vitrion/learn/stage.hpp"

namespace {

enum ExitCode { success = 0, failed = 1, bad_input = 2, doubtful = 3 };

using namespace vitrion;

/// No word at all asks for help, and so does "help COMMAND" for that command's.
std::vector<std::string> words_of(int argc, char** argv) {
  std::vector<std::string> words(argv + 1, argv + argc);
  if (words.empty()) return {"--help"};
  if (words.front() != "help") return words;
  words.erase(words.begin());
  words.push_back("--help");
  return words;
}

/// Where a command was meant and none has that name: what was written, and the name nearest to it. Else empty.
std::string unknown_command(const CLI::App& program, const std::vector<std::string>& words) {
  const CLI::App* command = &program;
  for (const std::string& word : words) {
    std::vector<std::string> names;
    const CLI::App* found = nullptr;
    for (const CLI::App* sub : command->get_subcommands([](const CLI::App*) { return true; })) {
      names.push_back(sub->get_name());
      if (sub->check_name(word)) found = sub;
    }
    if (names.empty() || word.starts_with("-")) return "";
    if (!found) {
      // Commands that also work without a part of theirs may take the word for a file.
      if (command->get_require_subcommand_min() == 0) return "";
      const std::string near = nearest_word(word, names), of = command == &program ? "" : command->get_name() + " ";
      return fmt::format("there is no command \"{}{}\"{}", of, word,
                         near.empty() ? "" : "; did you mean " + near + "?");
    }
    command = found;
  }
  return "";
}

/// The command that was called: the last of the chain "select grade".
const CLI::App& called(const CLI::App& program) {
  const CLI::App* command = &program;
  while (!command->get_subcommands().empty()) command = command->get_subcommands().front();
  return *command;
}

bool has_flag(const CLI::App& command, const std::string& flag) {
  return command.get_option_no_throw(flag) != nullptr;
}

/// Readers know no commands: their remedies name flags of reading ("--species Mg,V,O") that a command which reads its
/// files by settings has not. `vitrion convert` has them all. Empty where every flag of `text` is one of the command.
std::string absent_flags(const CLI::App& program, const std::string& text) {
  const CLI::App &command = called(program), &convert = *program.get_subcommand("convert");
  static const std::regex flag("--[a-z][a-z-]*[a-z]");
  std::vector<std::string> absent;
  for (std::sregex_iterator i(text.begin(), text.end(), flag), end; i != end; ++i) {
    const auto at = static_cast<std::size_t>(i->position());
    const std::size_t line = text.rfind('\n', at) + 1;  // 0 where there is none before
    // "vitrion select active --output NEW" names the command it means.
    const bool of_another = text.substr(line, at - line).find("vitrion ") != std::string::npos;
    const std::string name = i->str();
    if (of_another || has_flag(command, name) || !has_flag(convert, name)) continue;
    if (std::find(absent.begin(), absent.end(), name) == absent.end()) absent.push_back(name);
  }
  if (absent.empty()) return "";
  return fmt::format("\n  `vitrion {}` has no {}: write the file anew with `vitrion convert IN OUT.extxyz {} ...`.",
                     command.get_name(), fmt::join(absent, ", "), absent.front());
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> words = words_of(argc, argv);
  CLI::App app{"Vitrion: from DFT data to ion transport in amorphous battery materials"};
  app.name(program_name);
  app.set_version_flag("--version", version);
  app.require_subcommand(1);
  app.get_formatter()->column_width(34);
  app.footer(
      "`vitrion COMMAND --help` explains a command with examples.\n"
      "Exit codes: 0 done, 1 failed or stopped, 2 the input cannot be used, 3 done with warnings (--strict).");
  cli::add_commands(app);

  try {
    // Kinds of potentials and stages from rooms above theirs.
    lammps::register_potential(frontend::start_mpi);
    study::register_stage_kind(learn::learn_kind());
    cli::listen_to_stop_signals();
    app.parse(std::vector<std::string>(words.rbegin(), words.rend()));  // CLI11 takes them from the back
    return success;
  } catch (const CLI::Success& e) {
    return app.exit(e);  // --help, --version
  } catch (const CLI::ParseError& e) {
    if (const std::string unknown = unknown_command(app, words); !unknown.empty())
      fmt::print(stderr, "vitrion: {}\n  `vitrion help` lists them.\n", unknown);
    else
      app.exit(e);
    return bad_input;
  } catch (const frontend::StrictWarnings& e) {
    fmt::print(stderr, "vitrion: {}\n", e.what());
    return doubtful;
  } catch (const InputError& e) {
    fmt::print(stderr, "vitrion: {}{}\n", e.what(), absent_flags(app, e.what()));
    return bad_input;
  } catch (const Interrupted&) {
    fmt::print(stderr, "vitrion: stopped on request. What was done is saved; the same command goes on from there.\n");
    return failed;
  } catch (const YAML::Exception& e) {
    fmt::print(stderr, "vitrion: settings cannot be used: {}\n", e.what());
    return bad_input;
  } catch (const std::bad_alloc&) {
    fmt::print(
        stderr,
        "vitrion: failed: there is not enough memory.\n"
        "  {} are free. Give the process more (ulimit -v, the limit of the batch job), or use less of the data.\n",
        format_bytes(static_cast<double>(available_memory())));
    return failed;
  } catch (const std::exception& e) {
    fmt::print(stderr, "vitrion: failed: {}\n", e.what());
    return failed;
  }
}
