// A figure described once: drawn as SVG here, and handed as JSON to the interactive page.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace vitrion::report {

/// Text of titles, labels and legends may hold `_{sub}` and `^{sup}`: "g_{Li-O}(r)", "cm^{2}/s".
using Markup = std::string;

enum class Scale { linear, logarithmic };

/// One axis. Without limits it spans the data; on a logarithmic axis values that are not positive are left out.
struct Axis {
  Markup label;                        ///< what is drawn: "Force error"
  Markup unit;                         ///< "eV/Å"; empty: a pure number
  Scale scale = Scale::linear;         ///< NOLINT(readability-redundant-member-init)
  std::optional<double> minimum = {};  ///< in the axis's unit
  std::optional<double> maximum = {};  ///< in the axis's unit
};

enum class Mark {
  line,    ///< y over x, broken where y is NaN
  points,  ///< markers, with error bars where `low`/`high` are given
  band,    ///< the area between `low` and `high` over x: a confidence interval
  bars     ///< a histogram: one bar over each x from 0 to y
};

/// One set of data. Vectors have the length of `x`, or are empty where the mark does not need them.
struct Series {
  Markup name;  ///< legend entry; empty: none
  Mark mark = Mark::line;
  std::vector<double> x = {};
  std::vector<double> y = {};     ///< all marks but `band`
  std::vector<double> low = {};   ///< lower end of the error bar or band, in the unit of y (not a difference)
  std::vector<double> high = {};  ///< upper end
  bool dashed = false;
  std::optional<int> color = {};        ///< which colour of the figure's; default: the number of the series
  std::vector<std::string> hover = {};  ///< what the interactive page says of each point
};

enum class AnnotationKind {
  vertical_line,    ///< at x
  horizontal_line,  ///< at y
  identity,         ///< y = x
  text              ///< at x, y
};

/// A line or a remark that is not data.
struct Annotation {
  AnnotationKind kind = AnnotationKind::text;
  double x = 0;
  double y = 0;
  Markup text = {};
};

/// A figure: axes, data, remarks.
///
///     Figure figure{.id = "rdf-P-O", .title = "P-O pair distribution", .x = {"r", "Å"}, .y = {"g(r)", ""}};
///     figure.series.push_back({.name = "300 K", .x = r, .y = g});
///     write_file_atomically("rdf.svg", to_svg(figure));
struct Figure {
  std::string id;  ///< file name and anchor: letters, digits, '-', '_', '.'
  Markup title;
  Markup caption = {};  ///< a sentence or two on what is seen and how it was computed
  Axis x = {};
  Axis y = {};
  std::vector<Series> series = {};
  std::vector<Annotation> annotations = {};
};

/// Throws std::invalid_argument when arrays of a series differ in length or the id cannot be a file name.
void validate(const Figure& figure);

/// A standalone SVG, 720 x 460. Long series are thinned to what the eye can tell apart at that size.
std::string to_svg(const Figure& figure);

/// Everything in the figure, unthinned; NaN and infinite become null. Keys as the members above.
nlohmann::json to_json(const Figure& figure);
/// The reverse: null becomes NaN. Throws nlohmann::json::exception or std::invalid_argument when it is no figure.
Figure figure_from_json(const nlohmann::json& json);

/// "cm^{2}" -> "cm<sup>2</sup>", all else escaped for HTML.
std::string markup_to_html(const Markup& text);
/// The same without any mark: "cm^{2}" -> "cm2".
std::string markup_to_text(const Markup& text);

}  // namespace vitrion::report
