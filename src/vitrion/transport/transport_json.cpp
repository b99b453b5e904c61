// The machine-readable form of a transport analysis.
#include <cmath>
#include <nlohmann/json.hpp>

#include "vitrion/core/units.hpp"
#include "vitrion/transport/transport.hpp"

namespace vitrion::transport {
namespace {

using Json = nlohmann::json;

Json number(const std::optional<double>& value) {
  return value ? Json(*value) : Json(nullptr);
}

/// null where there is none: an infinite bound is no bound.
Json finite(double value) {
  return std::isfinite(value) ? Json(value) : Json(nullptr);
}

Json interval(const std::optional<Interval>& i, double unit = 1) {
  return i ? Json{i->low * unit, i->high * unit} : Json(nullptr);
}

Json of(const Estimate& e) {
  return {{"value", number(e.value)}, {"ci95", interval(e.ci95)}, {"upper_bound", number(e.upper_bound)}};
}

Json of(const Diffusivity& d, double timestep) {
  constexpr double unit = units::A2_per_fs_in_cm2_per_s;
  const SlopeFit& fit = d.fits.front();
  Json result{{"value_cm2_per_s", nullptr},
              {"ci95_cm2_per_s",
               {d.resolved ? d.ci95.low * unit : 0.0, finite((d.resolved ? d.ci95.high : d.upper_bound) * unit)}},
              {"resolved", d.resolved},
              {"upper_bound_cm2_per_s", nullptr},
              {"slope_estimate_cm2_per_s", d.value() * unit},
              {"effective_hops", d.effective_hops},
              {"log_slope", nullptr},
              {"onset_fs", static_cast<double>(fit.line.onset) * timestep},
              {"last_lag_fs", static_cast<double>(fit.last_lag) * timestep},
              {"fit", {{"intercept_A2", fit.line.intercept}, {"slope_A2_per_fs", fit.slope.value}}}};
  if (d.beta) result["log_slope"] = {{"value", d.beta->value}, {"standard_error", d.beta->deviation}};
  if (d.resolved) {
    result["value_cm2_per_s"] = d.value() * unit;
  } else {
    result["upper_bound_cm2_per_s"] = finite(d.upper_bound * unit);
    result["reason"] = d.reason;
    result["run_length_to_resolve_fs"] = finite(d.needed_run_length);
  }
  return result;
}

// Every species of the reference: whether it stays.
Json host_json(const RunMotion& run) {
  Json host = Json::array();
  const std::vector<double> own = own_diffusion(run.checks.host);
  for (std::size_t h = 0; h < own.size(); ++h) {
    const HostMotion& m = run.checks.host[h];
    host.push_back({{"species", m.species.name()},
                    {"n_atoms", m.n_atoms},
                    {"D_cm2_per_s", own[h] / run.tracer.timestep * units::A2_per_fs_in_cm2_per_s},
                    {"longest_lag_msd_A2", m.msd.empty() ? Json(nullptr) : Json(m.msd.back())}});
  }
  return host;
}

// D* of each run alone, and of the halves of all.
Json spread_json(const TransportResult& result, double timestep) {
  constexpr double unit = units::A2_per_fs_in_cm2_per_s;
  const Spread& spread = result.spread;
  Json runs = Json::array(), halves = Json::array();
  for (std::size_t r = 0; r < spread.by_run.size(); ++r)
    runs.push_back({{"file", result.runs[r].file}, {"D_tracer", of(spread.by_run[r], timestep)}});
  for (const Diffusivity& d : spread.by_half) halves.push_back(of(d, timestep));
  return {{"runs", runs},
          {"halves", halves},
          {"deviation_of_runs_cm2_per_s", finite(spread.deviation_of_runs * unit)},
          {"error_of_runs_cm2_per_s", finite(spread.error_of_runs * unit)}};
}

}  // namespace

Json to_json(const TransportResult& result) {
  const RunMotion& first = result.runs.front();
  const double dt = first.tracer.timestep;
  const std::vector<double> msd = mean_msd(result.runs, false), collective = mean_msd(result.runs, true);
  Json lags = Json::array(), tracer = Json::array(), together = Json::array(), independent = Json::array();
  Json axes = Json::array({Json::array(), Json::array(), Json::array()});
  for (std::size_t lag : lags_to_show(msd.size())) {
    lags.push_back(static_cast<double>(lag) * dt);
    tracer.push_back(msd[lag]);
    together.push_back(collective[lag]);
    double samples = 0;
    for (const RunMotion& run : result.runs) samples += lag > 0 ? run.tracer.independent(lag) : 0;
    independent.push_back(samples);
    for (std::size_t k = 0; k < 3; ++k) axes[k].push_back(first.tracer.per_axis[k][lag]);
  }
  Json runs = Json::array();
  for (const RunMotion& run : result.runs)
    runs.push_back({{"file", run.file},
                    {"n_frames", run.tracer.n_frames},
                    {"dt_fs", run.tracer.timestep},
                    {"unwrapping", run.unwrapping},
                    {"time_source", name_of(run.time_source)},
                    {"volume_A3", number(run.volume)},
                    {"drift_removed_A", run.drift},
                    {"host_displacement_A", run.host_displacement},
                    {"largest_step_of_cell", run.checks.step.share},
                    {"vacuum_share", run.checks.vacuum ? Json(run.checks.vacuum->share) : Json(nullptr)},
                    {"host", host_json(run)}});
  Json along = Json::array();
  for (const Diffusivity& d : result.axes) along.push_back(of(d, dt));
  return {{"species", first.species.name()},
          {"ion", first.species.name()},
          {"n_ions", first.n_ions},
          {"frame", name_of(first.frame)},
          {"frame_description", describe(first.frame)},
          {"dt_fs", dt},
          {"temperature_K", number(result.temperature)},
          {"charge_e", number(result.charge)},
          {"D_tracer", of(result.tracer, dt)},
          {"D_tracer_axes", along},
          {"D_jump", of(result.jump, dt)},
          {"spread", spread_json(result, dt)},
          {"haven_ratio", of(result.haven_ratio)},
          {"conductivity_S_per_cm", of(result.conductivity)},
          {"conductivity_jump_S_per_cm", of(result.conductivity_jump)},
          {"msd",
           {{"lag_fs", lags},
            {"A2", tracer},
            {"axes_A2", axes},
            {"collective_A2", together},
            {"independent_samples", independent}}},
          {"runs", runs},
          {"volume_A3", number(result.volume)},
          {"notes", result.notes},
          {"warnings", result.warnings}};
}

}  // namespace vitrion::transport
