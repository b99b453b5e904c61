// The files that stages leave, read back for the report.
#pragma once

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "vitrion/report/plot.hpp"

namespace vitrion::study {

/// A JSON file. Throws InputError when it is missing or malformed.
nlohmann::json read_json(const std::filesystem::path& file);

/// The figure a stage wrote as plots/ID.json; nothing when it drew none by that name.
std::optional<report::Figure> read_figure(const std::filesystem::path& file);

/// Columns of a CSV file by the name in its header, in file order; words that are no numbers become NaN.
struct Columns {
  std::vector<std::string> names;
  std::map<std::string, std::vector<double>> values;

  /// The first column whose name begins so ("temperature" finds "temperature_K"); throws InputError when there is none.
  const std::vector<double>& starting_with(const std::string& prefix) const;
};
Columns read_csv(const std::filesystem::path& file);

/// "1.23×10^{-6}" with `digits` significant digits; plain between 0.01 and 9999.
std::string number(double value, int digits = 3);
/// "1.2×10^{-6} (0.9 ... 1.6)×10^{-6}": a value and its 95 % interval on one power of ten.
std::string with_interval(double value, double low, double high);

}  // namespace vitrion::study
