#include "vitrion/transport/calibration.hpp"

#include <fmt/format.h>

#include <atomic>
#include <cmath>
#include <exception>

#include "vitrion/core/random.hpp"
#include "vitrion/transport/transport.hpp"

namespace vitrion::transport {
namespace {

constexpr double timestep = 100;  // fs between frames; the result does not depend on it

/// A step of the walk along x, y, z, Å.
Vector3 step_of(const WalkModel& model, Random& random) {
  if (model.hop_length > 0) {
    if (random.uniform() >= model.msd_per_frame / (model.hop_length * model.hop_length)) return Vector3::Zero();
    Vector3 direction(random.normal(), random.normal(), random.normal());
    return direction * (model.hop_length / direction.norm());
  }
  const double sigma = std::sqrt(model.msd_per_frame / 3);
  return sigma * Vector3(random.normal(), random.normal(), random.normal());
}

struct Outcome {
  bool resolved = false, haven_known = false;
  double value = 0, deviation = 0, upper_bound = 0;
  Interval tracer, jump, haven;
};

Outcome analyse(const WalkModel& model, std::uint64_t seed, std::uint64_t walk) {
  const std::vector<double> paths = simulate(model, seed, walk);
  RunMotion run;
  run.file = model.name;
  run.n_ions = model.n_ions;
  run.species = Species::element("Li");
  run.frame = ReferenceFrame::lab;
  run.tracer = displacements_of(paths, model.n_ions, timestep);
  const std::size_t length = 3 * model.n_frames;
  std::vector<double> sum(length, 0.0);
  for (std::size_t i = 0; i < model.n_ions; ++i)
    for (std::size_t j = 0; j < length; ++j) sum[j] += paths[i * length + j];
  for (double& x : sum) x /= std::sqrt(static_cast<double>(model.n_ions));
  run.collective = displacements_of(sum, 1, timestep);
  const TransportResult result = analyse_transport({run}, {});
  Outcome outcome{result.tracer.resolved,    result.haven_ratio.ci95.has_value(),
                  result.tracer.value(),     result.tracer.estimate.deviation(),
                  result.tracer.upper_bound, result.tracer.ci95,
                  result.jump.ci95,          result.haven_ratio.ci95.value_or(Interval{})};
  return outcome;
}

void count(CoverageCount& counts, const Interval& interval, double truth) {
  ++counts.n;
  counts.above += interval.low > truth;
  counts.below += interval.high < truth;
  counts.covered += interval.low <= truth && truth <= interval.high;
}

CalibrationReport collect(const WalkModel& model, const std::vector<Outcome>& outcomes) {
  const double truth = model.msd_per_frame / (6 * timestep);
  CalibrationReport report;
  report.model = model;
  report.walks = static_cast<int>(outcomes.size());
  double sum = 0, squares = 0, stated = 0;
  for (const Outcome& o : outcomes) {
    count(report.tracer, o.tracer, truth);
    count(report.jump, o.jump, truth / model.haven_ratio);
    if (o.haven_known) count(report.haven, o.haven, model.haven_ratio);
    if (o.resolved) {
      ++report.resolved;
      count(report.resolved_tracer, o.tracer, truth);
      report.worst_resolved = std::max(report.worst_resolved, std::abs(o.value / truth - 1));
    } else {
      report.bounds_held += o.upper_bound >= truth;
    }
    sum += o.value / truth;
    squares += std::pow(o.value / truth, 2);
    stated += std::pow(o.deviation / truth, 2);
  }
  const auto n = static_cast<double>(outcomes.size());
  report.mean_ratio = sum / n;
  report.spread = std::sqrt(std::max(0.0, squares / n - report.mean_ratio * report.mean_ratio));
  report.stated = std::sqrt(stated / n);
  return report;
}

}  // namespace

std::vector<double> simulate(const WalkModel& model, std::uint64_t seed, std::uint64_t walk) {
  Random random(seed, walk);
  const std::size_t n = model.n_frames, ions = model.n_ions;
  // Steps sqrt(1 - share) own + sqrt(share) common: D_J / D* = 1 + (n_ions - 1) share.
  const double share = ions > 1 ? (1 / model.haven_ratio - 1) / static_cast<double>(ions - 1) : 0;
  std::vector<Vector3> common;
  if (share > 0)
    for (std::size_t t = 0; t < n; ++t) common.push_back(step_of(model, random));
  const double memory = model.vibration_time > 0 ? std::exp(-1 / model.vibration_time) : 0;
  // A stationary coordinate of variance v adds 2 v per axis to the MSD.
  const double amplitude = std::sqrt(model.vibration / 6), kick = amplitude * std::sqrt(1 - memory * memory);
  std::vector<double> paths(ions * 3 * n);
  for (std::size_t i = 0; i < ions; ++i) {
    Vector3 site = Vector3::Zero(), shift = Vector3::Zero();
    for (std::size_t t = 0; t < n; ++t) {
      if (t > 0) site += std::sqrt(1 - share) * step_of(model, random);
      if (t > 0 && share > 0) site += std::sqrt(share) * common[t];
      for (int k = 0; model.vibration > 0 && k < 3; ++k)
        shift[k] = t == 0 ? amplitude * random.normal() : memory * shift[k] + kick * random.normal();
      for (std::size_t k = 0; k < 3; ++k) {
        const auto axis = static_cast<Eigen::Index>(k);
        paths[(3 * i + k) * n + t] = site[axis] + shift[axis];
      }
    }
  }
  return paths;
}

CalibrationReport measure_calibration(const WalkModel& model, int walks, std::uint64_t seed,
                                      const std::function<void(int)>& progress, const Session& session) {
  std::vector<Outcome> outcomes(static_cast<std::size_t>(walks));
  std::atomic<int> done = 0;
  std::exception_ptr error;
#pragma omp parallel for schedule(dynamic)
  for (int w = 0; w < walks; ++w) {
    try {
      session.check_stop();
      outcomes[static_cast<std::size_t>(w)] = analyse(model, seed, static_cast<std::uint64_t>(w));
      ++done;
#pragma omp critical(calibration)
      if (progress) progress(done);
    } catch (...) {
#pragma omp critical(calibration)
      error = std::current_exception();
    }
  }
  if (error) std::rethrow_exception(error);
  return collect(model, outcomes);
}

std::vector<WalkModel> published_walks() {
  std::vector<WalkModel> models;
  for (std::size_t ions : {1u, 8u, 47u})
    for (std::size_t frames : {100u, 1000u, 10000u})
      models.push_back({.name = "free walk", .n_ions = ions, .n_frames = frames});
  // Thermal vibration of 0.3 Å^2 (new in every frame, or with memory of 3 frames) on a slow walk.
  for (std::size_t frames : {1000u, 10000u}) {
    models.push_back(
        {.name = "walk + vibration", .n_ions = 47, .n_frames = frames, .msd_per_frame = 0.03, .vibration = 0.3});
    models.push_back({.name = "walk + slow vibration",
                      .n_ions = 47,
                      .n_frames = frames,
                      .msd_per_frame = 0.03,
                      .vibration = 0.3,
                      .vibration_time = 3});
  }
  // Hops of 3 Å: a few per ion, and a few in all.
  models.push_back({.name = "hops + vibration",
                    .n_ions = 47,
                    .n_frames = 1000,
                    .msd_per_frame = 0.09,
                    .hop_length = 3,
                    .vibration = 0.3,
                    .vibration_time = 3});
  models.push_back({.name = "rare hops + vibration",
                    .n_ions = 47,
                    .n_frames = 1000,
                    .msd_per_frame = 0.005,
                    .hop_length = 3,
                    .vibration = 0.3,
                    .vibration_time = 3});
  models.push_back({.name = "correlated, H = 0.4", .n_ions = 8, .n_frames = 1000, .haven_ratio = 0.4});
  models.push_back({.name = "correlated, H = 0.4", .n_ions = 47, .n_frames = 1000, .haven_ratio = 0.4});
  return models;
}

}  // namespace vitrion::transport
