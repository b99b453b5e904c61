#include "vitrion/transport/series.hpp"

#include <nlohmann/json.hpp>

namespace vitrion::transport {

TransportSeries analyse_series(RunsByTemperature runs, TransportOptions options, std::vector<double> evaluate_at) {
  TransportSeries series;
  series.evaluate_at = std::move(evaluate_at);
  while (!runs.empty()) {
    auto first = runs.extract(runs.begin());
    const auto temperature = first.key();
    options.temperature = temperature;
    series.temperatures.push_back(analyse_transport(std::move(first.mapped()), options));
    if (temperature) series.points.push_back(arrhenius_point(*temperature, series.temperatures.back().tracer));
  }
  if (series.has_arrhenius()) series.fit = fit_arrhenius(series.points);
  return series;
}

std::optional<Extrapolation> conductivity_at(const TransportSeries& series, double temperature) {
  const TransportResult& first = series.temperatures.front();
  if (!series.fit || !first.charge || !first.volume) return {};
  const double factor =
      conductivity_per_diffusivity(first.runs.front().n_ions, *first.charge, *first.volume, temperature);
  Extrapolation e = series.fit->at(temperature);
  e.value *= factor;
  e.ci95 = {e.ci95.low * factor, e.ci95.high * factor};
  return e;
}

nlohmann::json to_json(const TransportSeries& series) {
  nlohmann::json json{{"temperatures", nlohmann::json::array()}};
  for (const TransportResult& result : series.temperatures) json["temperatures"].push_back(to_json(result));
  if (!series.has_arrhenius()) return json;
  json["arrhenius"] = to_json(series.points, series.fit, series.evaluate_at);
  for (std::size_t i = 0; i < series.evaluate_at.size(); ++i)
    if (const auto sigma = conductivity_at(series, series.evaluate_at[i])) {
      json["arrhenius"]["at"][i]["conductivity_S_per_cm"] = sigma->value;
      json["arrhenius"]["at"][i]["conductivity_ci95_S_per_cm"] = {sigma->ci95.low, sigma->ci95.high};
    }
  return json;
}

}  // namespace vitrion::transport
