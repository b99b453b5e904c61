// One run of molecular dynamics, and what of it lies beyond the potential.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "vitrion/core/error.hpp"
#include "vitrion/core/file.hpp"
#include "vitrion/core/json.hpp"
#include "vitrion/core/text.hpp"
#include "vitrion/core/units.hpp"
#include "vitrion/io/frames.hpp"
#include "vitrion/learn/frames.hpp"
#include "vitrion/learn/steps.hpp"
#include "vitrion/md/run.hpp"

namespace vitrion::learn {
namespace {

namespace fs = std::filesystem;

/// The grades of all looks of a run, also those of a stage that did not end.
struct Grades {
  std::vector<double> looks;

  /// Returns how many looks at this stage were above `save`: as many frames were kept.
  std::size_t add(const fs::path& table, double save) {
    if (!fs::exists(table)) return 0;
    const std::string text = read_file(table);
    std::size_t above = 0;
    // step,time_ps,grade,atom
    for (std::size_t at = text.find('\n') + 1; at < text.size();) {
      const std::size_t end = std::min(text.find('\n', at), text.size());
      const std::size_t a = text.find(',', text.find(',', at) + 1) + 1, b = text.find(',', a);
      if (const auto grade = parse_double(text.substr(a, b - a))) {
        looks.push_back(*grade);
        above += *grade > save ? 1U : 0U;
      }
      at = end + 1;
    }
    return above;
  }

  nlohmann::json summary(double save) {
    if (looks.empty()) return {{"looks", 0}};
    std::sort(looks.begin(), looks.end());
    // Grades span decades: their geometric mean is what a typical look sees.
    double logs = 0;
    for (const double g : looks) logs += std::log(std::max(g, 1e-12));
    const auto above = looks.end() - std::upper_bound(looks.begin(), looks.end(), save);
    return {{"looks", looks.size()},
            {"above_save", above},
            {"highest", looks.back()},
            {"median", looks[looks.size() / 2]},
            {"geometric_mean", std::exp(logs / static_cast<double>(looks.size()))}};
  }
};

Structure wrapped(Structure s) {
  for (Eigen::Index i = 0; i < s.positions.rows(); ++i)
    s.positions.row(i) = s.cell.wrap(s.positions.row(i)).transpose();
  s.wrapping = Wrapping::unknown;
  s.images.clear();
  s.ids.clear();
  s.velocities.resize(0, 3);
  s.labels = {};
  return s;
}

double target_of(const md::Stage& stage, const Structure& frame) {
  const double done =
      stage.steps > 0 ? static_cast<double>(frame.step.value_or(0)) / static_cast<double>(stage.steps) : 0;
  return stage.temperature_start + done * (stage.temperature_end - stage.temperature_start);
}

struct RunMade {
  md::RunOutcome outcome;
  std::vector<md::Stage> stages;
  double grade_save = 2;
};

RunMade run(const std::string& kind, const std::string& file, const Session& session) {
  Config settings = Config::load(file);
  if (kind == "md") {
    const md::MdOptions options = md::read_md_options(settings);
    return {md::run_md(options, session), options.stages, options.guard.grade_save};
  }
  const md::QuenchOptions options = md::read_quench_options(settings);
  std::vector<md::Stage> stages{options.melt, options.quench};
  if (options.equilibrate.steps > 0) stages.push_back(options.equilibrate);
  return {md::run_quench(options, session).replicas.front(), stages, options.run.guard.grade_save};
}

// The configuration a run was stopped at belongs to the candidates when atoms came too near or forces grew: the caps
// of the selection judge it. One stopped for its grade is among the extrapolating frames already.
bool stop_is_a_candidate(const md::GuardEvent& event) {
  using Kind = md::GuardEvent::Kind;
  return event.kind == Kind::distance || event.kind == Kind::force || event.kind == Kind::temperature ||
         event.kind == Kind::density || event.kind == Kind::cell;
}

}  // namespace

void explore(Config& config, const Session& session) {
  const std::string kind = config.choice("kind", {"md", "quench"}, "md"), file = config.path("settings");
  const std::string traj = config.text("traj"), config_type = config.text("config_type");
  const std::int64_t round = config.integer("round");
  config.finish();
  const RunMade made = run(kind, file, session);
  const md::RunOutcome& outcome = made.outcome;

  std::vector<Structure> candidates;
  const auto add = [&](Structure frame, const std::string& stage, std::optional<double> temperature) {
    frame = wrapped(std::move(frame));
    frame.info["config_type"] = config_type;
    frame.info["traj"] = traj;
    frame.info["learn_round"] = std::to_string(round);
    frame.info["md_stage"] = stage;
    if (temperature) frame.info["temperature_K"] = fmt::format("{:.0f}", *temperature);
    candidates.push_back(std::move(frame));
  };
  Grades grades;
  double length = 0;
  for (const md::Stage& stage : made.stages) {
    if (grades.add(stage.name + ".grades.csv", made.grade_save) == 0) continue;
    for (const Structure& frame : io::read_frames(stage.name + ".extrapolating.lammpstrj.gz"))
      add(frame, stage.name, target_of(stage, frame));
  }
  for (const md::StageSummary& stage : outcome.stages) length += stage.duration;
  if (outcome.guard) {
    length += outcome.guard->time;
    if (stop_is_a_candidate(*outcome.guard) && fs::exists("stopped.extxyz"))
      add(io::read_frames("stopped.extxyz").front(), outcome.guard->stage, std::nullopt);
  }
  nlohmann::json result{{"traj", traj},
                        {"config_type", config_type},
                        {"status", outcome.guard ? "stopped" : "finished"},
                        {"length_ps", length / units::ps_in_fs},
                        {"grades", grades.summary(made.grade_save)},
                        {"candidates", candidates.size()}};
  if (outcome.guard)
    result["guard"] = {{"kind", md::name_of(outcome.guard->kind)}, {"message", outcome.guard->message}};
  write_frames_or_none("candidates.extxyz", candidates);
  write_file_atomically("explore.json", json_text(result, 1) + "\n");
  for (const std::string& note : outcome.notes) session.say(note);
  if (outcome.guard) session.say("the guard stopped the run: " + outcome.guard->message);
  session.say(fmt::format("{} frames beyond the potential", candidates.size()));
}

}  // namespace vitrion::learn
