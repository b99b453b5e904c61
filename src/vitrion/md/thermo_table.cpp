#include "vitrion/md/thermo_table.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "vitrion/core/text.hpp"

namespace vitrion::md {
namespace {

constexpr std::size_t n_blocks = 10;

std::vector<double> block_means(const std::vector<double>& values, std::size_t first) {
  std::vector<double> means(n_blocks);
  const std::size_t n = values.size() - first;
  for (std::size_t b = 0; b < n_blocks; ++b) {
    const std::size_t from = first + b * n / n_blocks, to = first + (b + 1) * n / n_blocks;
    means[b] = std::accumulate(values.begin() + static_cast<std::ptrdiff_t>(from),
                               values.begin() + static_cast<std::ptrdiff_t>(to), 0.0) /
               static_cast<double>(to - from);
  }
  return means;
}

}  // namespace

ThermoTable::ThermoTable(const std::string& text) {
  std::size_t begin = 0;
  while (begin < text.size()) {
    const std::size_t end = text.find('\n', begin);
    std::vector<std::string> cells;
    for (std::size_t at = begin; at < end;) {
      const std::size_t comma = std::min(text.find(',', at), end);
      cells.push_back(text.substr(at, comma - at));
      at = comma + 1;
    }
    rows_.push_back(std::move(cells));
    begin = end + 1;
  }
}

std::vector<double> ThermoTable::column(const std::string& name) const {
  const auto& names = rows_.front();
  const auto k = static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin());
  std::vector<double> values;
  for (std::size_t r = 1; r < rows_.size(); ++r) values.push_back(parse_double(rows_[r].at(k)).value());
  return values;
}

double ThermoTable::mean(const std::string& name) const {
  const std::vector<double> values = column(name);
  const auto first = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  return std::accumulate(first, values.end(), 0.0) / static_cast<double>(values.end() - first);
}

std::int64_t ThermoTable::last_step() const {
  return parse_integer(rows_.back().front()).value();
}

std::optional<Trend> trend_of_second_half(const std::vector<double>& values) {
  const std::size_t first = values.size() / 2;
  if (values.size() - first < 2 * n_blocks) return std::nullopt;
  const std::vector<double> y = block_means(values, first);
  constexpr double n = n_blocks, middle = (n - 1) / 2;
  Trend trend;
  trend.mean = std::accumulate(y.begin(), y.end(), 0.0) / n;
  double xx = 0, xy = 0;
  for (std::size_t b = 0; b < n_blocks; ++b) {
    const double x = static_cast<double>(b) - middle;
    xx += x * x;
    xy += x * y[b];
  }
  const double slope = xy / xx;
  double rest = 0, spread = 0;
  for (std::size_t b = 0; b < n_blocks; ++b) {
    rest += std::pow(y[b] - trend.mean - slope * (static_cast<double>(b) - middle), 2);
    spread += std::pow(y[b] - trend.mean, 2);
  }
  trend.change = n * slope;
  trend.error = n * std::sqrt(rest / (n - 2) / xx);
  trend.mean_error = std::sqrt(spread / (n - 1) / n);
  return trend;
}

}  // namespace vitrion::md
