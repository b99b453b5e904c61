// Parity plots of energies, forces and stresses as SVG files: what evaluate and train share.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "vitrion/train/calibration.hpp"
#include "vitrion/train/metrics.hpp"

namespace vitrion::cli {

/// parity-energy.svg, parity-force.svg, parity-stress.svg in `folder`, one series a subset; none where no label is.
void write_parity_plots(const std::filesystem::path& folder, const std::map<std::string, train::ParityData>& subsets);

/// Writes force errors over extrapolation grades, by subset; nothing when there are none.
void write_grade_plot(const std::filesystem::path& folder, const std::map<std::string, train::GradedErrors>& subsets);

}  // namespace vitrion::cli
