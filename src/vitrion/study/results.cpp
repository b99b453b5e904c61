#include "vitrion/study/results.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <sstream>

#include "vitrion/core/error.hpp"
#include "vitrion/core/file.hpp"
#include "vitrion/core/text.hpp"

namespace vitrion::study {

nlohmann::json read_json(const std::filesystem::path& file) {
  try {
    return nlohmann::json::parse(read_file(file));
  } catch (const nlohmann::json::exception& e) {
    throw InputError(Location{file.string()}, std::string("is not valid JSON: ") + e.what());
  }
}

std::optional<report::Figure> read_figure(const std::filesystem::path& file) {
  if (!std::filesystem::exists(file)) return std::nullopt;
  return report::figure_from_json(read_json(file));
}

const std::vector<double>& Columns::starting_with(const std::string& prefix) const {
  for (const std::string& name : names)
    if (name.starts_with(prefix)) return values.at(name);
  throw InputError("a CSV file has no column \"" + prefix + "\"");
}

Columns read_csv(const std::filesystem::path& file) {
  std::istringstream in(read_file(file));
  Columns columns;
  std::string line;
  while (std::getline(in, line)) {
    if (line.empty() || line[0] == '#') continue;
    std::istringstream words(line);
    std::string word;
    std::size_t i = 0;
    const bool header = columns.names.empty();
    while (std::getline(words, word, ',')) {
      const std::string text(trim(word));
      if (header)
        columns.names.push_back(text);
      else if (i < columns.names.size())
        columns.values[columns.names[i]].push_back(
            parse_double(text).value_or(std::numeric_limits<double>::quiet_NaN()));
      ++i;
    }
  }
  if (columns.names.empty()) throw InputError(Location{file.string()}, "holds no table");
  return columns;
}

namespace {

struct Scaled {
  double factor;
  std::string power;  // "×10^{-6}" or ""
};

Scaled scale_of(double value) {
  const double magnitude = std::abs(value);
  if (magnitude == 0 || (magnitude >= 0.01 && magnitude < 1e4)) return {1, ""};
  const int exponent = static_cast<int>(std::floor(std::log10(magnitude)));
  return {std::pow(10.0, -exponent), fmt::format("×10^{{{}}}", exponent)};
}

}  // namespace

// `digits` significant digits without an exponent: the value is between 0.01 and 9999, or 0.
std::string plain(double value, int digits) {
  const int before = value == 0 ? 1 : static_cast<int>(std::floor(std::log10(std::abs(value)))) + 1;
  return fmt::format("{:.{}f}", value, std::max(0, digits - before));
}

std::string number(double value, int digits) {
  const Scaled scale = scale_of(value);
  return plain(value * scale.factor, digits) + scale.power;
}

std::string with_interval(double value, double low, double high) {
  const Scaled scale = scale_of(value);
  const auto text = [&](double v, int digits) { return plain(v * scale.factor, digits); };
  return fmt::format("{}{} ({} … {}){}", text(value, 3), scale.power, text(low, 2), text(high, 2), scale.power);
}

}  // namespace vitrion::study
