#include "vitrion/report/palette.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace vitrion::report {
namespace {

using Rgb = std::array<double, 3>;

constexpr std::array<const char*, 7> okabe_ito{"#0072B2", "#D55E00", "#009E73", "#CC79A7",
                                               "#E69F00", "#56B4E9", "#7F7F7F"};
// Of middling lightness throughout, so that none of it vanishes on white or on dark paper.
constexpr std::array<Rgb, 7> scale_stops{
    {{117, 80, 190}, {58, 110, 205}, {20, 150, 190}, {20, 160, 110}, {120, 165, 30}, {205, 140, 20}, {205, 70, 50}}};

std::string on_scale(double place) {
  const double at = place * static_cast<double>(scale_stops.size() - 1);
  const std::size_t k = std::min(static_cast<std::size_t>(at), scale_stops.size() - 2);
  const double share = at - static_cast<double>(k);
  int part[3];
  for (std::size_t c = 0; c < 3; ++c)
    part[c] = static_cast<int>(std::lround((1 - share) * scale_stops[k][c] + share * scale_stops[k + 1][c]));
  return fmt::format("#{:02x}{:02x}{:02x}", part[0], part[1], part[2]);
}

}  // namespace

std::vector<std::string> palette_of(std::size_t n) {
  if (n <= okabe_ito.size()) return {okabe_ito.begin(), okabe_ito.begin() + static_cast<std::ptrdiff_t>(n)};
  std::vector<std::string> colors;
  for (std::size_t i = 0; i < n; ++i) colors.push_back(on_scale(static_cast<double>(i) / static_cast<double>(n - 1)));
  return colors;
}

std::vector<std::string> colors_of(const Figure& figure) {
  std::vector<std::size_t> index;
  std::size_t n = 0;
  for (std::size_t i = 0; i < figure.series.size(); ++i) {
    index.push_back(static_cast<std::size_t>(std::max(0, figure.series[i].color.value_or(static_cast<int>(i)))));
    n = std::max(n, index.back() + 1);
  }
  const std::vector<std::string> palette = palette_of(n);
  std::vector<std::string> colors;
  for (const std::size_t i : index) colors.push_back(palette[i]);
  return colors;
}

}  // namespace vitrion::report
