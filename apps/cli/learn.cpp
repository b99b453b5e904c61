// vitrion learn: the whole active-learning loop from one YAML file.
#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/commands.hpp"
#include "cli/options.hpp"
#include "cli/result_files.hpp"
#include "cli/stage_table.hpp"
#include "cli/terminal.hpp"
#include "frontend/mpi.hpp"
#include "vitrion/core/error.hpp"
#include "vitrion/core/file.hpp"
#include "vitrion/dft/queue.hpp"
#include "vitrion/learn/learning.hpp"
#include "vitrion/learn/loop.hpp"
#include "vitrion/learn/plan.hpp"
#include "vitrion/learn/steps.hpp"
#include "vitrion/present/learning.hpp"
#include "vitrion/report/text.hpp"
#include "vitrion/study/runner.hpp"

namespace vitrion::cli {
namespace {

namespace fs = std::filesystem;

struct LearnCommand {
  std::string file, output, json, executor;
  ResultFiles files;
  std::vector<std::string> overrides;
  bool dry_run = false;

  fs::path folder() const {
    return output.empty() ? fs::path(fs::path(file).stem().string() + "-output") : fs::path(output);
  }
  void execute() const;
};

void print_plan(const learn::LearnOptions& o, const fs::path& folder, const std::string& program) {
  const learn::Planner planner(o, program);
  std::vector<study::Stage> stages;
  if (planner.makes_seeds()) stages = {planner.build_seeds(), planner.label_seeds()};
  stages.push_back(planner.prepare());
  const std::size_t n_before = stages.size();
  stages.push_back(planner.train(0, {}));
  double length = 0;
  for (const learn::Exploration& e : o.explorations)
    for (std::size_t k = 0; k < e.per_round; ++k) length += e.runs[k].length_ps;
  for (study::Stage& stage : planner.explore(0, 0)) stages.push_back(std::move(stage));
  stages.push_back(planner.select(0, 0, std::min(o.select.most, o.budget.labels.value_or(o.select.most))));
  stages.push_back(planner.label(0));
  fmt::print("{}: rounds of {} steps in {}, {} side by side\n", o.title, stages.size() - n_before, folder.string(),
             o.slots);
  fmt::print("each round explores {:.4g} ps and labels at most {} structures ({})\n", length, o.select.most,
             dft::make_engine(o.label.settings)->name());
  std::string budget = fmt::format("{} rounds", o.budget.rounds);
  if (o.budget.labels) budget += fmt::format(", {} labels", *o.budget.labels);
  if (o.budget.hours) budget += fmt::format(", {:g} hours", *o.budget.hours);
  fmt::print("ends when {} in {} round{} in a row, or after {}\n\n",
             o.goal.no_extrapolation ? "no frame extrapolates" : "no run breaks", o.goal.rounds_in_a_row,
             o.goal.rounds_in_a_row > 1 ? "s" : "", budget);
  print_stages(stages, folder);
  fmt::print("\nThen round 1 with the new labels, and so on.\n");
}

report::Source last_training(const fs::path& folder) {
  return {.study = {}, .name = "training", .section = report::read_section(folder / "training" / "section.json")};
}

// What the loop leaves for machines, for `vitrion report`, and for people to look at while it runs.
void write_results(const learn::Learning& learning, const learn::Cost& cost, const fs::path& folder) {
  ResultFiles{.folder = folder.string(), .plots = {}}.write(learn::learning_kind, learn::to_json(learning),
                                                            present::learning_section(learning), RunOptions{});
  std::vector<report::Source> further;
  if (fs::exists(folder / "training" / "section.json")) further.push_back(last_training(folder));
  write_file_atomically(folder / "learn.html",
                        report::to_html(present::learning_page(learning, cost, std::move(further))));
}

void print(const learn::Learning& learning) {
  const learn::History& history = learning.history;
  fmt::print("{}\n{}: {}\n", report::to_text(present::learning_section(learning)), learn::name_of(history.status),
             history.now.empty() ? learn::describe(history.status) : history.now);
}

void LearnCommand::execute() const {
  Config config = Config::load(file, overrides);
  learn::LearnOptions options = learn::read_learn_options(config);
  if (!executor.empty()) options.executor = jobs::read_executor_file(executor);
  const std::string program = fs::read_symlink("/proc/self/exe").string();
  if (dry_run) {
    // What is done is known by the contents of the inputs, which are looked up in the folder.
    const bool is_new = !fs::exists(folder());
    study::import_files(options.imports.files(), folder());
    print_plan(options, folder(), program);
    if (is_new) fs::remove_all(folder());
    return;
  }
  const learn::History history =
      learn::run_loop(options, folder(), program, terminal_session(), [&](const learn::History& so_far) {
        write_results(learn::learning_of(options, so_far, folder()), learn::cost_of(folder(), options.label.slots),
                      folder());
      });
  const learn::Learning learning = learn::learning_of(options, history, folder());
  fmt::print("\n");
  print(learning);
  fmt::print("Potential: {}\nDataset: {}\nProgress page: {}\n", (folder() / options.potential).string(),
             (folder() / "dataset.extxyz").string(), (folder() / "learn.html").string());
  files.write(learn::learning_kind, learn::to_json(learning), present::learning_section(learning),
              RunOptions{.threads = 0, .json = json});
  if (history.status == learn::LoopStatus::stalled)
    throw std::runtime_error("the loop is stalled: " + learn::describe(history.status) +
                             " learn.html says what was refused or failed: widen the limits of \"select\", mend the "
                             "labels, or explore more gently.");
}

void add_learn_status_command(CLI::App& learn) {
  auto words = std::make_shared<std::pair<std::string, std::string>>();
  CLI::App* sub = learn.add_subcommand("status", "How far a loop is");
  sub->add_option("folder", words->first, "Folder of the loop")->required();
  sub->add_option("--json", words->second, "Also write it to this file, for machines");
  sub->callback([words] {
    const fs::path file = fs::path(words->first) / "result.json";
    if (!fs::exists(file))
      throw InputError(Location{words->first}, "holds no result of a learning loop",
                       "Name the folder given by --output.");
    const learn::Learning learning = learn::read_learning(file);
    print(learning);
    if (const fs::path queue = fs::path(words->first) / "labels"; fs::exists(queue / "queue.sqlite")) {
      const dft::JobCounts labels = dft::Queue(queue).counts();
      fmt::print("labels: {} done, {} running, {} pending, {} failed (vitrion label status {})\n", labels.done,
                 labels.running, labels.pending, labels.failed, queue.string());
    }
    RunOptions{.threads = 0, .json = words->second}.write_json(
        with_header(learn::learning_kind, learn::to_json(learning)));
  });
}

// The steps of a round: what the loop starts, and what a user can run by hand in a step's folder.
void add_step(CLI::App& learn, const char* name, const char* description, void (*step)(Config&, const Session&)) {
  struct Step {
    std::string file;
    RunOptions run;
  };
  auto words = std::make_shared<Step>();
  CLI::App* sub = learn.add_subcommand(name, description);
  sub->add_option("settings", words->file, "Settings (YAML), as the loop wrote them")->required();
  sub->add_option("--threads", words->run.threads, "Threads (default: all processors)");
  sub->callback([words, step] {
    words->run.apply();
    Config config = Config::load(words->file);
    step(config, terminal_session());
  });
}

}  // namespace

void add_learn(CLI::App& app) {
  auto command = std::make_shared<LearnCommand>();
  CLI::App* sub = app.add_subcommand("learn", "Active learning: train, explore, label what is new, until nothing is");
  sub->add_option("config", command->file, "Settings (YAML); docs/learn.md lists the keys");
  sub->add_option("overrides", command->overrides, "key=value, for single settings: budget.labels=50 slots=2");
  sub->add_option("--output", command->output, "Folder of the loop (default: the file's name with -output)");
  sub->add_flag("--dry-run", command->dry_run, "Show the first round and the budget; run nothing");
  sub->add_option("--json", command->json, "Also write the result to this file, for machines");
  sub->add_option(
      "--executor", command->executor,
      "A file (YAML) with the section \"executor\", in place of that of the settings; absent: this machine");
  command->files.add_to(*sub);
  sub->require_subcommand(0, 1);
  add_learn_status_command(*sub);
  add_step(*sub, "prepare", "A step: set validation frames aside", learn::prepare);
  add_step(*sub, "explore", "A step: one run of molecular dynamics", [](Config& c, const Session& session) {
    frontend::run_on_all_ranks(session, [&](const Session& mine) { learn::explore(c, mine); });
  });
  add_step(*sub, "select", "A step: choose what to label", learn::choose);
  add_step(*sub, "label", "A step: label what was chosen", learn::label);
  sub->footer(
      "Examples:\n"
      "  vitrion learn examples/lipon/learn.yaml --dry-run\n"
      "  vitrion learn examples/lipon/learn.yaml --output lipon budget.hours=48\n"
      "  vitrion learn status lipon\n"
      "  bash examples/learn/teacher.sh      a large potential in place of DFT teaches a small one, in minutes\n"
      "Killed or stopped at any moment, the same command goes on where it was; no finished label is computed twice.\n"
      "learn.html in the folder shows the progress; dataset, potential and history lie beside it, up to date after "
      "every step.");
  sub->callback([command, sub] {
    if (!sub->get_subcommands().empty()) return;
    if (command->file.empty())
      throw InputError("vitrion learn needs a file of settings, or one of its commands",
                       "vitrion learn --help shows both.");
    command->execute();
  });
}

}  // namespace vitrion::cli
