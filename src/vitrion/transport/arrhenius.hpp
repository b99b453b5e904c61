// D over temperature: activation energy, prefactor, and what lies outside the measured range.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <vector>

#include "vitrion/transport/diffusivity.hpp"

namespace vitrion::transport {

/// One temperature of an Arrhenius plot.
struct ArrheniusPoint {
  double temperature = 0;  ///< K
  bool resolved = false;
  double value = 0;        ///< D, Å^2/fs, where resolved
  Interval ci95;           ///< Å^2/fs, where resolved
  double upper_bound = 0;  ///< Å^2/fs, where not
};
ArrheniusPoint arrhenius_point(double temperature, const Diffusivity& d);

/// D at a temperature by the fitted line.
struct Extrapolation {
  double temperature = 0;     ///< K
  double value = 0;           ///< Å^2/fs
  Interval ci95;              ///< Å^2/fs; of the line, it knows of no change of mechanism
  bool extrapolated = false;  ///< outside the temperatures that were fitted
};

/// D = D0 exp(-Ea / kT).
///
/// Least squares on ln D over 1/T, weighted by the variance of ln D (a quarter of the width of its 95 % interval,
/// squared). Bounds are never fitted as values: a temperature without a resolved D is left out. The interval uses the
/// stated errors; where the points scatter more than these allow (reduced chi-square above 1), it is widened by the
/// scatter, with Student's t for n - 2 degrees of freedom (Birge 1932, doi 10.1103/PhysRev.40.207).
struct ArrheniusFit {
  double activation_energy = 0;  ///< eV
  Interval activation_energy_ci95;
  double prefactor = 0;  ///< D0, Å^2/fs
  Interval prefactor_ci95;
  double chi_square = 0;              ///< reduced; 0 for two points
  std::vector<double> fitted;         ///< K
  std::vector<double> left_out;       ///< K: bounds
  std::vector<double> broken_bounds;  ///< K: temperatures where the line lies above an upper bound

  Extrapolation at(double temperature) const;

  double slope = 0, intercept = 0, centre = 0;  ///< ln D = intercept + slope (1/T - centre); uncorrelated
  double slope_deviation = 0, intercept_deviation = 0, coverage_factor = 1.96;
};

/// Nothing when fewer than two different temperatures are resolved.
std::optional<ArrheniusFit> fit_arrhenius(const std::vector<ArrheniusPoint>& points);

/// Temperatures as `extrapolations` in K; keys: activation_energy_eV {value, ci95}, prefactor_cm2_per_s, points, ...
nlohmann::json to_json(const std::vector<ArrheniusPoint>& points, const std::optional<ArrheniusFit>& fit,
                       const std::vector<double>& extrapolations);

}  // namespace vitrion::transport
