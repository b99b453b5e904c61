#include "vitrion/transport/windows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <nlohmann/json.hpp>

#include "vitrion/core/error.hpp"
#include "vitrion/core/units.hpp"

namespace vitrion::transport {
namespace {

constexpr double fewest_windows = 4;  // of a length, in a run
constexpr double fewest_steps = 11;   // of a window: `diffusivity` asks for 12 frames

/// Cuts one length: a window ends with the frame the next begins with.
class WindowCutter {
 public:
  WindowCutter(const TrackOptions& options, double length) : options_(options), length_(length) {}

  void add(const Structure& frame, const Session& session) {
    if (!builder_) begin(frame);
    builder_->add(frame);
    if (n_++ > 0 && *frame.time - first_time_ > length_ * (1 - rounding)) {
      windows_.push_back(measure_motion(builder_->finish(), session));
      begin(frame);
      builder_->add(frame);
      n_ = 1;
    }
  }
  std::vector<RunMotion> take() { return std::move(windows_); }

 private:
  static constexpr double rounding = 1e-6;
  void begin(const Structure& frame) {
    builder_ = std::make_unique<TrackBuilder>(options_);
    first_time_ = *frame.time;
    n_ = 0;
  }
  TrackOptions options_;
  double length_, first_time_ = 0;
  std::size_t n_ = 0;
  std::unique_ptr<TrackBuilder> builder_;
  std::vector<RunMotion> windows_;
};

void check_length(double length, const RunMotion& whole) {
  const double step = whole.tracer.timestep, run = step * static_cast<double>(whole.tracer.n_frames - 1);
  if (length < fewest_steps * step * (1 - 1e-6))
    throw InputError(Location{whole.file},
                     fmt::format("windows of {:g} ps hold fewer than 12 frames, which are {:g} ps "
                                 "apart",
                                 length / units::ps_in_fs, step / units::ps_in_fs),
                     "Give longer windows with --lengths.");
  if (length * fewest_windows > run * (1 + 1e-6))
    throw InputError(Location{whole.file},
                     fmt::format("the run of {:g} ps has fewer than four windows of {:g} ps", run / units::ps_in_fs,
                                 length / units::ps_in_fs),
                     "Give shorter windows with --lengths, or a longer run.");
}

void compare(const Diffusivity& window, const Diffusivity& whole, WindowCount& count) {
  if (!whole.resolved) return;
  ++count.windows;
  const double v = window.value(), truth = whole.value();
  if (!window.resolved) {
    if (!std::isfinite(window.upper_bound)) return;
    ++count.bounds;
    count.held += window.upper_bound >= whole.ci95.low;
    return;
  }
  ++count.resolved;
  const bool above = v - truth > std::hypot(v - window.ci95.low, whole.ci95.high - truth);
  const bool below = truth - v > std::hypot(window.ci95.high - v, truth - whole.ci95.low);
  count.above += above;
  count.below += below;
  count.covered += !above && !below;
  count.ratio_sum += v / truth;
  count.square_sum += v / truth * v / truth;
  count.width_sum += (window.ci95.high - window.ci95.low) / truth;
}

nlohmann::json of(const Diffusivity& d) {
  constexpr double unit = units::A2_per_fs_in_cm2_per_s;
  nlohmann::json result{{"resolved", d.resolved}, {"value_cm2_per_s", nullptr}, {"ci95_cm2_per_s", nullptr}};
  if (!d.resolved) return result;
  result["value_cm2_per_s"] = d.value() * unit;
  result["ci95_cm2_per_s"] = {d.ci95.low * unit, d.ci95.high * unit};
  return result;
}

nlohmann::json of(const WindowCount& c) {
  const auto mean = [&](double sum) { return c.resolved ? nlohmann::json(sum / c.resolved) : nlohmann::json(nullptr); };
  return {{"windows", c.windows},
          {"resolved", c.resolved},
          {"covered", c.covered},
          {"above", c.above},
          {"below", c.below},
          {"bounds", c.bounds},
          {"bounds_held", c.held},
          {"mean_ratio", mean(c.ratio_sum)},
          {"mean_square_ratio", mean(c.square_sum)},
          {"mean_relative_width", mean(c.width_sum)}};
}

}  // namespace

WindowCount& WindowCount::operator+=(const WindowCount& other) {
  windows += other.windows;
  resolved += other.resolved;
  covered += other.covered;
  above += other.above;
  below += other.below;
  bounds += other.bounds;
  held += other.held;
  ratio_sum += other.ratio_sum;
  square_sum += other.square_sum;
  width_sum += other.width_sum;
  return *this;
}

WindowedRun follow_windows(const FrameSource& next, const TrackOptions& options, const std::vector<double>& lengths,
                           const Session& session) {
  std::vector<WindowCutter> cutters;
  for (const double length : lengths) cutters.emplace_back(options, length);
  TrackBuilder whole(options);
  while (std::optional<Structure> frame = next()) {
    session.check_stop();
    whole.add(*frame);
    for (WindowCutter& cutter : cutters) cutter.add(*frame, session);
  }
  WindowedRun run{measure_motion(whole.finish(), session), {}};
  for (const double length : lengths) check_length(length, run.whole);
  for (WindowCutter& cutter : cutters) run.windows.push_back(cutter.take());
  return run;
}

WindowedResult compare_windows(WindowedRun run, const std::vector<double>& lengths, const TransportOptions& options) {
  WindowedResult result{analyse_transport({std::move(run.whole)}, options), {}};
  // Whether the host is a frame to measure against was asked of the whole run.
  TransportOptions of_windows = options;
  of_windows.diffusing_host = true;
  for (std::size_t l = 0; l < lengths.size(); ++l) {
    WindowComparison comparison{lengths[l], {}, {}};
    for (RunMotion& window : run.windows[l]) {
      const TransportResult part = analyse_transport({std::move(window)}, of_windows);
      compare(part.tracer, result.whole.tracer, comparison.tracer);
      compare(part.jump, result.whole.jump, comparison.jump);
    }
    result.lengths.push_back(comparison);
  }
  return result;
}

SpreadBetween spread_between(const std::vector<WindowedResult>& runs) {
  SpreadBetween spread;
  double squares = 0, errors = 0;
  for (const WindowedResult& run : runs) {
    if (!run.whole.tracer.resolved) continue;
    ++spread.runs;
    spread.mean += run.whole.tracer.value();
    squares += std::pow(run.whole.tracer.value(), 2);
    errors += std::pow(run.whole.tracer.estimate.deviation(), 2);
  }
  if (spread.runs == 0) return spread;
  spread.mean /= spread.runs;
  errors /= spread.runs;
  spread.relative_error = std::sqrt(errors) / spread.mean;
  if (spread.runs < 2) return spread;
  const double variance = (squares - spread.runs * spread.mean * spread.mean) / (spread.runs - 1);
  spread.relative_spread = std::sqrt(std::max(0.0, variance - errors)) / spread.mean;
  return spread;
}

nlohmann::json to_json(const std::vector<WindowedResult>& runs) {
  nlohmann::json list = nlohmann::json::array();
  for (const WindowedResult& run : runs) {
    nlohmann::json lengths = nlohmann::json::array();
    for (const WindowComparison& c : run.lengths)
      lengths.push_back({{"length_fs", c.length}, {"D_tracer", of(c.tracer)}, {"D_jump", of(c.jump)}});
    const RunMotion& whole = run.whole.runs.front();
    list.push_back({{"file", whole.file},
                    {"ion", whole.species.name()},
                    {"n_ions", whole.n_ions},
                    {"length_fs", run.whole.tracer.run_length},
                    {"D_tracer", of(run.whole.tracer)},
                    {"D_jump", of(run.whole.jump)},
                    {"windows", lengths},
                    {"warnings", run.whole.warnings}});
  }
  const SpreadBetween spread = spread_between(runs);
  return {{"runs", list},
          {"between",
           {{"runs", spread.runs},
            {"mean_D_tracer_cm2_per_s", spread.mean * units::A2_per_fs_in_cm2_per_s},
            {"relative_spread", spread.relative_spread},
            {"relative_error", spread.relative_error}}}};
}

}  // namespace vitrion::transport
