// A table that a stage wrote (STAGE.thermo.csv, STAGE.grades.csv), read back.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace vitrion::md {

/// Columns by the names in the header.
class ThermoTable {
 public:
  explicit ThermoTable(const std::string& text);
  std::vector<double> column(const std::string& name) const;
  /// Over the second half of the rows.
  double mean(const std::string& name) const;
  std::int64_t last_step() const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

/// What a series does over its second half, as if it had a trend.
struct Trend {
  double mean = 0;
  double change = 0;      ///< of the line through it, from its begin to its end
  double error = 0;       ///< standard error of `change`
  double mean_error = 0;  ///< standard error of `mean`
};

/// From the means of ten blocks, which are taken for independent. Nothing where there are fewer than two values a
/// block.
std::optional<Trend> trend_of_second_half(const std::vector<double>& values);

}  // namespace vitrion::md
