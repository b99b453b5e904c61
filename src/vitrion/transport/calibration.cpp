#include "vitrion/transport/calibration.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <exception>

#include "vitrion/transport/transport.hpp"

namespace vitrion::transport {
namespace {

// What the result does not depend on.
constexpr double frame_spacing = 100;  // fs between frames
constexpr double temperature = 600;    // K
constexpr double volume = 1000;        // Å^3

/// What one run said about one quantity.
struct Answer {
  bool resolved = false;
  double value = 0, deviation = 0, bound = 0;
  Interval interval = {};
};

struct Outcome {
  Answer tracer, jump, haven, conductivity_jump;
};

Answer answer_of(const Diffusivity& d) {
  return {d.resolved, d.value(), d.estimate.deviation(), d.upper_bound, d.ci95};
}

Answer answer_of(const Estimate& e) {
  if (!e.value || !e.ci95) return {.bound = e.upper_bound.value_or(INFINITY)};
  return {true, *e.value, (e.ci95->high - e.ci95->low) / (2 * 1.96), 0, *e.ci95};
}

RunMotion measure(const Motion& motion, const std::vector<double>& paths) {
  RunMotion run;
  run.file = motion.name;
  run.n_ions = motion.n_ions;
  run.species = Species::element("Li");
  run.frame = ReferenceFrame::lab;
  run.volume = volume;
  run.tracer = displacements_of(paths, motion.n_ions, frame_spacing);
  const std::size_t length = 3 * motion.n_frames;
  std::vector<double> sum(length, 0.0);
  for (std::size_t i = 0; i < motion.n_ions; ++i)
    for (std::size_t j = 0; j < length; ++j) sum[j] += paths[i * length + j];
  for (double& x : sum) x /= std::sqrt(static_cast<double>(motion.n_ions));
  run.collective = displacements_of(sum, 1, frame_spacing);
  return run;
}

Outcome analyse(const Motion& motion, std::uint64_t seed, std::uint64_t walk) {
  const TransportResult result =
      analyse_transport({measure(motion, motion.simulate(seed, walk))}, {.temperature = temperature});
  return {answer_of(result.tracer), answer_of(result.jump), answer_of(result.haven_ratio),
          answer_of(result.conductivity_jump)};
}

void count(CoverageCount& counts, const Interval& interval, double truth) {
  ++counts.n;
  counts.above += interval.low > truth;
  counts.below += interval.high < truth;
  counts.covered += interval.low <= truth && truth <= interval.high;
}

void add(QuantityCalibration& sum, const Answer& answer, double truth) {
  const double unit = truth > 0 ? truth : 1, ratio = answer.value / unit;
  count(sum.every, answer.interval, truth);
  sum.mean_ratio += ratio;
  if (answer.resolved) {
    count(sum.resolved, answer.interval, truth);
    sum.worst_resolved = std::max(sum.worst_resolved, std::abs(ratio - 1));
    sum.stated += std::pow(answer.deviation / unit, 2);
    sum.width += (answer.interval.high - answer.interval.low) / unit;
  } else if (std::isfinite(answer.bound)) {
    ++sum.bounds;
    sum.bounds_held += answer.bound >= truth;
  } else {
    ++sum.unbounded;
  }
}

QuantityCalibration collect(const std::vector<Outcome>& outcomes, Answer Outcome::*quantity, double truth) {
  QuantityCalibration sum;
  for (const Outcome& o : outcomes) add(sum, o.*quantity, truth);
  sum.mean_ratio /= sum.every.n;
  if (sum.resolved.n == 0) return sum;
  sum.stated = std::sqrt(sum.stated / sum.resolved.n);
  sum.width /= sum.resolved.n;
  double mean = 0, squares = 0;
  for (const Outcome& o : outcomes) mean += (o.*quantity).resolved ? (o.*quantity).value / sum.resolved.n : 0;
  for (const Outcome& o : outcomes)
    if ((o.*quantity).resolved) squares += std::pow((o.*quantity).value - mean, 2) / sum.resolved.n;
  sum.spread = std::sqrt(squares) / (truth > 0 ? truth : 1);
  return sum;
}

CalibrationReport collect(const Motion& motion, const std::vector<Outcome>& outcomes) {
  const double tracer = motion.msd_per_frame / (6 * frame_spacing), jump = tracer / motion.haven_ratio;
  const double conductivity = jump * conductivity_per_diffusivity(motion.n_ions, 1, volume, temperature);
  return {motion,
          static_cast<int>(outcomes.size()),
          collect(outcomes, &Outcome::tracer, tracer),
          collect(outcomes, &Outcome::jump, jump),
          collect(outcomes, &Outcome::haven, motion.haven_ratio),
          collect(outcomes, &Outcome::conductivity_jump, conductivity)};
}

/// Walks without memory.
void add_walks(std::vector<Motion>& motions) {
  const auto add = [&](const WalkModel& model) { motions.push_back(walk_motion(model)); };
  for (std::size_t ions : {1u, 8u, 47u})
    for (std::size_t frames : {100u, 1000u, 10000u}) add({.name = "free walk", .n_ions = ions, .n_frames = frames});
  // Thermal vibration of 0.3 Å^2 (new in every frame, or with memory of 3 frames) on a slow walk.
  const WalkModel vibrating{.name = "walk + vibration", .n_ions = 47, .msd_per_frame = 0.03, .vibration = 0.3};
  for (std::size_t frames : {1000u, 10000u})
    for (double memory : {0.0, 3.0}) {
      WalkModel model = vibrating;
      model.n_frames = frames;
      model.vibration_time = memory;
      if (memory > 0) model.name = "walk + slow vibration";
      add(model);
    }
  // Hops of 3 Å: a few per ion, and a few in all.
  WalkModel hops{.name = "hops + vibration",
                 .n_ions = 47,
                 .n_frames = 1000,
                 .msd_per_frame = 0.09,
                 .hop_length = 3,
                 .vibration = 0.3,
                 .vibration_time = 3};
  add(hops);
  hops.name = "rare hops + vibration";
  hops.msd_per_frame = 0.005;
  add(hops);
  for (std::size_t ions : {8u, 47u})
    add({.name = "shared steps, H = 0.4", .n_ions = ions, .n_frames = 1000, .haven_ratio = 0.4});
  add({.name = "anisotropic walk", .n_ions = 24, .n_frames = 1000, .axes = {2, 0.8, 0.2}});
}

/// Tracer factors by `vacancy_tracer_factor`: lags 100 to 200 of 4,000 runs of 4,000 frames at a rate of 0.1, where the
/// ions of the sparser gas hop 2.6 times; standard errors 0.0004 and 0.0002.
void add_correlated(std::vector<Motion>& motions) {
  for (std::size_t frames : {500u, 2000u})
    motions.push_back(vacancy_motion({.vacancies = 6, .n_frames = frames, .tracer_factor = 0.707}));
  motions.push_back(vacancy_motion({.vacancies = 20, .n_frames = 500, .rate = 0.03, .tracer_factor = 0.792}));
  motions.push_back(vacancy_motion({.vacancies = 6, .n_frames = 1000, .rate = 0.04, .tracer_factor = 0.707}));
  motions.push_back(vacancy_motion({.vacancies = 20, .n_frames = 1000, .rate = 0.012, .tracer_factor = 0.792}));
  motions.push_back(back_jump_motion({.back = 0.7, .memory = 5}));
  motions.push_back(back_jump_motion({.n_frames = 2000, .back = 0.5, .memory = 20}));
  motions.push_back(back_jump_motion({.back = 0.8, .memory = 10}));
  motions.push_back(back_jump_motion({.back = 0.9, .memory = 5}));
  motions.push_back(group_motion({.rate = 4.0 / 600}));
  motions.push_back(group_motion({.rate = 2.0 / 600}));
  motions.push_back(string_motion({}));
  motions.push_back(trap_motion({}));
  motions.push_back(trap_motion({.n_ions = 12, .exchange = 60}));
}

void add_bounded(std::vector<Motion>& motions) {
  motions.push_back(double_well_motion({}));
  motions.push_back(double_well_motion({.n_ions = 3, .n_frames = 500, .rate = 0.011}));
  motions.push_back(cage_motion(24, 1000, {.msd = 1.5, .time = 60}));
  motions.push_back(cage_motion(24, 500, {.msd = 1.5, .time = 60}));
  motions.push_back(cage_motion(8, 500, {.msd = 4, .time = 50}));
  motions.push_back(cage_motion(4, 300, {.msd = 6, .time = 28}));
  motions.push_back(cage_motion(1, 500, {.msd = 4, .time = 45}));
}

void add_cells(std::vector<Motion>& motions) {
  motions.push_back(cell_motion({.name = "drifting host", .drift = 0.02}));
  motions.push_back(cell_motion({.name = "breathing cell (NPT)", .breathing = 0.005}));
  motions.push_back(cell_motion({.name = "two mobile species", .second_species = true}));
}

}  // namespace

CalibrationReport measure_calibration(const Motion& motion, int walks, std::uint64_t seed,
                                      const std::function<void(int)>& progress, const Session& session) {
  std::vector<Outcome> outcomes(static_cast<std::size_t>(walks));
  std::atomic<int> done = 0;
  std::exception_ptr error;
#pragma omp parallel for schedule(dynamic)
  for (int w = 0; w < walks; ++w) {
    try {
      session.check_stop();
      outcomes[static_cast<std::size_t>(w)] = analyse(motion, seed, static_cast<std::uint64_t>(w));
      ++done;
#pragma omp critical(calibration)
      if (progress) progress(done);
    } catch (...) {
#pragma omp critical(calibration)
      error = std::current_exception();
    }
  }
  if (error) std::rethrow_exception(error);
  return collect(motion, outcomes);
}

std::vector<Motion> published_motions() {
  std::vector<Motion> motions;
  add_walks(motions);
  add_correlated(motions);
  add_bounded(motions);
  add_cells(motions);
  return motions;
}

}  // namespace vitrion::transport
