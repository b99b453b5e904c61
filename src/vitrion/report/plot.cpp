// The figure's own rules and its JSON form.
#include "vitrion/report/plot.hpp"

#include <array>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace vitrion::report {
namespace {

nlohmann::json numbers(const std::vector<double>& values) {
  nlohmann::json list = nlohmann::json::array();
  for (const double v : values) {
    if (std::isfinite(v)) {
      list.push_back(v);
    } else {
      list.push_back(nullptr);
    }
  }
  return list;
}

nlohmann::json axis_json(const Axis& axis) {
  nlohmann::json json{{"label", axis.label}, {"unit", axis.unit}, {"log", axis.scale == Scale::logarithmic}};
  if (axis.minimum) json["minimum"] = *axis.minimum;
  if (axis.maximum) json["maximum"] = *axis.maximum;
  return json;
}

const char* name_of(Mark mark) {
  switch (mark) {
    case Mark::line:
      return "line";
    case Mark::points:
      return "points";
    case Mark::band:
      return "band";
    case Mark::bars:
      return "bars";
  }
  return "";
}

const char* name_of(AnnotationKind kind) {
  switch (kind) {
    case AnnotationKind::vertical_line:
      return "vertical_line";
    case AnnotationKind::horizontal_line:
      return "horizontal_line";
    case AnnotationKind::identity:
      return "identity";
    case AnnotationKind::text:
      return "text";
  }
  return "";
}

nlohmann::json series_json(const Series& series) {
  nlohmann::json json{{"name", series.name}, {"mark", name_of(series.mark)}, {"x", numbers(series.x)}};
  if (!series.y.empty()) json["y"] = numbers(series.y);
  if (!series.low.empty()) json["low"] = numbers(series.low);
  if (!series.high.empty()) json["high"] = numbers(series.high);
  if (!series.hover.empty()) json["hover"] = series.hover;
  if (series.color) json["color"] = *series.color;
  json["dashed"] = series.dashed;
  return json;
}

// JSON has no NaN: null stands for it.
double number_from(const nlohmann::json& json) {
  return json.is_null() ? std::numeric_limits<double>::quiet_NaN() : json.get<double>();
}

std::vector<double> numbers_from(const nlohmann::json& json, const char* key) {
  std::vector<double> values;
  if (json.contains(key))
    for (const nlohmann::json& v : json.at(key)) values.push_back(number_from(v));
  return values;
}

Axis axis_from(const nlohmann::json& json) {
  Axis axis{.label = json.at("label"), .unit = json.at("unit")};
  axis.scale = json.at("log").get<bool>() ? Scale::logarithmic : Scale::linear;
  if (json.contains("minimum")) axis.minimum = json.at("minimum").get<double>();
  if (json.contains("maximum")) axis.maximum = json.at("maximum").get<double>();
  return axis;
}

// The one of `all` that is called so.
template <class Enum, std::size_t n>
Enum named(const std::string& name, const std::array<Enum, n>& all) {
  for (const Enum e : all)
    if (name == name_of(e)) return e;
  throw std::invalid_argument("a figure cannot hold \"" + name + "\"");
}

Series series_from(const nlohmann::json& json) {
  Series s;
  s.name = json.at("name");
  s.mark = named(json.at("mark").get<std::string>(), std::array{Mark::line, Mark::points, Mark::band, Mark::bars});
  s.x = numbers_from(json, "x");
  s.y = numbers_from(json, "y");
  s.low = numbers_from(json, "low");
  s.high = numbers_from(json, "high");
  s.dashed = json.at("dashed");
  if (json.contains("color")) s.color = json.at("color").get<int>();
  if (json.contains("hover")) s.hover = json.at("hover").get<std::vector<std::string>>();
  return s;
}

}  // namespace

void validate(const Figure& figure) {
  const auto fail = [&](const std::string& what) {
    throw std::invalid_argument("figure \"" + figure.id + "\": " + what);
  };
  if (figure.id.empty() || figure.id.front() == '.') fail("needs an id that can be a file name");
  for (const char c : figure.id)
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '-' && c != '_' && c != '.')
      fail("the id may hold letters, digits, '-', '_' and '.' only");
  for (const Series& s : figure.series) {
    const std::size_t n = s.x.size();
    const bool needs_y = s.mark != Mark::band;
    if (needs_y && s.y.size() != n) fail("series \"" + s.name + "\": y has not the length of x");
    if (s.mark == Mark::band && (s.low.size() != n || s.high.size() != n))
      fail("series \"" + s.name + "\": a band needs low and high of the length of x");
    for (const std::vector<double>* ends : {&s.low, &s.high})
      if (!ends->empty() && ends->size() != n)
        fail("series \"" + s.name + "\": an error array has not the length of x");
    if (s.low.empty() != s.high.empty()) fail("series \"" + s.name + "\": low and high come together");
    if (!s.hover.empty() && s.hover.size() != n) fail("series \"" + s.name + "\": hover has not the length of x");
  }
}

nlohmann::json to_json(const Figure& figure) {
  validate(figure);
  nlohmann::json json{{"id", figure.id},
                      {"title", figure.title},
                      {"caption", figure.caption},
                      {"x", axis_json(figure.x)},
                      {"y", axis_json(figure.y)},
                      {"series", nlohmann::json::array()},
                      {"annotations", nlohmann::json::array()}};
  for (const Series& s : figure.series) json["series"].push_back(series_json(s));
  for (const Annotation& a : figure.annotations)
    json["annotations"].push_back({{"kind", name_of(a.kind)}, {"x", a.x}, {"y", a.y}, {"text", a.text}});
  return json;
}

Figure figure_from_json(const nlohmann::json& json) {
  Figure figure{.id = json.at("id"), .title = json.at("title"), .caption = json.at("caption")};
  figure.x = axis_from(json.at("x"));
  figure.y = axis_from(json.at("y"));
  for (const nlohmann::json& s : json.at("series")) figure.series.push_back(series_from(s));
  for (const nlohmann::json& a : json.at("annotations"))
    figure.annotations.push_back({named(a.at("kind").get<std::string>(),
                                        std::array{AnnotationKind::vertical_line, AnnotationKind::horizontal_line,
                                                   AnnotationKind::identity, AnnotationKind::text}),
                                  number_from(a.at("x")), number_from(a.at("y")), a.at("text")});
  validate(figure);
  return figure;
}

}  // namespace vitrion::report
