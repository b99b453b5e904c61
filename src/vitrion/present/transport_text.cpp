#include "vitrion/present/transport_text.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "vitrion/core/units.hpp"

namespace vitrion::present {
namespace {

using namespace transport;

constexpr double cm2 = units::A2_per_fs_in_cm2_per_s;

std::string duration(double fs) {
  if (fs < 1e3) return fmt::format("{:.3g} fs", fs);
  if (fs < 1e6) return fmt::format("{:.3g} ps", fs / units::ps_in_fs);
  if (fs < 1e12) return fmt::format("{:.3g} ns", fs / units::ns_in_fs);
  return fmt::format("{:.3g} ms", fs / 1e12);
}

std::string diffusivity_line(const char* name, const Diffusivity& d) {
  if (!d.resolved)
    return fmt::format("  {:<22} < {:.3g} cm^2/s        NOT RESOLVED, upper bound\n", name, d.upper_bound * cm2);
  return fmt::format("  {:<22} {:.3g} cm^2/s   95 % [{:.3g}, {:.3g}]   resolved\n", name, d.value() * cm2,
                     d.ci95.low * cm2, d.ci95.high * cm2);
}

std::string estimate_line(const char* name, const Estimate& e, const char* unit) {
  if (e.value)
    return fmt::format("  {:<22} {:.3g} {}   95 % [{:.3g}, {:.3g}]\n", name, *e.value, unit, e.ci95->low, e.ci95->high);
  if (e.upper_bound) return fmt::format("  {:<22} < {:.3g} {}   upper bound\n", name, *e.upper_bound, unit);
  return {};
}

std::string why(const char* name, const Diffusivity& d) {
  std::string text = fmt::format("  {}: {}.\n", name, d.reason);
  if (d.needed_run_length > d.run_length)
    text += fmt::format(
        "    {} of runs would resolve it if {} were at the bound, ten times more if it is a tenth of that.\n",
        duration(d.needed_run_length), name);
  return text;
}

std::string fit_lines(const TransportResult& result) {
  const Diffusivity& d = result.tracer;
  const SlopeFit& fit = d.fits.front();
  const double dt = result.runs.front().tracer.timestep;
  std::string text =
      fmt::format("  fit: from {} to {}, MSD = {:.3g} Å^2 + 6 D t", duration(static_cast<double>(fit.line.onset) * dt),
                  duration(static_cast<double>(fit.last_lag) * dt), fit.line.intercept);
  if (d.beta) text += fmt::format("; log-log slope {:.2f} +- {:.2f}", d.beta->value, d.beta->deviation);
  text += fmt::format("; {:.3g} effective hops of {:g} Å\n", d.effective_hops, result.hop_length);
  return text;
}

}  // namespace

std::string text_of(const TransportResult& result) {
  const RunMotion& first = result.runs.front();
  std::string text = fmt::format("Transport of {}", first.species.name());
  if (result.temperature) text += fmt::format(" at {:g} K", *result.temperature);
  text += '\n';
  for (const RunMotion& run : result.runs)
    text += fmt::format("  {}: {} ions, {} frames {} apart, {}; positions continuous by {}\n", run.file, run.n_ions,
                        run.tracer.n_frames, duration(run.tracer.timestep),
                        duration(run.tracer.timestep * static_cast<double>(run.tracer.n_frames - 1)), run.unwrapping);
  text += fmt::format("  reference frame: {}; largest drift removed {:.3g} Å\n", describe(first.frame), first.drift);
  const std::vector<double> msd = mean_msd(result.runs, false);
  text += "  MSD:";
  for (double share : {0.1, 0.3, 1.0}) {
    const std::size_t lag =
        std::max<std::size_t>(1, static_cast<std::size_t>(share * static_cast<double>(first.tracer.longest_lag())));
    text += fmt::format("  {:.4g} Å^2 at {}", msd[lag], duration(static_cast<double>(lag) * first.tracer.timestep));
  }
  text += '\n';
  text += diffusivity_line("D* (tracer)", result.tracer);
  static constexpr const char* axis_names[] = {"  along x", "  along y", "  along z"};
  for (std::size_t k = 0; k < 3; ++k) text += diffusivity_line(axis_names[k], result.axes[k]);
  text += diffusivity_line("D_J (jump, charge)", result.jump);
  text += estimate_line("Haven ratio D*/D_J", result.haven_ratio, "");
  text += estimate_line("conductivity from D*", result.conductivity, "S/cm");
  text += estimate_line("conductivity from D_J", result.conductivity_jump, "S/cm");
  if (result.conductivity.value || result.conductivity.upper_bound)
    text += fmt::format("    Nernst-Einstein, N q^2 D/(V k T), charge {:+g} e\n", *result.charge);
  text += fit_lines(result);
  if (!result.tracer.resolved) text += why("D*", result.tracer);
  if (!result.jump.resolved) text += why("D_J", result.jump);
  for (const std::string& warning : result.warnings) text += "  warning: " + warning + '\n';
  return text;
}

std::string text_of(const std::vector<ArrheniusPoint>& points, const std::optional<ArrheniusFit>& fit,
                    const std::vector<double>& temperatures) {
  std::string text = "Arrhenius, D = D0 exp(-Ea/kT)\n";
  for (const ArrheniusPoint& p : points)
    text += p.resolved
                ? fmt::format("  {:>6g} K   {:.3g} cm^2/s   95 % [{:.3g}, {:.3g}]\n", p.temperature, p.value * cm2,
                              p.ci95.low * cm2, p.ci95.high * cm2)
                : fmt::format("  {:>6g} K   < {:.3g} cm^2/s   bound, not fitted\n", p.temperature, p.upper_bound * cm2);
  if (!fit) return text + "  fewer than two temperatures are resolved: no activation energy\n";
  text += fmt::format("  Ea = {:.3g} eV   95 % [{:.3g}, {:.3g}]\n", fit->activation_energy,
                      fit->activation_energy_ci95.low, fit->activation_energy_ci95.high);
  text += fmt::format("  D0 = {:.3g} cm^2/s   95 % [{:.3g}, {:.3g}]", fit->prefactor * cm2,
                      fit->prefactor_ci95.low * cm2, fit->prefactor_ci95.high * cm2);
  text += fit->fitted.size() > 2 ? fmt::format("   reduced chi-square {:.2f}\n", fit->chi_square)
                                 : "   two temperatures: nothing tests the law\n";
  for (double t : fit->broken_bounds)
    text += fmt::format(
        "  warning: at {:g} K the line lies above the upper bound: the law does not hold down to there\n", t);
  for (double t : temperatures) {
    const Extrapolation e = fit->at(t);
    text += fmt::format("  {:>6g} K   {:.3g} cm^2/s   95 % [{:.3g}, {:.3g}]{}\n", t, e.value * cm2, e.ci95.low * cm2,
                        e.ci95.high * cm2, e.extrapolated ? "   EXTRAPOLATED" : "");
  }
  return text;
}

std::string calibration_header() {
  return "                                        95 % interval of D*         called            bounds   D_J     Haven "
         "  D*/truth\n"
         "motion                 ions frames   covers   too high  too low   resolved  covers   hold     covers  covers "
         " mean   "
         "spread stated\n";
}

std::string calibration_row(const CalibrationReport& r) {
  const auto percent = [](const CoverageCount& c) {
    return c.n ? fmt::format("{:.1f} %", c.percent()) : std::string("-");
  };
  const int unresolved = r.walks - r.resolved;
  const auto share = [&](int n) { return 100.0 * n / std::max(1, r.tracer.n); };
  return fmt::format(
      "{:<22} {:>4} {:>6}   {:>6.2f} %  {:>5.2f} %  {:>5.2f} %  {:>6.1f} %  {:>7}  {:>7}  {:>6}  {:>6}  {:.3f}  {:.3f} "
      " {:.3f}\n",
      r.model.name, r.model.n_ions, r.model.n_frames, r.tracer.percent(), share(r.tracer.above), share(r.tracer.below),
      100.0 * r.resolved / std::max(1, r.walks), percent(r.resolved_tracer),
      unresolved ? fmt::format("{:.1f} %", 100.0 * r.bounds_held / unresolved) : std::string("-"), percent(r.jump),
      percent(r.haven), r.mean_ratio, r.spread, r.stated);
}

}  // namespace vitrion::present
