// The command line: finds the command, runs it, turns errors into messages and exit codes.
#include <fmt/format.h>

#include <cstdio>
#include <exception>

#include "cli/commands.hpp"
#include "cli/terminal.hpp"
#include "frontend/mpi.hpp"
#include "lammps/lammps_potential.hpp"
#include "vitrion/core/error.hpp"
#include "vitrion/core/version.hpp"
#include "vitrion/learn/stage.hpp"

namespace {

enum ExitCode { success = 0, failed = 1, bad_input = 2 };

}  // namespace

int main(int argc, char** argv) {
  using namespace vitrion;
  CLI::App app{"Vitrion: from DFT data to ion transport in amorphous battery materials"};
  app.name(program_name);
  app.set_version_flag("--version", version);
  app.require_subcommand(1);
  app.get_formatter()->column_width(34);
  app.footer(
      "`vitrion COMMAND --help` explains a command with examples.\n"
      "Exit codes: 0 done, 1 failed or stopped, 2 the input cannot be used.");
  cli::add_commands(app);

  try {
    // Kinds of potentials and stages from rooms above theirs.
    lammps::register_potential(frontend::start_mpi);
    study::register_stage_kind(learn::learn_kind());
    cli::listen_to_stop_signals();
    app.parse(argc, argv);
    return success;
  } catch (const CLI::Success& e) {
    return app.exit(e);  // --help, --version
  } catch (const CLI::ParseError& e) {
    app.exit(e);
    return bad_input;
  } catch (const InputError& e) {
    fmt::print(stderr, "vitrion: {}\n", e.what());
    return bad_input;
  } catch (const Interrupted&) {
    fmt::print(stderr, "vitrion: stopped on request. What was done is saved; the same command goes on from there.\n");
    return failed;
  } catch (const std::exception& e) {
    fmt::print(stderr, "vitrion: failed: {}\n", e.what());
    return failed;
  }
}
