// What a transport analysis has to say: answers, tables, figures.
#pragma once

#include <string>

#include "vitrion/report/report.hpp"
#include "vitrion/transport/calibration.hpp"
#include "vitrion/transport/series.hpp"

namespace vitrion::present {

/// D* and D_J with interval or bound, Haven ratio, conductivity, the Arrhenius line, how the lines were fitted, which
/// runs it rests on, why something is not resolved and what would resolve it, warnings; figures msd, mscd, arrhenius.
report::Section transport_section(const transport::TransportSeries& series);

/// Two lines above the rows of a table of calibration, and one row of it: printed as the walks end.
std::string calibration_header();
std::string calibration_row(const transport::CalibrationReport& report);

}  // namespace vitrion::present
