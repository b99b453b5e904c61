#include "vitrion/learn/loop.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "vitrion/core/error.hpp"
#include "vitrion/core/file.hpp"
#include "vitrion/core/folder_lock.hpp"
#include "vitrion/dft/queue.hpp"
#include "vitrion/io/frames.hpp"
#include "vitrion/learn/frames.hpp"
#include "vitrion/learn/plan.hpp"
#include "vitrion/study/runner.hpp"

namespace vitrion::learn {
namespace {

namespace fs = std::filesystem;
using study::Stage;

constexpr double patience_seconds = 10;  // for a loop that was just killed to be gone

class Loop {
 public:
  Loop(const LearnOptions& options, fs::path folder, const std::string& program, const Session& session,
       std::function<void(const History&)> after_step)
      : o_(options),
        folder_(std::move(folder)),
        planner_(options, program),
        session_(session),
        submit_(study::submission(options.executor, folder_, program)),
        after_step_(std::move(after_step)) {}

  History run();

 private:
  void make_seeds();
  void round();
  void train(RoundRecord& record);
  void explore(RoundRecord& record);
  void label(RoundRecord& record);
  bool is_clean(const RoundRecord& record) const;
  void end(LoopStatus status) { history_.status = status; }
  bool ended() const { return history_.status != LoopStatus::running; }
  void work(std::vector<Stage> stages, const std::string& what);
  void show() const;
  void write_results() const;
  void write_resources() const;
  std::optional<std::int64_t> labels_left() const;
  bool out_of_hours() const { return o_.budget.hours && hours_spent(folder_, o_.label.slots) >= *o_.budget.hours; }

  const LearnOptions& o_;
  fs::path folder_;
  Planner planner_;
  Session session_;
  std::vector<std::string> submit_;
  std::function<void(const History&)> after_step_;
  std::vector<Stage> stages_;  // all so far, in order
  History history_;
  std::vector<int> labelled_;     // rounds that gave labels
  int trained_ = -1;              // round of the potential at hand
  std::size_t trained_with_ = 0;  // how many of labelled_ it knows
  int clean_rounds_ = 0;
};

// All stages go to the runner every time: one of which a file was lost or changed is made again, with all that follow.
void Loop::work(std::vector<Stage> stages, const std::string& what) {
  stages_.insert(stages_.end(), std::make_move_iterator(stages.begin()), std::make_move_iterator(stages.end()));
  history_.now = what;
  show();
  study::run_stages(
      stages_, folder_,
      {.slots = o_.slots, .tell_done = false, .submit = submit_, .after_each = [&](const Stage&) { show(); }},
      session_);
}

void Loop::show() const {
  write_history(history_, folder_);
  if (after_step_) after_step_(history_);
}

std::optional<std::int64_t> Loop::labels_left() const {
  if (!o_.budget.labels) return std::nullopt;
  return std::max<std::int64_t>(0, *o_.budget.labels - static_cast<std::int64_t>(history_.n_asked()));
}

bool Loop::is_clean(const RoundRecord& record) const {
  return o_.goal.no_extrapolation ? record.n_above() == 0 && record.n_broken() == 0 : record.n_broken() == 0;
}

void Loop::train(RoundRecord& record) {
  const int r = static_cast<int>(history_.rounds.size());
  // Without new labels the potential would be the same.
  if (trained_ < 0 || trained_with_ < labelled_.size()) {
    work({planner_.train(r, labelled_)}, fmt::format("round {}: training", r));
    trained_ = r;
    trained_with_ = labelled_.size();
  }
  record = read_training(folder_, r, trained_);
}

void Loop::explore(RoundRecord& record) {
  work(planner_.explore(record.round, record.trained), fmt::format("round {}: exploring", record.round));
  read_runs(folder_, o_, record);
}

void Loop::label(RoundRecord& record) {
  write_resources();
  work({planner_.label(record.round)}, fmt::format("round {}: labelling", record.round));
  read_labels(folder_, record);
  if (record.n_labels > 0) labelled_.push_back(record.round);
}

void Loop::make_seeds() {
  write_resources();
  work({planner_.build_seeds(), planner_.label_seeds()}, "building and labelling the first structures");
  history_.seeds = read_seeds(folder_);
  session_.say(
      fmt::format("{} structures built, {} of them labelled", history_.seeds->n_built, history_.seeds->n_labels));
}

void Loop::round() {
  RoundRecord fresh;
  train(fresh);
  history_.rounds.push_back(std::move(fresh));
  RoundRecord& record = history_.rounds.back();
  session_.say(fmt::format("round {}: {} training frames, validation {:.2f} meV/atom, {:.4f} eV/Å", record.round,
                           record.n_training, record.validation.energy, record.validation.force));
  write_results();
  if (record.round >= o_.budget.rounds) return end(LoopStatus::out_of_rounds);
  if (out_of_hours()) return end(LoopStatus::out_of_hours);

  explore(record);
  session_.say(fmt::format("round {}: {} of {} runs broke; {} of {} looks beyond the potential, highest grade {:.3g}",
                           record.round, record.n_broken(), record.runs.size(), record.n_above(), record.n_looks(),
                           record.highest_grade()));
  clean_rounds_ = is_clean(record) ? clean_rounds_ + 1 : 0;
  if (clean_rounds_ >= o_.goal.rounds_in_a_row) return end(LoopStatus::converged);
  const std::int64_t most = std::min(o_.select.most, labels_left().value_or(o_.select.most));
  if (most == 0) return end(LoopStatus::out_of_labels);
  if (out_of_hours()) return end(LoopStatus::out_of_hours);

  work({planner_.select(record.round, record.trained, most)}, fmt::format("round {}: selecting", record.round));
  read_selection(folder_, record);
  if (record.n_chosen > 0) label(record);
  write_results();
  session_.say(fmt::format("round {}: {} candidates, {} chosen, {} labelled, {} failed", record.round,
                           record.n_candidates, record.n_chosen, record.n_labels, record.failures.size()));
  // Where time was up before a label was begun, more time may help.
  if (record.n_labels == 0 && record.n_not_begun == 0 && !is_clean(record)) end(LoopStatus::stalled);
}

History Loop::run() {
  const FolderLock lock(folder_ / "state", patience_seconds);
  if (planner_.makes_seeds()) make_seeds();
  work({planner_.prepare()}, "setting validation frames aside");
  while (!ended()) round();
  history_.now.clear();
  write_results();
  show();
  return history_;
}

// Slots, priority and the time left: what no result depends on, so that they may change from one start to the next.
void Loop::write_resources() const {
  std::string text =
      fmt::format("slots: {}\nbackground: {}\nslurm: {}\n", o_.label.slots, o_.label.background, o_.label.slurm);
  if (o_.budget.hours)
    text += fmt::format("hours_left: {:.6f}\n", std::max(0.0, *o_.budget.hours - hours_spent(folder_, o_.label.slots)));
  write_file_atomically(folder_ / "resources.yaml", text);
}

void Loop::write_results() const {
  const fs::path trained = folder_ / folder_of(trained_, "train");
  fs::path card = o_.potential;
  card.replace_extension(".card.json");
  for (const fs::path& name : {fs::path(o_.potential), card})
    write_file_atomically(folder_ / name, read_file(trained / name));
  fs::create_directories(folder_ / "training");
  for (const char* name : {"result.json", "section.json"})
    write_file_atomically(folder_ / "training" / name, read_file(trained / name));
  std::vector<Structure> dataset = io::read_frames(folder_ / "prepare" / "train.extxyz");
  for (const int r : labelled_)
    for (Structure& frame : read_frames_or_none(folder_ / folder_of(r, "label") / "labels.extxyz"))
      dataset.push_back(std::move(frame));
  io::write_frames(folder_ / "dataset.extxyz", dataset);
  write_file_atomically(folder_ / "validation.extxyz", read_file(folder_ / "prepare" / "validation.extxyz"));
}

}  // namespace

double hours_spent(const fs::path& folder, int label_slots) {
  double seconds = 0;
  const study::StudyState state = study::StudyState::load(folder);
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    const study::StageRecord* record = state.find(name);
    // Labels count one by one: a step of weeks would not count before its end.
    if (record != nullptr && !name.ends_with("-label")) seconds += record->seconds;
  }
  if (fs::exists(folder / "labels" / "queue.sqlite"))
    for (const dft::JobInfo& job : dft::Queue(folder / "labels").jobs()) seconds += job.wall_seconds / label_slots;
  return seconds / 3600;
}

History run_loop(const LearnOptions& options, const fs::path& folder, const std::string& program,
                 const Session& session, const std::function<void(const History&)>& after_step) {
  fs::create_directories(folder);
  const std::unique_ptr<dft::Engine> engine = dft::make_engine(options.label.settings);
  if (!options.label.slurm) engine->require_program();
  study::import_files(options.imports.files(), folder);
  return Loop(options, folder, program, session, after_step).run();
}

}  // namespace vitrion::learn
