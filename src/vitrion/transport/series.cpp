#include "vitrion/transport/series.hpp"

#include <nlohmann/json.hpp>

namespace vitrion::transport {

TransportSeries analyse_series(RunsByTemperature runs, TransportOptions options, std::vector<double> evaluate_at) {
  TransportSeries series;
  series.evaluate_at = std::move(evaluate_at);
  for (auto& [temperature, motions] : runs) {
    options.temperature = temperature;
    series.temperatures.push_back(analyse_transport(std::move(motions), options));
    if (temperature) series.points.push_back(arrhenius_point(*temperature, series.temperatures.back().tracer));
  }
  if (series.has_arrhenius()) series.fit = fit_arrhenius(series.points);
  return series;
}

nlohmann::json to_json(const TransportSeries& series) {
  nlohmann::json json{{"temperatures", nlohmann::json::array()}};
  for (const TransportResult& result : series.temperatures) json["temperatures"].push_back(to_json(result));
  if (series.has_arrhenius()) json["arrhenius"] = to_json(series.points, series.fit, series.evaluate_at);
  return json;
}

}  // namespace vitrion::transport
