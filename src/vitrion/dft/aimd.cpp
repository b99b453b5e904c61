#include "vitrion/dft/aimd.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>

#include "vitrion/core/file.hpp"
#include "vitrion/core/folder_lock.hpp"
#include "vitrion/core/process.hpp"
#include "vitrion/core/progress.hpp"
#include "vitrion/core/text.hpp"
#include "vitrion/dft/cp2k_input.hpp"
#include "vitrion/io/frames.hpp"

namespace vitrion::dft {
namespace {

namespace fs = std::filesystem;

/// The number of steps done when a restart file was written.
std::int64_t step_of_restart(const fs::path& file) {
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    const auto words = split_words(line);
    if (words.size() == 2 && words[0] == "STEP_START_VAL") return parse_integer(words[1]).value_or(0);
  }
  return 0;
}

std::int64_t occurrences(const std::string& text, const std::string& what) {
  std::int64_t n = 0;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + what.size())) ++n;
  return n;
}

/// One stage: its folder holds a folder part-1, part-2, ... for each time it was started.
class StageRun {
 public:
  StageRun(const AimdOptions& options, const AimdStage& stage, fs::path folder, fs::path before, const Session& session)
      : o_(options), stage_(stage), folder_(std::move(folder)), before_(std::move(before)), session_(session) {}

  void run();
  /// Steps without self-consistency in all parts.
  std::int64_t n_unconverged() const;
  std::vector<fs::path> parts() const;
  /// Where the stage ended.
  fs::path restart_file() const { return newest_restart().value_or(fs::path()); }

 private:
  fs::path part(std::size_t k) const { return folder_ / fmt::format("part-{}", k); }
  std::optional<fs::path> newest_restart() const;
  void run_part(const fs::path& place, std::int64_t before);

  const AimdOptions& o_;
  const AimdStage& stage_;
  fs::path folder_, before_;
  Session session_;
};

std::vector<fs::path> StageRun::parts() const {
  std::vector<fs::path> list;
  while (fs::exists(part(list.size() + 1))) list.push_back(part(list.size() + 1));
  return list;
}

std::optional<fs::path> StageRun::newest_restart() const {
  std::vector<fs::path> list = parts();
  std::reverse(list.begin(), list.end());
  for (const fs::path& place : list) {
    const fs::path file = place / fmt::format("{}-1.restart", cp2k_project);
    // A file that was being written when the run was killed lacks its end.
    if (fs::exists(file) && read_file(file).find("&END FORCE_EVAL") != std::string::npos) return file;
  }
  return std::nullopt;
}

void StageRun::run() {
  const std::optional<fs::path> newest = newest_restart();
  const std::int64_t done = newest ? step_of_restart(*newest) : 0;
  if (done >= stage_.steps) return;
  const fs::path place = part(parts().size() + 1);
  fs::create_directories(place);
  // CP2K cuts long paths: the file it starts from lies in its own folder.
  const fs::path from = newest ? *newest : before_;
  if (!from.empty()) fs::copy_file(from, place / "from.restart");
  write_file_atomically(place / "md.inp", aimd_input(o_, stage_, stage_.steps - done,
                                                     from.empty() ? "" : "from.restart", newest.has_value()));
  run_part(place, done);
  const std::optional<fs::path> reached = newest_restart();
  if (!reached || step_of_restart(*reached) < stage_.steps)
    throw std::runtime_error(
        fmt::format("CP2K did not reach the end of stage {}: see {}", stage_.name, (place / "md.out").string()));
}

void StageRun::run_part(const fs::path& place, std::int64_t before) {
  std::vector<std::string> command = o_.command;
  command.insert(command.end(), {"-i", "md.inp", "-o", "md.out"});
  Progress progress(session_, stage_.name, stage_.steps, "steps", before);
  const fs::path energies = place / fmt::format("{}-1.ener", cp2k_project);
  auto looked = std::chrono::steady_clock::now();
  const auto stop = [&] {
    if (const auto now = std::chrono::steady_clock::now(); now - looked > std::chrono::seconds(1)) {
      looked = now;
      // A line for every step, and one of titles.
      if (fs::exists(energies))
        progress.update(before + std::max<std::int64_t>(0, occurrences(read_file(energies), "\n") - 2));
    }
    return session_.stop_requested();
  };
  const pid_t child = start_process(command, place, place / "log.txt", {o_.environment, o_.background});
  const Ended ended = wait_for_process(child, 1e9, stop);
  session_.check_stop();
  if (!ended.succeeded)
    throw std::runtime_error(
        fmt::format("{} ended with {}: see {}", o_.command[0], ended.how, (place / "md.out").string()));
  progress.update(stage_.steps);
}

std::int64_t StageRun::n_unconverged() const {
  std::int64_t n = 0;
  for (const fs::path& place : parts())
    if (fs::exists(place / "md.out")) n += occurrences(read_file(place / "md.out"), "SCF run NOT converged");
  return n;
}

/// All that the atoms' motion follows from.
std::string fingerprint(const AimdOptions& o) {
  std::string text;
  for (const AimdStage& stage : o.stages) text += aimd_input(o, stage, stage.steps, "", false);
  return content_hash(text);
}

}  // namespace

AimdResult run_aimd(const AimdOptions& o, const Session& session) {
  require_cp2k(o.command);
  fs::create_directories(o.output);
  const FolderLock lock(o.output, 10);
  const fs::path key = o.output / "run.key";
  if (fs::exists(key) && read_file(key) != fingerprint(o) + "\n")
    throw InputError(Location{o.output.string()}, "the folder holds a run with other settings",
                     "Choose another output, or remove the folder.");
  write_file_atomically(key, fingerprint(o) + "\n");

  AimdResult result;
  fs::path before;
  for (const AimdStage& stage : o.stages) {
    const fs::path folder = o.output / stage.name, trajectory = o.output / (stage.name + ".extxyz");
    StageRun run(o, stage, folder, before, session);
    run.run();
    const std::int64_t unconverged = run.n_unconverged();
    result.n_unconverged += unconverged;
    std::vector<Structure> frames = read_aimd_frames(run.parts(), o.start, unconverged == 0);
    for (Structure& frame : frames) {
      frame.info["config_type"] = "aimd_" + stage.name;
      frame.info["cp2k_method"] = o.xtb ? "GFN1-xTB" : o.theory.functional;
      frame.info["aimd_temperature_K"] = plain_number(stage.temperature_K);
    }
    io::write_frames(trajectory, frames);
    result.trajectories.push_back(trajectory);
    before = run.restart_file();
  }
  return result;
}

}  // namespace vitrion::dft
