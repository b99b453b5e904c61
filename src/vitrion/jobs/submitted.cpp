#include "vitrion/jobs/submitted.hpp"

#include <fmt/format.h>

#include <cctype>
#include <chrono>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <thread>

#include "vitrion/core/error.hpp"
#include "vitrion/core/file.hpp"
#include "vitrion/core/json.hpp"
#include "vitrion/core/result.hpp"
#include "vitrion/core/text.hpp"

namespace vitrion::jobs {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr const char* remedy = "Run this where jobs are submitted, or leave out \"executor\".";
constexpr std::size_t longest_name = 80;  // of a folder, in the name of its job
constexpr double patience_seconds = 8;    // of one that was asked to stop, for its job to end
constexpr double eviction_seconds = 120;  // for a job that nobody wants to be gone

/// What a waiting process must know when it is started again.
struct Record {
  int submission = 0;      ///< counts from 0
  std::string number;      ///< Slurm's; empty: it was being submitted
  bool cancelled = false;  ///< by us: its end says nothing
};

fs::path record_file(const fs::path& folder) {
  return folder / ".slurm" / "job.json";
}

std::optional<Record> read_record(const fs::path& folder) {
  if (!fs::exists(record_file(folder))) return std::nullopt;
  const nlohmann::json j = unsealed(read_json(record_file(folder)), {record_file(folder).string()});
  return Record{j.value("submission", 0), j.value("number", std::string()), j.value("cancelled", false)};
}

void write_record(const fs::path& folder, const Record& r) {
  const nlohmann::json j{{"submission", r.submission}, {"number", r.number}, {"cancelled", r.cancelled}};
  write_file_atomically(record_file(folder), json_text(sealed(j)) + "\n");
}

/// Tells the job among all of Slurm's, so that it is found again though its number was lost.
std::string job_name(const fs::path& folder, int submission) {
  const fs::path whole = fs::weakly_canonical(folder);
  // It stands in a line of the script and in lists of Slurm's: of the folder's name only what is plain there.
  std::string name = whole.filename().string().substr(0, longest_name);
  for (char& c : name)
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '-' && c != '_' && c != '.') c = '_';
  return fmt::format("vitrion-{}-{}-{}", content_hash(whole.string()).substr(0, 8), name, submission);
}

std::string command_line(const std::vector<std::string>& command) {
  std::string line;
  for (const std::string& word : command) line += shell_quoted(word) + " ";
  return line;
}

// Slurm signals the command as well as its shell, which must live on to tell how the command ended.
std::string script_of(const std::vector<std::string>& command, const fs::path& folder, const SlurmSettings& settings,
                      int submission) {
  return script_head(settings, job_name(folder, submission), "log.txt", settings.minutes) + "trap : TERM\n" +
         command_line(command) +
         "&\n"
         "child=$!\n"
         "wait $child; code=$?\n"
         "while kill -0 $child 2> /dev/null; do wait $child; code=$?; done\n"
         "echo $code > .slurm/exit.new && mv .slurm/exit.new .slurm/exit\n"
         "exit $code\n";
}

/// The exit code that the job's shell left; nothing while there is none.
std::optional<std::int64_t> exit_code_in(const fs::path& folder) {
  const fs::path file = folder / ".slurm" / "exit";
  return fs::exists(file) ? parse_integer(trim(read_file(file))) : std::nullopt;
}

void sleep_seconds(double seconds) {
  std::this_thread::sleep_for(std::chrono::duration<double>(seconds));
}

class Waiter {
 public:
  Waiter(const std::vector<std::string>& command, const fs::path& folder, const SlurmSettings& settings,
         const Session& session)
      : command_(command),
        folder_(fs::absolute(folder)),
        settings_(settings),
        session_(session),
        slurm_(folder_ / ".slurm", remedy) {}

  void run() {
    attach();
    while (!has_ended()) pause();
    fs::remove(record_file(folder_));
  }

 private:
  void attach();
  void submit(int submission);
  bool has_ended();
  bool gave_its_result();
  void pause();
  void cancel();
  [[noreturn]] void fail(std::optional<std::int64_t> code);

  const std::vector<std::string>& command_;
  fs::path folder_;
  const SlurmSettings& settings_;
  Session session_;
  Slurm slurm_;
  Record record_;
  std::string state_ = "PENDING";
  int polls_without_result_ = 0;
};

void Waiter::attach() {
  std::optional<Record> left = read_record(folder_);
  if (left && left->cancelled) {
    cancel_left_in(folder_);
    left.reset();
  }
  // A process killed just after sbatch left a job whose number nobody wrote down.
  if (left && left->number.empty()) left->number = slurm_.find(job_name(folder_, left->submission));
  if (!left || (left->number.empty() && !exit_code_in(folder_))) return submit(left ? left->submission : 0);
  record_ = *left;
  session_.say(fmt::format("waits for job {} of Slurm, submitted before", record_.number));
}

void Waiter::submit(int submission) {
  fs::remove(folder_ / ".slurm" / "exit");
  const fs::path script = folder_ / ".slurm" / "job.sh";
  write_file_atomically(script, script_of(command_, folder_, settings_, submission));
  record_ = {submission, "", false};
  write_record(folder_, record_);
  record_.number = slurm_.submit(script, folder_);
  write_record(folder_, record_);
  state_ = "PENDING";
  polls_without_result_ = 0;
  session_.say(fmt::format("job {} of Slurm: submitted", record_.number));
}

bool Waiter::has_ended() {
  if (exit_code_in(folder_) == 0) return true;
  const std::string before = std::exchange(state_, slurm_.states({record_.number}).at(record_.number));
  if (state_ != before) session_.say(fmt::format("job {} of Slurm: {}", record_.number, state_));
  return is_final(state_) && gave_its_result();
}

/// Of a job that is over: false where there is another submission, or where a result may still show up.
bool Waiter::gave_its_result() {
  const std::optional<std::int64_t> code = exit_code_in(folder_);
  if (code == 0) return true;
  if (!code && (state_ == "COMPLETED" || state_ == lost) && ++polls_without_result_ < patience_polls) return false;
  const bool may_succeed = is_worth_another(state_) && !(code && state_ == lost);
  if (!may_succeed || record_.submission >= settings_.resubmissions) fail(code);
  submit(record_.submission + 1);
  return false;
}

void Waiter::fail(std::optional<std::int64_t> code) {
  const std::string number = record_.number;
  fs::remove(record_file(folder_));
  throw std::runtime_error(
      fmt::format("job {} of Slurm ended as {}{}{}. Its output is in {}.", number, state_,
                  code ? fmt::format(", its command with exit code {}", *code) : "",
                  record_.submission > 0 ? fmt::format(", after {} submissions", record_.submission + 1) : "",
                  (folder_ / "log.txt").string()));
}

void Waiter::pause() {
  const Clock::time_point start = Clock::now();
  while (std::chrono::duration<double>(Clock::now() - start).count() < settings_.poll_seconds) {
    if (session_.stop_requested()) {
      cancel();
      throw Interrupted();
    }
    sleep_seconds(std::min(0.1, settings_.poll_seconds));
  }
}

// The command saves its state when Slurm tells it to end. What does not end in time is waited for by the next start.
void Waiter::cancel() {
  session_.say(fmt::format("cancels job {} of Slurm", record_.number));
  record_.cancelled = true;
  write_record(folder_, record_);
  slurm_.cancel(record_.number);
  const Clock::time_point start = Clock::now();
  while (std::chrono::duration<double>(Clock::now() - start).count() < patience_seconds) {
    if (is_final(slurm_.states({record_.number}).at(record_.number))) {
      fs::remove(record_file(folder_));
      return;
    }
    sleep_seconds(std::min(0.5, settings_.poll_seconds));
  }
}

}  // namespace

Executor read_executor(Config& config) {
  Executor executor;
  if (!config.has("executor")) return executor;
  Config section = config.section("executor");
  executor.yaml = section.dump() + "\n";
  if (!section.has("slurm")) throw section.error("slurm", "\"executor\" names none", "Write executor: {slurm: {}}.");
  executor.slurm = read_slurm_settings(section.section("slurm"));
  return executor;
}

Executor read_executor_file(const fs::path& file) {
  if (!fs::exists(file)) return {};
  Config config = Config::load(file.string());
  Executor executor;
  executor.yaml = config.dump() + "\n";
  if (config.has("slurm")) executor.slurm = read_slurm_settings(config.section("slurm"));
  config.finish();
  return executor;
}

void run_as_job(const std::vector<std::string>& command, const fs::path& folder, const SlurmSettings& settings,
                const Session& session) {
  fs::create_directories(folder / ".slurm");
  Waiter(command, folder, settings, session).run();
}

void cancel_left_in(const fs::path& folder) {
  std::optional<Record> left = read_record(folder);
  if (!left) return;
  const Slurm slurm(fs::absolute(folder) / ".slurm", remedy);
  if (left->number.empty()) left->number = slurm.find(job_name(folder, left->submission));
  if (!left->number.empty()) {
    slurm.cancel(left->number);
    const Clock::time_point start = Clock::now();
    while (!is_final(slurm.states({left->number}).at(left->number))) {
      if (std::chrono::duration<double>(Clock::now() - start).count() > eviction_seconds)
        throw std::runtime_error(
            fmt::format("job {} of Slurm still works in {}, though it was cancelled", left->number, folder.string()));
      sleep_seconds(0.5);
    }
  }
  fs::remove(record_file(folder));
}

}  // namespace vitrion::jobs
