#include "vitrion/potentials/selection.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

namespace vitrion::potentials {

std::string_view name_of(GradeMode mode) {
  return mode == GradeMode::neighbourhood ? "neighbourhood" : "configuration";
}

nlohmann::json to_json(const Calibration& calibration) {
  nlohmann::json json = nlohmann::json::array();
  for (const GradeBin& bin : calibration)
    json.push_back({{"from", bin.from},
                    {"to", std::isfinite(bin.to) ? nlohmann::json(bin.to) : nlohmann::json(nullptr)},
                    {"n_atoms", bin.n_atoms},
                    {"rms_eV_per_A", bin.rms},
                    {"quantile_95_eV_per_A", bin.quantile_95}});
  return json;
}

Calibration calibration_from_json(const nlohmann::json& json) {
  Calibration calibration;
  for (const nlohmann::json& bin : json)
    calibration.push_back({bin.at("from").get<double>(), bin.at("to").is_null() ? INFINITY : bin.at("to").get<double>(),
                           bin.at("n_atoms").get<std::int64_t>(), bin.at("rms_eV_per_A").get<double>(),
                           bin.at("quantile_95_eV_per_A").get<double>()});
  return calibration;
}

}  // namespace vitrion::potentials
