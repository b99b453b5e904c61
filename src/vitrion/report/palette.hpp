// Colours of data series.
#pragma once

#include <string>
#include <vector>

#include "vitrion/report/plot.hpp"

namespace vitrion::report {

/// `n` different colours, "#rrggbb". Up to seven are those of Okabe and Ito (Color Universal Design, 2008),
/// distinguishable with every common kind of colour vision, without their yellow and black, which vanish on white and
/// on dark paper; grey in their place. More lie evenly on a scale from violet over blue, green and gold to red: no
/// colour comes twice, and neighbours in the list are neighbours on the scale.
std::vector<std::string> palette_of(std::size_t n);

/// The colour of every series of a figure.
std::vector<std::string> colors_of(const Figure& figure);

}  // namespace vitrion::report
