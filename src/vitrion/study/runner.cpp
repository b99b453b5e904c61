#include "vitrion/study/runner.hpp"

#include <fmt/format.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): of POSIX, not of C
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>
#include <thread>

#include "vitrion/core/error.hpp"
#include "vitrion/core/file.hpp"
#include "vitrion/core/folder_lock.hpp"
#include "vitrion/core/json.hpp"
#include "vitrion/core/process.hpp"
#include "vitrion/core/text.hpp"
#include "vitrion/jobs/submitted.hpp"

namespace vitrion::study {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr const char* key_name = ".key";  // in a stage's folder: what the work in it was started with
constexpr double patience_seconds = 10;   // for the children of a killed run to be gone

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

std::string started_key(const fs::path& stage_folder) {
  return fs::exists(stage_folder / key_name) ? read_file(stage_folder / key_name) : std::string{};
}

// The last `count` lines of a file, from at most its last 4 KiB; none when there is no file.
std::vector<std::string> last_lines(const fs::path& file, std::size_t count) {
  std::ifstream in(file, std::ios::binary | std::ios::ate);
  if (!in) return {};
  const auto size = static_cast<std::size_t>(in.tellg());
  in.seekg(static_cast<std::streamoff>(size - std::min<std::size_t>(size, 4096)));
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  if (lines.size() > count) lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(count));
  return lines;
}

std::string join_lines(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += "  " + line + "\n";
  return text;
}

// What an analysis says for the whole study to remember; null: nothing.
nlohmann::json outcome_in(const fs::path& result) {
  const nlohmann::json root = parse_json(read_file(result), {result.string()});
  return root.is_object() ? root.value("outcome", nlohmann::json()) : nlohmann::json();
}

void check_order(const std::vector<Stage>& stages) {
  std::set<std::string> known;
  for (const Stage& stage : stages) {
    for (const std::string& before : stage.after)
      if (known.count(before) == 0)
        throw InputError("stage \"" + stage.name + "\" follows \"" + before + "\", which does not stand before it");
    if (!known.insert(stage.name).second) throw InputError("two stages are called \"" + stage.name + "\"");
  }
}

// One run over the stages: who is done, who is running, who may start.
class Run {
 public:
  Run(const std::vector<Stage>& stages, const fs::path& folder, const RunnerOptions& options, const Session& session)
      : stages_(stages), folder_(folder), options_(options), session_(session), state_(StudyState::load(folder)) {}

  void all() {
    try {
      while (done_.size() < stages_.size()) {
        session_.check_stop();
        start_ready();
        wait_for_one();
        show_status();
      }
    } catch (...) {
      end_children();
      session_.status({});
      throw;
    }
    session_.status({});
    write_manifest();
  }

 private:
  struct Child {
    const Stage* stage;
    std::string key;
    Clock::time_point start;
  };

  bool may_start(const Stage& stage) const {
    if (done_.count(stage.name) != 0) return false;
    for (const auto& [process, child] : running_)
      if (child.stage == &stage) return false;
    return std::all_of(stage.after.begin(), stage.after.end(),
                       [&](const std::string& s) { return done_.count(s) != 0; });
  }

  int free_slots() const {
    int used = 0;
    for (const auto& [process, child] : running_) used += child.stage->slots;
    return options_.slots - used;
  }

  void start_ready() {
    for (const Stage& stage : stages_) {
      if (!may_start(stage)) continue;
      // A stage that wants more slots than exist runs alone.
      if (std::min(stage.slots, options_.slots) > free_slots()) continue;
      const std::string key = stage_key(stage, folder_);
      if (up_to_date(state_.find(stage.name), key, folder_ / stage.name)) {
        if (options_.tell_done) say(fmt::format("{}: up to date", stage.name));
        done_.insert(stage.name);
        continue;
      }
      start(stage, key);
    }
  }

  std::vector<std::string> submitted(const Stage& stage) const {
    std::vector<std::string> command = options_.submit;
    for (std::string& word : command)
      if (word == "{}") word = std::to_string(stage.slots);
    command.insert(command.end(), stage.command.begin(), stage.command.end());
    return command;
  }

  void start(const Stage& stage, const std::string& key) {
    const fs::path stage_folder = folder_ / stage.name;
    const bool resumes = started_key(stage_folder) == key;
    const bool elsewhere = stage.is_long && !options_.submit.empty();
    if (!resumes || !elsewhere) jobs::cancel_left_in(stage_folder);
    if (!resumes && !stage.incremental) fs::remove_all(stage_folder);
    fs::create_directories(stage_folder);
    for (const auto& [name, content] : stage.files) write_file_atomically(stage_folder / name, content);
    write_file_atomically(stage_folder / key_name, key);
    say(fmt::format("{}: {}{}", stage.name, stage.title, resumes ? " (goes on where it was)" : ""));
    const std::vector<std::string> command = elsewhere ? submitted(stage) : stage.command;
    running_[start_process(command, stage_folder, stage_folder / "log.txt")] = {&stage, key, Clock::now()};
  }

  void wait_for_one() {
    const Clock::time_point start = Clock::now();
    while (!running_.empty() && seconds_since(start) < 0.5) {
      if (const std::optional<Ended> ended = poll_processes()) {
        finish(*ended);
        return;
      }
      session_.check_stop();
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  }

  void finish(const Ended& ended) {
    const auto found = running_.find(ended.process);
    if (found == running_.end()) return;
    const Child child = found->second;
    running_.erase(found);
    const Stage& stage = *child.stage;
    const fs::path stage_folder = folder_ / stage.name;
    if (!ended.succeeded)
      throw std::runtime_error(fmt::format("stage \"{}\" ended with {}. The end of {}:\n{}", stage.name, ended.how,
                                           (stage_folder / "log.txt").string(),
                                           join_lines(last_lines(stage_folder / "log.txt", 12))));
    StageRecord record{child.key, {}, seconds_since(child.start)};
    for (const std::string& output : stage.outputs) {
      if (!fs::exists(stage_folder / output))
        throw std::runtime_error(
            fmt::format("stage \"{}\" ended well but left no {}", stage.name, (stage_folder / output).string()));
      record.outputs[output] = content_hash_of_file(stage_folder / output);
    }
    say(fmt::format("{}: done in {}", stage.name, format_duration(record.seconds)));
    state_.set(stage.name, std::move(record));
    state_.save(folder_);
    done_.insert(stage.name);
    if (options_.after_each) options_.after_each(stage);
  }

  void end_children() {
    for (const auto& [process, child] : running_) ::kill(process, SIGTERM);
    const Clock::time_point start = Clock::now();
    while (!running_.empty()) {
      if (const std::optional<Ended> ended = poll_processes())
        running_.erase(ended->process);
      else if (seconds_since(start) > patience_seconds)
        for (const auto& [process, child] : running_) ::kill(process, SIGKILL);
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
  }

  void write_manifest() {
    nlohmann::json manifest;
    for (const Stage& stage : stages_) {
      const StageRecord* record = state_.find(stage.name);
      manifest[stage.name] = {{"key", record->key}, {"outputs", record->outputs}};
      if (record->outputs.count("result.json") == 0) continue;
      const nlohmann::json outcome = outcome_in(folder_ / stage.name / "result.json");
      if (outcome.is_null()) continue;
      manifest[stage.name]["outcome"] = outcome;
      if (outcome.contains("warning"))
        session_.say(fmt::format("warning: {}: {}", stage.name, outcome.at("warning").get<std::string>()));
    }
    write_file_atomically(folder_ / "manifest.json", json_text(manifest, 1) + "\n");
  }

  void say(const std::string& line) { session_.say(fmt::format("[{}/{}] {}", done_.size(), stages_.size(), line)); }

  void show_status() const {
    if (running_.empty()) return;
    std::string line;
    for (const auto& [process, child] : running_) {
      const std::vector<std::string> last = last_lines(folder_ / child.stage->name / "log.txt", 1);
      line += fmt::format("{}{}: {}", line.empty() ? "" : " | ", child.stage->name, last.empty() ? "" : last[0]);
    }
    session_.status(line);
  }

  const std::vector<Stage>& stages_;
  const fs::path& folder_;
  const RunnerOptions& options_;
  Session session_;
  StudyState state_;
  std::set<std::string> done_;
  std::map<pid_t, Child> running_;
};

}  // namespace

std::vector<std::string> submission(const jobs::Executor& executor, const fs::path& folder,
                                    const std::string& program) {
  if (executor.slurm) jobs::Slurm(folder, "Run this where jobs are submitted, or leave out \"executor\".");
  write_file_atomically(folder / "executor.yaml", executor.yaml);
  if (!executor.slurm) return {};
  return {program, "submit", "../executor.yaml", "--cpus", "{}", "--"};
}

std::vector<StageStatus> inspect(const std::vector<Stage>& stages, const fs::path& folder) {
  check_order(stages);
  const StudyState state = StudyState::load(folder);
  std::map<std::string, StageStatus> found;
  std::vector<StageStatus> list;
  for (const Stage& stage : stages) {
    const bool ready = std::all_of(stage.after.begin(), stage.after.end(),
                                   [&](const std::string& s) { return found[s] == StageStatus::done; }) &&
                       std::all_of(stage.inputs.begin(), stage.inputs.end(),
                                   [&](const std::string& f) { return fs::exists(folder / f); });
    StageStatus status = StageStatus::waiting;
    if (ready) {
      const std::string key = stage_key(stage, folder);
      const std::string started = started_key(folder / stage.name);
      if (up_to_date(state.find(stage.name), key, folder / stage.name))
        status = StageStatus::done;
      else if (started == key && state.find(stage.name) == nullptr)
        status = StageStatus::resumes;
      else if (!started.empty())
        status = StageStatus::changed;
    }
    found[stage.name] = status;
    list.push_back(status);
  }
  return list;
}

void run_stages(const std::vector<Stage>& stages, const fs::path& folder, const RunnerOptions& options,
                const Session& session) {
  check_order(stages);
  const FolderLock lock(folder, patience_seconds, FolderLock::Children::hold_it_too);
  Run(stages, folder, options, session).all();
}

}  // namespace vitrion::study
