// A transport analysis as figures.
#pragma once

#include <optional>
#include <vector>

#include "vitrion/report/plot.hpp"
#include "vitrion/transport/arrhenius.hpp"
#include "vitrion/transport/transport.hpp"

namespace vitrion::present {

/// Tracer MSD and collective MSD over lag with the fitted lines, one pair of figures for all temperatures.
/// Ids: msd, mscd.
std::vector<report::Figure> figures_of(const std::vector<transport::TransportResult>& results);

/// ln D over 1000/T with the fitted line and its 95 % band; bounds as marks of their own. Id: arrhenius.
report::Figure arrhenius_figure(const std::vector<transport::ArrheniusPoint>& points,
                                const std::optional<transport::ArrheniusFit>& fit);

}  // namespace vitrion::present
