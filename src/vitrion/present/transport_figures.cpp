#include "vitrion/present/transport_figures.hpp"

#include <fmt/format.h>

#include <cmath>

#include <algorithm>

#include "vitrion/core/units.hpp"

namespace vitrion::present {
namespace {

using namespace transport;

std::string label_of(const TransportResult& result) {
  return result.temperature ? fmt::format("{:g} K", *result.temperature) : result.runs.front().file;
}

void add_msd(report::Figure& figure, const TransportResult& result, bool collective, int color) {
  const double dt = result.runs.front().tracer.timestep;
  const std::vector<double> msd = mean_msd(result.runs, collective);
  report::Series data{.name = label_of(result), .color = color};
  for (std::size_t lag : lags_to_show(result.runs.front().tracer.longest_lag() + 1)) {
    if (lag == 0 || lag >= msd.size()) continue;
    data.x.push_back(static_cast<double>(lag) * dt / units::ps_in_fs);
    data.y.push_back(msd[lag]);
  }
  const Diffusivity& d = collective ? result.jump : result.tracer;
  const SlopeFit& fit = d.fits.front();
  report::Series line{
      .name = label_of(result) + (d.resolved ? " fit" : " fit (not resolved)"), .dashed = true, .color = color};
  for (std::size_t lag : lags_to_show(std::min(fit.last_lag + 1, msd.size()))) {
    if (lag < fit.line.onset) continue;
    line.x.push_back(static_cast<double>(lag) * dt / units::ps_in_fs);
    line.y.push_back(fit.line.intercept + fit.line.slope * static_cast<double>(lag));
  }
  figure.series.push_back(std::move(data));
  figure.series.push_back(std::move(line));
}

}  // namespace

std::vector<report::Figure> figures_of(const std::vector<TransportResult>& results) {
  const RunMotion& first = results.front().runs.front();
  const std::string species = first.species.name();
  std::vector<report::Figure> figures;
  for (bool collective : {false, true}) {
    report::Figure figure{.id = collective ? "mscd" : "msd",
                          .title = collective ? "Collective displacement of " + species : "Displacement of " + species,
                          .x = {"Time lag", "ps", report::Scale::logarithmic},
                          .y = {collective ? "MSCD" : "MSD", "Å^{2}", report::Scale::logarithmic}};
    figure.caption =
        fmt::format("All origins; reference frame: {}. Dashed: generalised least squares over the lags it spans.",
                    describe(first.frame));
    for (std::size_t i = 0; i < results.size(); ++i) add_msd(figure, results[i], collective, static_cast<int>(i));
    figures.push_back(std::move(figure));
  }
  return figures;
}

report::Figure arrhenius_figure(const std::vector<ArrheniusPoint>& points, const std::optional<ArrheniusFit>& fit) {
  report::Figure figure{.id = "arrhenius",
                        .title = "Diffusion coefficient over temperature",
                        .caption = "Error bars and band: 95 %. Upper bounds are shown, not fitted.",
                        .x = {"1000 / T", "1/K"},
                        .y = {"D^{*}", "cm^{2}/s", report::Scale::logarithmic}};
  report::Series resolved{.name = "resolved", .mark = report::Mark::points, .color = 0};
  report::Series bounds{.name = "upper bound", .mark = report::Mark::points, .color = 3};
  double hottest = 0, coldest = 1e9;
  for (const ArrheniusPoint& p : points) {
    hottest = std::max(hottest, p.temperature);
    coldest = std::min(coldest, p.temperature);
    if (!p.resolved && !std::isfinite(p.upper_bound)) continue;
    report::Series& series = p.resolved ? resolved : bounds;
    series.x.push_back(1000 / p.temperature);
    series.y.push_back((p.resolved ? p.value : p.upper_bound) * units::A2_per_fs_in_cm2_per_s);
    series.hover.push_back(fmt::format("{:g} K", p.temperature));
    if (!p.resolved) continue;
    series.low.push_back(p.ci95.low * units::A2_per_fs_in_cm2_per_s);
    series.high.push_back(p.ci95.high * units::A2_per_fs_in_cm2_per_s);
  }
  if (fit) {
    report::Series line{.name = fmt::format("E_{{a}} = {:.3g} eV", fit->activation_energy), .color = 0};
    report::Series band{.name = "", .mark = report::Mark::band, .color = 0};
    constexpr int steps = 100;
    for (int i = 0; i <= steps; ++i) {
      const double inverse = 1 / hottest + (1 / coldest - 1 / hottest) * i / steps;
      const Extrapolation e = fit->at(1 / inverse);
      line.x.push_back(1000 * inverse);
      line.y.push_back(e.value * units::A2_per_fs_in_cm2_per_s);
      band.x.push_back(1000 * inverse);
      band.low.push_back(e.ci95.low * units::A2_per_fs_in_cm2_per_s);
      band.high.push_back(e.ci95.high * units::A2_per_fs_in_cm2_per_s);
    }
    figure.series.push_back(std::move(band));
    figure.series.push_back(std::move(line));
  }
  if (!resolved.x.empty()) figure.series.push_back(std::move(resolved));
  if (!bounds.x.empty()) figure.series.push_back(std::move(bounds));
  return figure;
}

}  // namespace vitrion::present
