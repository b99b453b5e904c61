// Tables of numbers that runs leave as CSV, for figures.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace vitrion::present {

/// Columns of a CSV file by the name in its header, in file order; words that are no numbers become NaN.
struct Columns {
  std::vector<std::string> names;
  std::map<std::string, std::vector<double>> values;

  /// The first column whose name begins so ("temperature" finds "temperature_K"); throws InputError when there is none.
  const std::vector<double>& starting_with(const std::string& prefix) const;
};

/// Throws InputError when there is no table.
Columns read_csv(const std::filesystem::path& file);

}  // namespace vitrion::present
