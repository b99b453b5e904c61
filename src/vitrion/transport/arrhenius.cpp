#include "vitrion/transport/arrhenius.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "vitrion/core/units.hpp"
#include "vitrion/transport/distributions.hpp"

namespace vitrion::transport {
namespace {

double log_variance(const ArrheniusPoint& p) {
  return std::pow((std::log(p.ci95.high) - std::log(p.ci95.low)) / (2 * normal_quantile(0.975)), 2);
}

}  // namespace

ArrheniusPoint arrhenius_point(double temperature, const Diffusivity& d) {
  return {temperature, d.resolved, d.value(), d.ci95, d.upper_bound};
}

std::optional<ArrheniusFit> fit_arrhenius(const std::vector<ArrheniusPoint>& points) {
  ArrheniusFit fit;
  double weights = 0, x_sum = 0, y_sum = 0;
  for (const ArrheniusPoint& p : points) {
    if (!p.resolved) {
      fit.left_out.push_back(p.temperature);
      continue;
    }
    fit.fitted.push_back(p.temperature);
    const double weight = 1 / log_variance(p);
    weights += weight;
    x_sum += weight / p.temperature;
    y_sum += weight * std::log(p.value);
  }
  if (fit.fitted.empty() || *std::max_element(fit.fitted.begin(), fit.fitted.end()) ==
                                *std::min_element(fit.fitted.begin(), fit.fitted.end()))
    return {};
  fit.centre = x_sum / weights;
  fit.intercept = y_sum / weights;
  double xx = 0, xy = 0, scatter = 0;
  for (const ArrheniusPoint& p : points) {
    if (!p.resolved) continue;
    const double x = 1 / p.temperature - fit.centre, weight = 1 / log_variance(p);
    xx += weight * x * x;
    xy += weight * x * std::log(p.value);
  }
  fit.slope = xy / xx;
  for (const ArrheniusPoint& p : points)
    if (p.resolved)
      scatter += std::pow(std::log(p.value) - fit.intercept - fit.slope * (1 / p.temperature - fit.centre), 2) /
                 log_variance(p);
  const auto dof = static_cast<double>(fit.fitted.size()) - 2;
  fit.chi_square = dof > 0 ? scatter / dof : 0;
  const double widening = std::sqrt(std::max(1.0, fit.chi_square));
  fit.coverage_factor = widening > 1 ? student_quantile(0.975, dof) : normal_quantile(0.975);
  fit.slope_deviation = widening / std::sqrt(xx);
  fit.intercept_deviation = widening / std::sqrt(weights);

  constexpr double k = units::boltzmann_eV_per_K;
  fit.activation_energy = -fit.slope * k;
  const double half = fit.coverage_factor * fit.slope_deviation * k;
  fit.activation_energy_ci95 = {fit.activation_energy - half, fit.activation_energy + half};
  const double log_prefactor = fit.intercept - fit.slope * fit.centre;
  const double spread = fit.coverage_factor * std::hypot(fit.intercept_deviation, fit.slope_deviation * fit.centre);
  fit.prefactor = std::exp(log_prefactor);
  fit.prefactor_ci95 = {std::exp(log_prefactor - spread), std::exp(log_prefactor + spread)};
  for (const ArrheniusPoint& p : points)
    if (!p.resolved && fit.at(p.temperature).ci95.low > p.upper_bound) fit.broken_bounds.push_back(p.temperature);
  return fit;
}

Extrapolation ArrheniusFit::at(double temperature) const {
  const double x = 1 / temperature - centre, y = intercept + slope * x;
  const double spread = coverage_factor * std::hypot(intercept_deviation, slope_deviation * x);
  const auto [low, high] = std::minmax_element(fitted.begin(), fitted.end());
  return {temperature,
          std::exp(y),
          {std::exp(y - spread), std::exp(y + spread)},
          temperature < *low || temperature > *high};
}

nlohmann::json to_json(const std::vector<ArrheniusPoint>& points, const std::optional<ArrheniusFit>& fit,
                       const std::vector<double>& extrapolations) {
  constexpr double unit = units::A2_per_fs_in_cm2_per_s;
  const auto pair = [](const Interval& i, double scale) { return nlohmann::json{i.low * scale, i.high * scale}; };
  nlohmann::json result;
  result["points"] = nlohmann::json::array();
  for (const ArrheniusPoint& p : points) {
    nlohmann::json point{{"temperature_K", p.temperature}, {"resolved", p.resolved}};
    if (p.resolved) {
      point["D_cm2_per_s"] = p.value * unit;
      point["ci95_cm2_per_s"] = pair(p.ci95, unit);
    } else if (std::isfinite(p.upper_bound)) {
      point["upper_bound_cm2_per_s"] = p.upper_bound * unit;
    }
    result["points"].push_back(point);
  }
  result["activation_energy_eV"] = nullptr;
  if (!fit) return result;
  result["activation_energy_eV"] = {{"value", fit->activation_energy}, {"ci95", pair(fit->activation_energy_ci95, 1)}};
  result["prefactor_cm2_per_s"] = {{"value", fit->prefactor * unit}, {"ci95", pair(fit->prefactor_ci95, unit)}};
  result["reduced_chi_square"] = fit->chi_square;
  result["line"] = {{"ln_cm2_per_s_at_centre", fit->intercept + std::log(unit)},
                    {"slope_K", fit->slope},
                    {"centre_per_K", fit->centre},
                    {"deviation_at_centre", fit->intercept_deviation},
                    {"slope_deviation_K", fit->slope_deviation},
                    {"coverage_factor", fit->coverage_factor}};
  result["fitted_K"] = fit->fitted;
  result["bounds_left_out_K"] = fit->left_out;
  result["bounds_below_the_line_K"] = fit->broken_bounds;
  result["at"] = nlohmann::json::array();
  for (double t : extrapolations) {
    const Extrapolation e = fit->at(t);
    result["at"].push_back({{"temperature_K", t},
                            {"D_cm2_per_s", e.value * unit},
                            {"ci95_cm2_per_s", pair(e.ci95, unit)},
                            {"extrapolated", e.extrapolated}});
  }
  return result;
}

}  // namespace vitrion::transport
