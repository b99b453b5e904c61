// Colours of data series, distinguishable with every common kind of colour vision.
#pragma once

#include <array>
#include <string>

namespace vitrion::report {

/// Okabe and Ito's palette (Color Universal Design, 2008) without its yellow and black, which vanish on white and on
/// dark paper; grey in their place.
inline constexpr std::array<const char*, 7> palette{"#0072B2", "#D55E00", "#009E73", "#CC79A7",
                                                    "#E69F00", "#56B4E9", "#7F7F7F"};

/// Colour of series i; starts again after the last.
inline std::string palette_color(int i) {
  const int n = static_cast<int>(palette.size());
  return palette[static_cast<std::size_t>(((i % n) + n) % n)];
}

}  // namespace vitrion::report
