// Labels of what a round selected.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "vitrion/core/file.hpp"
#include "vitrion/dft/runner.hpp"
#include "vitrion/learn/frames.hpp"
#include "vitrion/learn/steps.hpp"

namespace vitrion::learn {
namespace {

dft::RunOptions read_resources(const std::string& file) {
  Config config = Config::load(file);
  dft::RunOptions run;
  run.slots = config.integer<std::size_t>("slots");
  run.background = config.flag("background", false);
  run.slurm = config.flag("slurm", false);
  if (config.has("hours_left")) run.max_seconds = 3600 * config.number("hours_left");
  config.accept("hours_left");
  config.finish();
  return run;
}

std::string text_of(const Structure& frame, const char* key) {
  const auto found = frame.info.find(key);
  return found == frame.info.end() ? std::string{} : found->second;
}

}  // namespace

void label(Config& config, const Session& session) {
  const std::vector<Structure> selected = read_frames_or_none(config.path("selected"));
  Config section = config.section("settings");
  const dft::Settings settings{section.paragraph("yaml"), section.paragraph("file")};
  const std::string queue_folder = config.path("queue");
  config.accept("computed_by");
  const dft::RunOptions options = read_resources(config.path("resources"));
  config.finish();

  dft::Queue queue(queue_folder, true);
  const std::vector<std::int64_t> ids = queue.add(selected, settings).ids;
  std::map<std::int64_t, dft::JobInfo> jobs;
  const auto look = [&] {
    for (dft::JobInfo& job : queue.jobs()) jobs[job.id] = std::move(job);
  };
  look();
  std::vector<std::int64_t> cancelled;
  for (const std::int64_t id : ids)
    if (jobs.at(id).state == dft::JobState::cancelled) cancelled.push_back(id);
  if (!cancelled.empty()) queue.retry(cancelled);
  // Left by a round whose selection has changed since: nobody waits for them.
  std::vector<std::int64_t> orphans;
  for (const auto& [id, job] : jobs)
    if ((job.state == dft::JobState::pending || job.state == dft::JobState::running) &&
        std::find(ids.begin(), ids.end(), id) == ids.end())
      orphans.push_back(id);
  if (!orphans.empty()) queue.cancel(orphans);
  dft::run_queue(queue, options, session);
  look();

  std::vector<Structure> labels;
  std::vector<std::int64_t> given_up;
  nlohmann::json failures = nlohmann::json::array();
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const dft::JobInfo& job = jobs.at(ids[i]);
    if (const std::optional<Structure> labelled = queue.label(ids[i])) {
      // The queue knows one structure once: the keys are those of this round.
      Structure frame = *labelled;
      for (const auto& [key, value] : selected[i].info) frame.info.emplace(key, value);
      labels.push_back(std::move(frame));
    } else if (job.state == dft::JobState::failed) {
      failures.push_back({{"job", job.id},
                          {"composition", job.composition},
                          {"traj", text_of(selected[i], "traj")},
                          {"reason", job.reason}});
    } else {
      given_up.push_back(job.id);
    }
  }
  // Time is up: the round ends with the labels it has, and what waits must not be taken for the next round's.
  if (!given_up.empty()) queue.cancel(given_up);
  write_frames_or_none("labels.extxyz", labels);
  write_file_atomically(
      "labels.json",
      nlohmann::json{
          {"asked", ids.size()}, {"labelled", labels.size()}, {"failed", failures}, {"not_begun", given_up.size()}}
              .dump(1) +
          "\n");
  session.say(fmt::format("{} of {} structures labelled, {} failed, {} not begun before time was up", labels.size(),
                          ids.size(), failures.size(), given_up.size()));
}

}  // namespace vitrion::learn
