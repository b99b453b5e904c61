// A transport analysis as tables on a terminal.
#pragma once

#include <string>
#include <vector>

#include "vitrion/transport/arrhenius.hpp"
#include "vitrion/transport/calibration.hpp"
#include "vitrion/transport/transport.hpp"

namespace vitrion::present {

/// What was measured, against which frame, D* and D_J with interval or bound, Haven ratio, conductivity, warnings.
std::string text_of(const transport::TransportResult& result);

/// Table of temperatures, activation energy, values asked for at `temperatures` (K).
std::string text_of(const std::vector<transport::ArrheniusPoint>& points,
                    const std::optional<transport::ArrheniusFit>& fit, const std::vector<double>& temperatures);

/// Two lines above the rows of a table of coverage, and one row of it.
std::string calibration_header();
std::string calibration_row(const transport::CalibrationReport& report);

}  // namespace vitrion::present
