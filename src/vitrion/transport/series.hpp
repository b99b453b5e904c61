// Transport at several temperatures, and the Arrhenius line through them: the whole of what `vitrion transport` finds.
#pragma once

#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <vector>

#include "vitrion/core/result.hpp"
#include "vitrion/transport/arrhenius.hpp"
#include "vitrion/transport/transport.hpp"

namespace vitrion::transport {

/// Replicas by temperature, K; runs without one stand under "nothing".
using RunsByTemperature = std::map<std::optional<double>, std::vector<RunMotion>>;

struct TransportSeries {
  std::vector<TransportResult> temperatures;  ///< in rising order, one at least
  std::vector<ArrheniusPoint> points;         ///< of those with a temperature
  std::optional<ArrheniusFit> fit;            ///< with two resolved points or more
  std::vector<double> evaluate_at;            ///< K, where the line is read off

  bool has_arrhenius() const { return points.size() > 1; }
};

/// `options.temperature` is set for every temperature; `evaluate_at` in K. Throws InputError as `analyse_transport`
/// does.
TransportSeries analyse_series(RunsByTemperature runs, TransportOptions options, std::vector<double> evaluate_at);

/// sigma of Nernst and Einstein from D* of the Arrhenius line at a temperature (K), S/cm, with the line's 95 %
/// interval; charge and volume are those of the temperatures. Nothing without a line, a charge or a volume.
std::optional<Extrapolation> conductivity_at(const TransportSeries& series, double temperature);

/// What `vitrion transport --json` writes; docs/schemas/transport.json describes it.
inline constexpr ResultKind transport_kind{"transport", 1};
nlohmann::json to_json(const TransportSeries& series);

}  // namespace vitrion::transport
