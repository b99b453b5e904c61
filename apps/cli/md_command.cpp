#include "cli/md_command.hpp"

#include <memory>

#include "cli/terminal.hpp"
#include "frontend/mpi.hpp"

namespace vitrion::cli {
namespace {

struct Words {
  std::string file;
  std::vector<std::string> overrides;
  MdFlags flags;
};

}  // namespace

void add_md_command(CLI::App& app, const MdCommand& command) {
  const auto words = std::make_shared<Words>();
  CLI::App* sub = app.add_subcommand(command.name, command.description);
  sub->add_option("config", words->file, "Settings (YAML); docs/md.md lists the keys")->required();
  sub->add_option("overrides", words->overrides,
                  "key=value, for single settings; in lists by number, from 0: " + command.override_example);
  words->flags.files.add_to(*sub);
  words->flags.run.add_to(*sub);
  words->flags.strict.add_to(*sub);
  sub->footer("Settings, for example " + command.name + ".yaml:\n" + command.settings_example + "\nExamples:\n" +
              command.examples +
              "Killed or stopped at any moment, the same command goes on where the last restart file stands.");
  sub->callback([words, work = command.work] {
    words->flags.run.apply();
    frontend::run_on_all_ranks(terminal_session(), [&](const Session& session) {
      Config config = Config::load(words->file, words->overrides);
      work(config, words->flags, session);
    });
  });
}

}  // namespace vitrion::cli
