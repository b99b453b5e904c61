#include "vitrion/report/parity.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

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

}  // namespace vitrion::report
