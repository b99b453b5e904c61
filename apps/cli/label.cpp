// vitrion label: DFT energies, forces and stresses through a queue that survives being killed.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/commands.hpp"
#include "cli/label_table.hpp"
#include "cli/options.hpp"
#include "cli/terminal.hpp"
#include "vitrion/core/error.hpp"
#include "vitrion/core/text.hpp"
#include "vitrion/dft/aimd.hpp"
#include "vitrion/dft/job.hpp"
#include "vitrion/dft/runner.hpp"

namespace vitrion::cli {
namespace {

namespace fs = std::filesystem;

/// What to compute, and how.
struct LabelInput {
  std::vector<std::string> files, overrides;
  std::string settings;
  bool skip_unfit = false;
  InputOptions input;

  void add_to(CLI::App& command) {
    command.add_option("--settings", settings, "Settings of the engine (YAML); without: CP2K as for the LiPON dataset");
    command.add_option(
        "--set", overrides,
        "Single settings, over those of the file or the defaults: --set cutoff_Ry=600 --set recipe=[...]");
    command.add_flag("--skip-unfit", skip_unfit,
                     "Leave out, and name, structures these settings cannot compute (an odd number of electrons, ...)");
    input.add_to(command, false);
  }
  /// Adds every frame to the queue and says what came of it.
  void add_to(dft::Queue& queue) const {
    std::vector<Structure> frames;
    const auto reader = io::open_frames(std::vector<fs::path>(files.begin(), files.end()), input.read_options());
    while (std::optional<Structure> frame = reader->next()) frames.push_back(std::move(*frame));
    if (frames.empty()) throw InputError("there is no frame to label in what was named");
    const dft::Queue::Added added = queue.add(frames, dft::load_settings(settings, overrides),
                                              skip_unfit ? dft::Queue::Unfit::leave_out : dft::Queue::Unfit::refuse);
    for (const std::string& why : added.left_out) fmt::print("left out {}\n", why);
    if (added.ids.empty()) throw InputError("none of the structures can be computed with these settings");
    fmt::print("{} structures: {} new in the queue, {} were there{}\n", frames.size(), added.n_new,
               static_cast<std::int64_t>(added.ids.size()) - added.n_new,
               added.left_out.empty() ? "" : fmt::format(", {} left out", added.left_out.size()));
  }
};

/// How to work the queue off.
struct LabelRun {
  int slots = 1;
  bool background = false, keep = false, slurm = false;
  std::string program, json, output;
  std::optional<std::int64_t> max_labels;
  std::optional<double> max_hours;

  void add_to(CLI::App& command) {
    command.add_option("--slots", slots, "Labels computed side by side")->capture_default_str();
    command.add_flag("--background,--nice", background, "At idle priority: take only time nothing else wants");
    command.add_flag("--keep", keep, "Keep inputs and outputs of what gave a label (kept anyway where none came)");
    command.add_flag("--slurm", slurm, "Submit jobs to Slurm; --slots is how many at a time");
    command.add_option("--program", program, "With --slurm: this program, where nodes find it elsewhere");
    command.add_option("--max-labels", max_labels, "End after so many new labels");
    command.add_option("--max-hours", max_hours, "Begin no label after so many hours");
    command.add_option("--output", output, "At the end write all labels of the queue here (extended XYZ, ...)");
    command.add_option("--json", json, "Also write the result to this file, for machines");
  }
  void work(dft::Queue& queue) const;
};

std::int64_t export_labels(const dft::Queue& queue, const std::string& file) {
  // All frames at once: a format that numbers species must know them all before the first is written.
  std::vector<Structure> frames;
  queue.for_each_label([&](const Structure& frame) { frames.push_back(frame); });
  if (frames.empty()) throw InputError(Location{queue.folder().string()}, "the queue holds no label yet");
  io::write_frames(file, frames);
  return static_cast<std::int64_t>(frames.size());
}

void LabelRun::work(dft::Queue& queue) const {
  if (slots < 1) throw InputError("--slots must be 1 or more");
  dft::RunOptions options;
  options.slots = static_cast<std::size_t>(slots);
  options.background = background;
  options.keep_folders = keep;
  options.slurm = slurm;
  options.program = program;
  options.max_labels = max_labels;
  if (max_hours) options.max_seconds = 3600 * *max_hours;
  const dft::RunSummary summary = dft::run_queue(queue, options, terminal_session());
  const dft::JobCounts counts = queue.counts();
  fmt::print("{} labels computed in {} ({} of CPU time), {} structures without; the queue holds {} labels{}\n",
             summary.n_done, format_duration(summary.wall_seconds), format_duration(summary.cpu_seconds),
             summary.n_failed, counts.done,
             summary.budget_spent ? fmt::format(", {} structures still wait", counts.pending) : "");
  if (counts.failed > 0) fmt::print("vitrion label status {} says why structures have none\n", queue.folder().string());
  if (!output.empty()) fmt::print("wrote {}: {} frames\n", output, export_labels(queue, output));
  RunOptions{.threads = 0, .json = json}.write_json(table_json(queue));
}

void add_run_command(CLI::App& label) {
  auto folder = std::make_shared<std::string>();
  auto run = std::make_shared<LabelRun>();
  CLI::App* sub = label.add_subcommand("run", "Work a queue off, or help those who do");
  sub->add_option("queue", *folder, "Folder of the queue")->required();
  run->add_to(*sub);
  sub->callback([folder, run] {
    dft::Queue queue(*folder);
    run->work(queue);
  });
}

void add_add_command(CLI::App& label) {
  auto folder = std::make_shared<std::string>();
  auto input = std::make_shared<LabelInput>();
  CLI::App* sub = label.add_subcommand("add", "Add structures to a queue; compute nothing yet");
  sub->add_option("queue", *folder, "Folder of the queue; made where there is none")->required();
  sub->add_option("data", input->files, "Structures, in any format")->required();
  input->add_to(*sub);
  sub->callback([folder, input] {
    dft::Queue queue(*folder, true);
    input->add_to(queue);
  });
}

void add_queue_status_command(CLI::App& label) {
  struct Status {
    std::string folder;
    bool jobs = false;
    RunOptions run;
  };
  auto status = std::make_shared<Status>();
  CLI::App* sub = label.add_subcommand("status", "How far a queue is, what failed and why, what labels cost");
  sub->add_option("queue", status->folder, "Folder of the queue")->required();
  sub->add_flag("--jobs", status->jobs, "One line for every job");
  sub->add_option("--json", status->run.json, "Also write it to this file, for machines");
  sub->callback([status] {
    const dft::Queue queue(status->folder);
    print_table(queue, status->jobs);
    status->run.write_json(table_json(queue));
  });
}

void add_export_command(CLI::App& label) {
  auto names = std::make_shared<std::pair<std::string, std::string>>();
  CLI::App* sub = label.add_subcommand("export", "Write all labels of a queue as one file");
  sub->add_option("queue", names->first, "Folder of the queue")->required();
  sub->add_option("output", names->second, "File; its name tells the format")->required();
  sub->callback([names] {
    const std::int64_t n = export_labels(dft::Queue(names->first), names->second);
    fmt::print("wrote {}: {} frames\n", names->second, n);
  });
}

struct ChangeCommand {
  std::string folder;
  std::vector<std::int64_t> ids;

  void add_to(CLI::App& sub) {
    sub.add_option("queue", folder, "Folder of the queue")->required();
    sub.add_option("jobs", ids, "Numbers of jobs, as status names them (default: all)");
  }
};

void add_retry_command(CLI::App& label) {
  auto what = std::make_shared<ChangeCommand>();
  CLI::App* sub = label.add_subcommand("retry", "Let failed and cancelled jobs wait again");
  what->add_to(*sub);
  sub->callback([what] {
    dft::Queue queue(what->folder);
    fmt::print("{} jobs wait again\n", queue.retry(what->ids));
  });
}

/// Jobs that can be cancelled: those named, or all.
std::vector<dft::JobInfo> cancellable(const dft::Queue& queue, const std::vector<std::int64_t>& ids) {
  std::vector<dft::JobInfo> jobs = queue.jobs();
  std::erase_if(jobs, [&](const dft::JobInfo& job) {
    const bool named = ids.empty() || std::find(ids.begin(), ids.end(), job.id) != ids.end();
    return !named || (job.state != dft::JobState::running && job.state != dft::JobState::pending);
  });
  return jobs;
}

std::string numbers_of(const std::vector<dft::JobInfo>& jobs, dft::JobState state) {
  std::vector<std::string> numbers;
  for (const dft::JobInfo& job : jobs)
    if (job.state == state) numbers.push_back(std::to_string(job.id));
  constexpr std::size_t most = 20;
  const std::size_t n = numbers.size();
  if (n > most) numbers.resize(most);
  return fmt::format("{}{}", fmt::join(numbers, ", "), n > most ? fmt::format(", ... ({} jobs)", n) : "");
}

// Work may be lost: what is about to be ended is said before, with the time spent on it, and what became of it after.
void cancel_jobs(const ChangeCommand& what) {
  dft::Queue queue(what.folder);
  const std::vector<dft::JobInfo> before = cancellable(queue, what.ids);
  const std::string running = numbers_of(before, dft::JobState::running),
                    pending = numbers_of(before, dft::JobState::pending);
  if (!running.empty()) fmt::print("running, and to be ended: {}\n", running);
  if (!pending.empty()) fmt::print("pending, and to be taken out: {}\n", pending);
  std::fflush(stdout);
  std::vector<std::int64_t> ids;
  for (const dft::JobInfo& job : before) ids.push_back(job.id);
  // By number: what another process adds or starts meanwhile was not named above.
  const std::int64_t n = ids.empty() ? 0 : queue.cancel(ids);
  fmt::print(
      "{} jobs cancelled{}\n", n,
      running.empty() ? "" : "; whoever computes the running ones ends them within seconds, and their work is lost");
  if (n > 0) fmt::print("`vitrion label retry {}` lets cancelled jobs wait again\n", what.folder);
}

void add_cancel_command(CLI::App& label) {
  auto what = std::make_shared<ChangeCommand>();
  CLI::App* sub = label.add_subcommand("cancel", "Take jobs out: pending ones, and running ones, which are ended");
  what->add_to(*sub);
  sub->footer(
      "Examples:\n"
      "  vitrion label cancel labels 7 8     these two\n"
      "  vitrion label cancel labels         all that wait or run\n"
      "Names the jobs, those that run first; jobs that are done or failed stay as they are.");
  sub->callback([what] { cancel_jobs(*what); });
}

void add_job_command(CLI::App& label) {
  auto folder = std::make_shared<std::string>();
  CLI::App* sub = label.add_subcommand("job", "Compute the one label whose job.json lies in a folder: what Slurm runs");
  sub->add_option("folder", *folder, "Folder of the job")->required();
  sub->callback([folder] {
    const dft::JobResult result = dft::run_job_folder(*folder, terminal_session());
    fmt::print("{}\n", result.label ? "label computed" : "no label: " + result.reason());
  });
}

void add_aimd_command(CLI::App& label) {
  struct Aimd {
    std::string file;
    std::vector<std::string> overrides;
  };
  auto aimd = std::make_shared<Aimd>();
  CLI::App* sub = label.add_subcommand("aimd", "Ab initio molecular dynamics with CP2K: melts and quenches to label");
  sub->add_option("config", aimd->file, "Settings (YAML); docs/label.md lists the keys")->required();
  sub->add_option("overrides", aimd->overrides, "key=value, for single settings: method=dft output=melt-2");
  sub->footer(
      "Settings, for example aimd.yaml:\n"
      "  structure: packed.extxyz\n"
      "  method: gfn1-xtb\n"
      "  stages: [{temperature_K: 2500, steps: 4000}, {temperature_K: 1500, steps: 2000}, {temperature_K: 300, steps: "
      "2000}]\n\n"
      "Examples:\n"
      "  vitrion label aimd aimd.yaml;  vitrion label aimd/3-300K.extxyz --frames ::20 --queue labels\n"
      "Killed or stopped at any moment, the same command goes on from the last restart file.");
  sub->callback([aimd] {
    Config config = Config::load(aimd->file, aimd->overrides);
    const dft::AimdResult result = dft::run_aimd(dft::read_aimd_options(config), terminal_session());
    for (const fs::path& file : result.trajectories) fmt::print("wrote {}\n", file.string());
    if (result.n_unconverged > 0)
      fmt::print("warning: {} steps without self-consistency; frames of their stages carry no energies and forces\n",
                 result.n_unconverged);
  });
}

}  // namespace

void add_label(CLI::App& app) {
  struct Label {
    std::string folder = "labels";
    LabelInput input;
    LabelRun run;
  };
  auto command = std::make_shared<Label>();
  CLI::App* sub = app.add_subcommand("label", "DFT energies, forces, stresses of structures, by CP2K or VASP");
  sub->add_option("data", command->input.files, "Structures, in any format");
  sub->add_option("--queue", command->folder, "Folder of the queue; made where there is none")->capture_default_str();
  command->input.add_to(*sub);
  command->run.add_to(*sub);
  sub->require_subcommand(0, 1);
  add_add_command(*sub);
  add_run_command(*sub);
  add_queue_status_command(*sub);
  add_export_command(*sub);
  add_retry_command(*sub);
  add_cancel_command(*sub);
  add_job_command(*sub);
  add_aimd_command(*sub);
  sub->footer(
      "Examples:\n"
      "  vitrion label new.extxyz --queue labels --slots 2                  CP2K, settings of the LiPON dataset\n"
      "  vitrion label new.extxyz --queue labels --settings cp2k.yaml --background --output labelled.extxyz\n"
      "  vitrion label run labels --max-hours 8                             go on with what waits\n"
      "  vitrion label add labels more.extxyz --skip-unfit; vitrion label run labels --slurm --slots 50\n"
      "  vitrion label status labels --jobs;  vitrion label export labels labelled.extxyz\n"
      "Killed at any moment, the same command goes on and loses at most what was being computed. A structure the "
      "queue\n"
      "knows is never computed twice. docs/label.md lists the settings.");
  sub->callback([command, sub] {
    if (!sub->get_subcommands().empty()) return;
    if (command->input.files.empty())
      throw InputError("vitrion label needs structures, or one of its commands", "vitrion label --help shows both.");
    dft::Queue queue(command->folder, true);
    command->input.add_to(queue);
    command->run.work(queue);
  });
}

}  // namespace vitrion::cli
