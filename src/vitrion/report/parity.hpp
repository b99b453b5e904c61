// Parity plots: predictions over reference values, one series a subset.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "vitrion/report/plot.hpp"

namespace vitrion::report {

struct ParityPoints {
  std::vector<double> reference, predicted;
};

/// A square-ish scatter with the line of identity and the RMSE in the title. `quantity` e.g. "Force", `unit` e.g.
/// "eV/Å"; `subsets` by name (the name "" has no legend entry).
Figure parity_figure(const std::string& id, const std::string& quantity, const std::string& unit,
                     const std::map<std::string, ParityPoints>& subsets);

/// Predicted less reference over reference, the same subsets: what the line of identity hides by its length. Its
/// caption tells mean and standard deviation, and how much of it lies beyond three of these (0.3 % of a normal
/// distribution).
Figure residual_figure(const std::string& id, const std::string& quantity, const std::string& unit,
                       const std::map<std::string, ParityPoints>& subsets);

}  // namespace vitrion::report
