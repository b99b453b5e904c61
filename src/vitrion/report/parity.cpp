#include "vitrion/report/parity.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace vitrion::report {

Figure parity_figure(const std::string& id, const std::string& quantity, const std::string& unit,
                     const std::map<std::string, ParityPoints>& subsets) {
  double squares = 0;
  std::size_t count = 0;
  Figure figure{.id = id, .title = quantity};
  for (const auto& [name, points] : subsets) {
    for (std::size_t i = 0; i < points.reference.size(); ++i)
      squares += (points.predicted[i] - points.reference[i]) * (points.predicted[i] - points.reference[i]);
    count += points.reference.size();
    figure.series.push_back({.name = name, .mark = Mark::points, .x = points.reference, .y = points.predicted});
  }
  const double rmse = count > 0 ? std::sqrt(squares / static_cast<double>(count)) : 0.0;
  figure.title = fmt::format("{}: RMSE {:.4g} {}", quantity, rmse, unit);
  figure.caption = fmt::format("{} values; on the line prediction and reference agree.", count);
  figure.x = {.label = "reference", .unit = unit};
  figure.y = {.label = "predicted", .unit = unit};
  figure.annotations.push_back({.kind = AnnotationKind::identity});
  return figure;
}

Figure residual_figure(const std::string& id, const std::string& quantity, const std::string& unit,
                       const std::map<std::string, ParityPoints>& subsets) {
  Figure figure{.id = id, .title = quantity + ": predicted less reference"};
  std::vector<double> all;
  for (const auto& [name, points] : subsets) {
    Series series{.name = name, .mark = Mark::points, .x = points.reference};
    for (std::size_t i = 0; i < points.reference.size(); ++i)
      series.y.push_back(points.predicted[i] - points.reference[i]);
    all.insert(all.end(), series.y.begin(), series.y.end());
    figure.series.push_back(std::move(series));
  }
  const double n = std::max(1.0, static_cast<double>(all.size()));
  double mean = 0, squares = 0;
  for (const double r : all) mean += r / n;
  for (const double r : all) squares += (r - mean) * (r - mean) / n;
  const double deviation = std::sqrt(squares);
  const auto far = std::count_if(all.begin(), all.end(), [&](double r) { return std::abs(r - mean) > 3 * deviation; });
  figure.caption = fmt::format(
      "Mean {:.2g} {}, standard deviation {:.2g} {}; {:.1f} % lie beyond three of these (normal distribution: 0.3 %).",
      mean, unit, deviation, unit, 100 * static_cast<double>(far) / n);
  figure.x = {.label = "reference", .unit = unit};
  figure.y = {.label = "predicted \u2212 reference", .unit = unit};
  figure.annotations.push_back({.kind = AnnotationKind::horizontal_line, .y = 0});
  return figure;
}

}  // namespace vitrion::report
