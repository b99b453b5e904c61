#include "vitrion/dft/job.hpp"

#include <fmt/format.h>

#include <chrono>
#include <nlohmann/json.hpp>

#include "vitrion/core/file.hpp"
#include "vitrion/core/json.hpp"
#include "vitrion/core/process.hpp"
#include "vitrion/dft/structure_json.hpp"

namespace vitrion::dft {
namespace {

using Json = nlohmann::json;
namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

/// Runs the programs of a try in order, until one fails. Adds to `t` what they cost and, where one failed, how.
void run_programs(const std::vector<Invocation>& programs, const fs::path& folder, double limit_seconds,
                  bool background, const std::function<bool()>& stop, Try& t) {
  for (const Invocation& program : programs) {
    const Clock::time_point start = Clock::now();
    const pid_t child = start_process(program.command, folder, folder / "log.txt", {program.environment, background});
    const Ended ended = wait_for_process(child, limit_seconds, stop);
    t.cpu_seconds += ended.cpu_seconds;
    if (stop()) return;
    if (ended.succeeded) continue;
    if (ended.exit_code == 126 || ended.exit_code == 127)
      throw std::runtime_error(
          fmt::format("{} could not be started in {} ({})", program.command[0], folder.string(), ended.how));
    t.reason = seconds_since(start) > limit_seconds
                   ? fmt::format("{} was ended after {:.0f} minutes", program.command[0], limit_seconds / 60)
                   : fmt::format("{} ended with {}", program.command[0], ended.how);
    return;
  }
}

void remove_scratch(const Engine& engine, const fs::path& folder) {
  for (const std::string& name : engine.scratch_files()) {
    std::error_code ignored;
    fs::remove(folder / name, ignored);
  }
}

}  // namespace

std::optional<JobResult> run_job(const Engine& engine, const Structure& structure, const fs::path& folder,
                                 double limit_seconds, bool background, const std::function<bool()>& stop) {
  JobResult result;
  const std::vector<std::string> names = engine.tries();
  for (std::size_t i = 0; i < names.size(); ++i) {
    const Clock::time_point start = Clock::now();
    const fs::path place = folder / fmt::format("{}-{}", i + 1, names[i]);
    // An engine may append to what it finds.
    fs::remove_all(place);
    fs::create_directories(place);
    Try t{names[i], "", 0, 0};
    run_programs(engine.prepare(structure, i, place), place, limit_seconds, background, stop, t);
    if (stop()) return std::nullopt;
    try {
      // Also after a program failed: its output may say why, or be complete.
      result.label = engine.read(structure, i, place);
      t.reason.clear();
    } catch (const NoLabel& e) {
      t.reason = t.reason.empty() ? e.what() : t.reason + " (" + e.what() + ")";
    }
    t.wall_seconds = seconds_since(start);
    result.tries.push_back(t);
    remove_scratch(engine, place);
    if (result.label) break;
  }
  return result;
}

void write_job_folder(const ClaimedJob& job, const fs::path& folder) {
  const Json j{
      {"settings", job.settings.yaml}, {"settings_file", job.settings.file}, {"structure", to_json(job.structure)}};
  write_file_atomically(folder / "job.json", json_text(j, 1) + "\n");
}

std::optional<JobResult> result_in(const fs::path& folder) {
  if (!fs::exists(folder / "result.json")) return std::nullopt;
  try {
    return result_from_json(Json::parse(read_file(folder / "result.json")));
  } catch (const Json::exception& e) {
    throw InputError(Location{(folder / "result.json").string()}, e.what());
  }
}

JobResult run_job_folder(const fs::path& folder, const Session& session) {
  if (std::optional<JobResult> result = result_in(folder)) return *result;
  const fs::path file = folder / "job.json";
  Settings settings;
  Structure structure;
  try {
    const Json j = Json::parse(read_file(file));
    settings = {j.at("settings").get<std::string>(), j.at("settings_file").get<std::string>()};
    structure = structure_from_json(j.at("structure"));
  } catch (const Json::exception& e) {
    throw InputError(Location{file.string()}, e.what());
  }
  const std::unique_ptr<Engine> engine = make_engine(settings);
  engine->require_program();

  const std::optional<JobResult> result = run_job(*engine, structure, folder, time_limit_seconds(settings), false,
                                                  [&] { return session.stop_requested(); });
  if (!result) throw Interrupted();
  write_file_atomically(folder / "result.json", json_text(to_json(*result), 1) + "\n");
  return *result;
}

}  // namespace vitrion::dft
