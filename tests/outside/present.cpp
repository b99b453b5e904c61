#include <algorithm>

#include "closest.hpp"
#include "vitrion/report/numbers.hpp"

namespace outside {

using namespace vitrion::report;

Section closest_section(const Closest& result) {
  Section section{.heading = "Closest ions"};
  const double shortest = *std::min_element(result.distance.begin(), result.distance.end());
  section.headlines = {{.question = "How close do two " + result.ion + " come?", .answer = number(shortest) + " Å"}};
  Table table{.id = "closest", .title = "Nearest two ions", .columns = {"structure", "distance (Å)"}};
  for (std::size_t k = 0; k < result.distance.size(); ++k)
    table.rows.push_back({std::to_string(k + 1), number(result.distance[k])});
  section.blocks.emplace_back(std::move(table));
  return section;
}

}  // namespace outside
