// Do the intervals hold in this very material? What windows of a long run say, against what the whole of it says.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "vitrion/core/result.hpp"
#include "vitrion/core/session.hpp"
#include "vitrion/transport/transport.hpp"

namespace vitrion::transport {

/// A long run and its windows: consecutive parts that share no step, each measured as a run of its own would be.
struct WindowedRun {
  RunMotion whole;
  std::vector<std::vector<RunMotion>> windows;  ///< one list a length, shape (n_lengths, n_windows)
};

/// Measures a run and its windows of each of `lengths` (fs) in one reading. What is left at the end is in no window.
/// Throws InputError as `follow_ions` does, and when a length is not at least 12 frames or more than a quarter of the
/// run.
WindowedRun follow_windows(const FrameSource& next, const TrackOptions& options, const std::vector<double>& lengths,
                           const Session& session = {});

/// How the windows of one length compare with the whole run, for one quantity. Ratios are to the whole run's value.
struct WindowCount {
  int windows = 0;
  int resolved = 0;          ///< have a value
  int covered = 0;           ///< of these: interval and whole run agree
  int above = 0, below = 0;  ///< of these: the whole interval lies above, below
  int bounds = 0, held = 0;  ///< of the others: upper bounds, and those not below the whole run's interval
  double ratio_sum = 0;      ///< of the resolved, value / whole
  double square_sum = 0;     ///< of the resolved, (value / whole)^2
  double width_sum = 0;      ///< of the resolved, width of the interval / whole

  WindowCount& operator+=(const WindowCount& other);
};

/// Windows of one length.
struct WindowComparison {
  double length = 0;  ///< fs
  WindowCount tracer, jump;
};

/// A run against its windows.
struct WindowedResult {
  TransportResult whole;
  std::vector<WindowComparison> lengths;
};

/// Compares every window with the whole run. Both have errors: a window at v with the interval [l, h] covers the whole
/// run at V with [L, H] where v - V <= sqrt((v - l)^2 + (H - V)^2), or V - v <= sqrt((h - v)^2 + (V - L)^2). A quantity
/// that the whole run does not resolve is compared with nothing. Throws InputError as `analyse_transport` does.
WindowedResult compare_windows(WindowedRun run, const std::vector<double>& lengths, const TransportOptions& options);

/// D* of several runs of one material (glasses of one composition, say): what their intervals leave unexplained.
struct SpreadBetween {
  int runs = 0;                ///< that resolve D*
  double mean = 0;             ///< Å^2/fs
  double relative_spread = 0;  ///< standard deviation between runs over the mean, their own errors taken off
  double relative_error = 0;   ///< root mean square of their own standard errors, over the mean
};
SpreadBetween spread_between(const std::vector<WindowedResult>& runs);

/// What `vitrion transport windows --json` writes; docs/schemas/windows.json describes it.
inline constexpr ResultKind windows_kind{"windows", 1};
nlohmann::json to_json(const std::vector<WindowedResult>& runs);

}  // namespace vitrion::transport
