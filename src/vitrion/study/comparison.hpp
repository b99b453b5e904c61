// The study's own values beside those of others: what stands where, and whether they agree.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "vitrion/core/config.hpp"
#include "vitrion/report/report.hpp"

namespace vitrion::study {

/// What a value from elsewhere can be compared with.
enum class Measure { nothing, conductivity, diffusion, activation_energy, density };

/// A value from a paper or an experiment to stand beside the study's own.
struct LiteratureValue {
  std::string quantity;
  double value = 0;
  std::optional<std::pair<double, double>> range = {};  ///< of the reported values; absent: the value alone
  std::optional<double> temperature = {};               ///< K
  std::string source;
  Measure compare = Measure::nothing;
};

/// The list "literature" of a study's settings. Without the key `compare` what to compare with is told by the beginning
/// of `quantity` ("ionic conductivity (S/cm)", "diffusion coefficient (cm2/s)", "activation energy (eV)", "density
/// (g/cm3)").
std::vector<LiteratureValue> read_literature(Config& config);

/// The study's own value of the same quantity at the same temperature, in the unit of the literature (S/cm, cm2/s, eV,
/// g/cm3).
struct OwnValue {
  std::optional<double> value = {};  ///< absent: only a bound is known
  double low = 0, high = 0;          ///< 95 %; of a bound 0 and the bound
  std::string basis;                 ///< "at 600 K", "EXTRAPOLATED from 600 K by the Arrhenius line"
};

/// From the results (result.json) of the study's analyses. Nothing where none holds it.
std::optional<OwnValue> own_value(const LiteratureValue& other, const std::vector<nlohmann::json>& results);

/// A table of both with interval and ratio, an answer for the top of the page, and a callout of what disagrees: where
/// the value (or all of the range) of others lies outside the study's 95 % interval.
report::Section comparison_section(const std::vector<LiteratureValue>& literature,
                                   const std::vector<nlohmann::json>& results);

}  // namespace vitrion::study
