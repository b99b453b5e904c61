#include "vitrion/train/loop.hpp"

#include <fmt/format.h>

#include <fstream>
#include <stdexcept>

#include "vitrion/core/error.hpp"
#include "vitrion/core/progress.hpp"

namespace vitrion::train {
namespace {

namespace fs = std::filesystem;

class Loop {
 public:
  Loop(TrainingRun& run, const TrainOptions& options, std::string fingerprint, TrainResult& result,
       const Session& session)
      : run_(run), o_(options), fingerprint_(std::move(fingerprint)), result_(result), session_(session) {}

  void run();

 private:
  void set_aside_earlier_forms() const;
  void begin();
  bool resume(const Checkpoint& saved);
  void open_log();
  void step(Progress& progress);
  void save();

  TrainingRun& run_;
  const TrainOptions& o_;
  std::string fingerprint_;
  TrainResult& result_;
  Session session_;
  Stopwatch watch_;
  double saved_at_ = 0;
  std::ofstream log_;
  std::string said_;
};

// Earlier programs wrote a file of its own form for each kind of potential.
void Loop::set_aside_earlier_forms() const {
  for (const char* ending : {".json", ".safetensors"}) {
    fs::path file = result_.files.checkpoint;
    file += ending;
    if (!fs::exists(file)) continue;
    const fs::path old = set_aside_checkpoint(file);
    session_.say(fmt::format(
        "{} was written by an earlier version and cannot be gone on from: training starts anew. It is kept as {}.",
        file.string(), old.filename().string()));
  }
}

void Loop::begin() {
  const fs::path& file = result_.files.checkpoint;
  const std::optional<Checkpoint> saved = read_checkpoint(file);
  if (!saved) return set_aside_earlier_forms();
  if (resume(*saved)) return session_.say(fmt::format("Going on from {} of {}", run_.next_step(), file.string()));
  const fs::path old = set_aside_checkpoint(file);
  session_.say(fmt::format("{} is of other settings, data or version: training starts anew. That state is kept as {}.",
                           file.string(), old.filename().string()));
}

bool Loop::resume(const Checkpoint& saved) {
  if (saved.kind != o_.kind || saved.fingerprint != fingerprint_) return false;
  try {
    if (!run_.resume(saved)) return false;
  } catch (const nlohmann::json::exception&) {
    refuse_damaged_checkpoint(result_.files.checkpoint);
  } catch (const std::out_of_range&) {
    refuse_damaged_checkpoint(result_.files.checkpoint);
  }
  result_.log = saved.log;
  watch_ = Stopwatch(saved.seconds);
  return true;
}

void Loop::open_log() {
  fs::create_directories(fs::absolute(result_.files.log).parent_path());
  log_.open(result_.files.log);
  log_ << trainer_of(o_.kind).log_header << "\n";
  for (const std::string& line : result_.log) log_ << line << "\n";
}

void Loop::step(Progress& progress) {
  const FitStep step = run_.step(watch_);
  if (!step.log_line.empty()) {
    result_.log.push_back(step.log_line);
    log_ << step.log_line << "\n" << std::flush;
  }
  if (!step.said.empty()) said_ = step.said;
  progress.update(step.done, said_);
}

void Loop::save() {
  Checkpoint checkpoint{.kind = o_.kind, .fingerprint = fingerprint_, .log = result_.log, .seconds = watch_.seconds()};
  run_.save(checkpoint);
  write_checkpoint(result_.files.checkpoint, checkpoint);
  saved_at_ = checkpoint.seconds;
}

void Loop::run() {
  begin();
  open_log();
  saved_at_ = watch_.seconds();
  const Extent extent = run_.extent();
  Progress progress(session_, "train", extent.steps, extent.unit);
  while (run_.finished().empty()) {
    try {
      session_.check_stop();
      step(progress);
    } catch (const Interrupted&) {
      save();  // a step is done or not done, never half
      throw;
    }
    if (watch_.seconds() - saved_at_ >= o_.checkpoint_seconds) save();
  }
  save();
  result_.stopped_because = run_.finished();
  result_.seconds = watch_.seconds();
}

}  // namespace

void run_fit(TrainingRun& run, const TrainOptions& options, const std::string& fingerprint, TrainResult& result,
             const Session& session) {
  Loop(run, options, fingerprint, result, session).run();
}

}  // namespace vitrion::train
