// Draws a figure as SVG: plain shapes and text, no script, no external font.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <set>

#include "vitrion/core/file.hpp"
#include "vitrion/report/markup.hpp"
#include "vitrion/report/palette.hpp"
#include "vitrion/report/plot.hpp"
#include "vitrion/report/ticks.hpp"

namespace vitrion::report {
namespace {

constexpr double width = 720, height = 460;
constexpr double tick_size = 13, label_size = 15, title_size = 17, legend_size = 13;
constexpr const char* font = "Helvetica, Arial, 'Liberation Sans', sans-serif";

struct Point {
  double x, y;
};

struct Range {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();
  void add(double v, Scale scale) {
    if (!std::isfinite(v) || (scale == Scale::logarithmic && v <= 0)) return;
    low = std::min(low, v);
    high = std::max(high, v);
  }
};

// Half the width of the bars of a histogram: half the smallest distance between two of them.
double half_bar(const Series& s) {
  double smallest = std::numeric_limits<double>::infinity();
  for (std::size_t i = 1; i < s.x.size(); ++i) smallest = std::min(smallest, std::abs(s.x[i] - s.x[i - 1]));
  return std::isfinite(smallest) && smallest > 0 ? smallest / 2 : 0.5;
}

std::string text_at(double x, double y, const Markup& text, double size, const char* anchor, const char* more = "") {
  std::string out =
      fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" font-size=\"{}\" text-anchor=\"{}\"{}>", x, y, size, anchor, more);
  // baseline-shift is not drawn by every viewer; dy is, and the next run has to take it back.
  double shift = 0;
  for (const Run& run : parse_markup(text)) {
    const double wanted = run.level == Level::subscript     ? 0.25 * size
                          : run.level == Level::superscript ? -0.4 * size
                                                            : 0;
    const double run_size = run.level == Level::base ? size : 0.72 * size;
    out += fmt::format("<tspan dy=\"{:.2f}\" font-size=\"{:.1f}\">{}</tspan>", wanted - shift, run_size,
                       escape_xml(run.text));
    shift = wanted;
  }
  return out + "</text>\n";
}

class Drawing {
 public:
  explicit Drawing(const Figure& figure)
      : figure_(figure), colors_(colors_of(figure)), clip_("c" + content_hash(to_key(figure)).substr(0, 12)) {
    find_ranges();
    lay_out();
  }

  std::string svg() {
    out_ = fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" width=\"{0}\" height=\"{1}\" "
        "xml:space=\"preserve\" role=\"img\" aria-label=\"{2}\" font-family=\"{3}\" color=\"#1f2933\" "
        "fill=\"currentColor\">\n",
        width, height, escape_xml(markup_to_text(figure_.title)), font);
    out_ += "<title>" + escape_xml(markup_to_text(figure_.title)) + "</title>\n";
    out_ += fmt::format("<rect class=\"paper\" width=\"{}\" height=\"{}\" fill=\"#ffffff\"/>\n", width, height);
    out_ += fmt::format(
        "<clipPath id=\"{}\"><rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\"/></clipPath>\n", clip_,
        left_, top_, right_ - left_, bottom_ - top_);
    if (!figure_.title.empty())
      out_ += text_at(left_, 27, figure_.title, title_size, "start", " class=\"title\" font-weight=\"600\"");
    draw_grid();
    out_ += "<g clip-path=\"url(#" + clip_ + ")\">\n";
    // Areas first, so that no line hides behind them.
    for (const bool areas : {true, false})
      for (std::size_t i = 0; i < figure_.series.size(); ++i) {
        const Mark mark = figure_.series[i].mark;
        if ((mark == Mark::band || mark == Mark::bars) == areas) draw_series(i);
      }
    out_ += "</g>\n";
    draw_annotations();
    draw_axes();
    draw_legend();
    return out_ + "</svg>\n";
  }

 private:
  static std::string to_key(const Figure& figure) { return figure.id + '\n' + figure.title; }

  void find_ranges() {
    Range x, y;
    const Scale sx = figure_.x.scale, sy = figure_.y.scale;
    for (const Series& s : figure_.series) {
      const double half = s.mark == Mark::bars ? half_bar(s) : 0;
      for (std::size_t i = 0; i < s.x.size(); ++i) {
        // What the chosen window does not show must not stretch the other axis.
        if (figure_.x.minimum && s.x[i] < *figure_.x.minimum) continue;
        if (figure_.x.maximum && s.x[i] > *figure_.x.maximum) continue;
        x.add(s.x[i] - half, sx);
        x.add(s.x[i] + half, sx);
        if (!s.y.empty()) y.add(s.y[i], sy);
        if (!s.low.empty()) y.add(s.low[i], sy), y.add(s.high[i], sy);
      }
      if (s.mark == Mark::bars) y.add(0, sy);
    }
    for (const Annotation& a : figure_.annotations) {
      if (a.kind == AnnotationKind::vertical_line) x.add(a.x, sx);
      if (a.kind == AnnotationKind::horizontal_line) y.add(a.y, sy);
    }
    if (!(x.high >= x.low)) x = {.low = 0, .high = 1};
    if (!(y.high >= y.low)) y = {.low = 0, .high = 1};
    x_ = make_ticks(tight(figure_.x, x), x.low, x.high, 7);
    // A little air above the highest point; none below zero when nothing is there.
    const double air = sy == Scale::linear ? 0.02 * (y.high - y.low) : 0;
    y_ = make_ticks(figure_.y, y.low < 0 ? y.low - air : y.low, y.high + air, sy == Scale::linear ? 6 : 8);
  }

  // Along x the data fill the frame; only the y axis is widened to its next tick.
  static Axis tight(Axis axis, const Range& range) {
    if (axis.scale == Scale::linear && range.high > range.low) {
      const double margin = 0.02 * (range.high - range.low);
      const bool from_zero = range.low >= 0 && range.low < 0.15 * range.high;
      if (!axis.minimum) axis.minimum = from_zero ? 0 : range.low - margin;
      if (!axis.maximum) axis.maximum = range.high + margin;
    }
    return axis;
  }

  void lay_out() {
    double widest = 0;
    for (const Tick& t : y_.ticks) widest = std::max(widest, tick_size * text_width(t.label));
    left_ = 20 + widest + 14 + (full_label(figure_.y, y_).empty() ? 0 : label_size + 8);
    right_ = width - 22;
    top_ = figure_.title.empty() ? 18 : 44;
    bottom_ = height - 60;
  }

  static Markup full_label(const Axis& axis, const Ticks& ticks) {
    Markup unit = axis.unit;
    if (ticks.exponent != 0) {
      const std::string power =
          "10^{" + std::string(ticks.exponent < 0 ? "\u2212" : "") + std::to_string(std::abs(ticks.exponent)) + "}";
      unit = unit.empty() ? power : power + " " + unit;
    }
    return unit.empty() ? axis.label : axis.label + " (" + unit + ")";
  }

  static double place(double v, const Ticks& t, Scale scale, double from, double to) {
    const double f =
        scale == Scale::linear ? (v - t.low) / (t.high - t.low) : std::log(v / t.low) / std::log(t.high / t.low);
    return from + f * (to - from);
  }
  double px(double x) const { return place(x, x_, figure_.x.scale, left_, right_); }
  double py(double y) const { return place(y, y_, figure_.y.scale, bottom_, top_); }
  bool drawable(double x, double y) const {
    return std::isfinite(x) && std::isfinite(y) && (x > 0 || figure_.x.scale == Scale::linear) &&
           (y > 0 || figure_.y.scale == Scale::linear);
  }

  // Coordinates far outside the frame are pulled near it: some viewers draw nonsense beyond 1e4 pixels.
  Point pixel(double x, double y) const {
    return {std::clamp(px(x), -width, 2 * width), std::clamp(py(y), -4 * height, 5 * height)};
  }

  void draw_grid() {
    out_ += "<g stroke=\"currentColor\" stroke-opacity=\"0.13\">\n";
    for (const Tick& t : x_.ticks)
      if (!t.label.empty()) out_ += fmt::format("<path d=\"M{:.1f} {:.1f}V{:.1f}\"/>", px(t.value), top_, bottom_);
    for (const Tick& t : y_.ticks)
      if (!t.label.empty()) out_ += fmt::format("<path d=\"M{:.1f} {:.1f}H{:.1f}\"/>", left_, py(t.value), right_);
    out_ += "\n</g>\n";
  }

  void draw_axes() {
    out_ += "<g stroke=\"currentColor\" stroke-width=\"1.2\" fill=\"none\">\n";
    out_ += fmt::format("<path d=\"M{:.1f} {:.1f}V{:.1f}H{:.1f}\"/>", left_, top_, bottom_, right_);
    for (const Tick& t : x_.ticks)
      out_ += fmt::format("<path d=\"M{:.1f} {:.1f}v{}\"/>", px(t.value), bottom_, t.label.empty() ? 3 : 6);
    for (const Tick& t : y_.ticks)
      out_ += fmt::format("<path d=\"M{:.1f} {:.1f}h{}\"/>", left_, py(t.value), t.label.empty() ? -3 : -6);
    out_ += "\n</g>\n";
    for (const Tick& t : x_.ticks)
      if (!t.label.empty()) out_ += text_at(px(t.value), bottom_ + 21, t.label, tick_size, "middle");
    for (const Tick& t : y_.ticks)
      if (!t.label.empty()) out_ += text_at(left_ - 10, py(t.value) + 4.5, t.label, tick_size, "end");
    out_ += text_at((left_ + right_) / 2, height - 14, full_label(figure_.x, x_), label_size, "middle");
    const double y_center = (top_ + bottom_) / 2;
    const std::string turn = fmt::format(" transform=\"rotate(-90 {:.1f} {:.1f})\"", 20.0, y_center);
    out_ += text_at(20, y_center, full_label(figure_.y, y_), label_size, "middle", turn.c_str());
  }

  const std::string& color_of(std::size_t series) const { return colors_[series]; }

  void draw_series(std::size_t i) {
    const Series& s = figure_.series[i];
    switch (s.mark) {
      case Mark::line:
        return draw_line(s, color_of(i));
      case Mark::points:
        return draw_points(s, color_of(i));
      case Mark::band:
        return draw_band(s, color_of(i));
      case Mark::bars:
        return draw_bars(s, color_of(i));
    }
  }

  // Consecutive drawable points, thinned: within one pixel column only the first, lowest, highest and last survive.
  std::vector<std::vector<Point>> pieces(const std::vector<double>& x, const std::vector<double>& y) const {
    std::vector<std::vector<Point>> all(1);
    for (std::size_t i = 0; i < x.size(); ++i) {
      if (drawable(x[i], y[i])) {
        all.back().push_back(pixel(x[i], y[i]));
      } else if (!all.back().empty()) {
        all.emplace_back();
      }
    }
    for (std::vector<Point>& piece : all) piece = thin(piece);
    return all;
  }

  static std::vector<Point> thin(const std::vector<Point>& line) {
    if (line.size() < 1500) return line;
    std::vector<Point> kept;
    for (std::size_t begin = 0; begin < line.size();) {
      std::size_t end = begin, lowest = begin, highest = begin;
      while (end < line.size() && std::floor(2 * line[end].x) == std::floor(2 * line[begin].x)) {
        if (line[end].y < line[lowest].y) lowest = end;
        if (line[end].y > line[highest].y) highest = end;
        ++end;
      }
      for (const std::size_t i : std::set<std::size_t>{begin, lowest, highest, end - 1}) kept.push_back(line[i]);
      begin = end;
    }
    return kept;
  }

  static std::string path(const std::vector<Point>& points, bool join = false) {
    std::string d;
    for (std::size_t i = 0; i < points.size(); ++i)
      d += fmt::format("{}{:.1f} {:.1f}", i == 0 && !join ? "M" : "L", points[i].x, points[i].y);
    return d;
  }

  void draw_line(const Series& s, const std::string& color) {
    for (const std::vector<Point>& piece : pieces(s.x, s.y)) {
      if (piece.empty()) continue;
      remember(piece);
      out_ +=
          fmt::format("<path d=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"2\" stroke-linejoin=\"round\"{}/>\n",
                      path(piece), color, s.dashed ? " stroke-dasharray=\"7 5\"" : "");
    }
  }

  // A long straight piece counts as much for the legend as a short wiggly one.
  void remember(const std::vector<Point>& line) {
    drawn_.push_back(line.front());
    for (std::size_t i = 1; i < line.size(); ++i) {
      const Point a = line[i - 1], b = line[i];
      const int steps = std::clamp(static_cast<int>(std::hypot(b.x - a.x, b.y - a.y) / 8), 1, 200);
      for (int k = 1; k <= steps; ++k) drawn_.push_back({a.x + (b.x - a.x) * k / steps, a.y + (b.y - a.y) * k / steps});
    }
  }

  // Annotations stay readable over lines (halo), and the legend keeps away from them.
  void remark(double x, double y, const Markup& text, const char* anchor) {
    if (text.empty()) return;
    out_ += text_at(x, y, text, legend_size, anchor,
                    " class=\"remark\" stroke=\"#ffffff\" stroke-width=\"3\" paint-order=\"stroke\"");
    const double w = legend_size * text_width(text) * (anchor[0] == 'e' ? -1 : 1);
    for (int k = 0; k <= 60; ++k) drawn_.push_back({x + w * k / 60, y - 4});
  }

  void draw_points(const Series& s, const std::string& color) {
    const double radius = s.x.size() > 3000 ? 1.6 : s.x.size() > 300 ? 2.3 : 3.8;
    std::set<std::pair<int, int>> taken;  // markers nearer than half a radius hide each other
    std::string bars, dots;
    for (std::size_t i = 0; i < s.x.size(); ++i) {
      if (!drawable(s.x[i], s.y[i])) continue;
      const Point p = pixel(s.x[i], s.y[i]);
      if (!s.low.empty() && std::isfinite(s.low[i]) && std::isfinite(s.high[i])) {
        const double floor = figure_.y.scale == Scale::logarithmic ? y_.low : -std::numeric_limits<double>::max();
        const double a = pixel(s.x[i], std::max(s.low[i], floor)).y;
        const double b = pixel(s.x[i], std::max(s.high[i], floor)).y;
        bars += fmt::format("M{0:.1f} {1:.1f}V{2:.1f}M{3:.1f} {1:.1f}h8M{3:.1f} {2:.1f}h8", p.x, a, b, p.x - 4);
      }
      const double grid = s.x.size() > 1500 ? radius / 2 : 0.1;
      if (!taken.emplace(static_cast<int>(std::lround(p.x / grid)), static_cast<int>(std::lround(p.y / grid))).second)
        continue;
      drawn_.push_back(p);
      // A dot is a line of length zero with round ends: a quarter of the bytes of a <circle>.
      dots += fmt::format("M{:.1f} {:.1f}h0", p.x, p.y);
    }
    if (!bars.empty())
      out_ += fmt::format("<path d=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"1.4\"/>\n", bars, color);
    if (!dots.empty())
      out_ +=
          fmt::format("<path d=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"{}\" stroke-linecap=\"round\"{}/>\n",
                      dots, color, 2 * radius, s.x.size() > 1500 ? " stroke-opacity=\"0.55\"" : "");
  }

  void draw_band(const Series& s, const std::string& color) {
    std::vector<double> low = s.low;
    for (std::size_t i = 0; i < low.size(); ++i) {
      if (!std::isfinite(s.high[i])) low[i] = s.high[i];  // both edges break at the same places
      if (figure_.y.scale == Scale::logarithmic && std::isfinite(low[i]) && s.high[i] > 0)
        low[i] = std::max(low[i], y_.low);
    }
    std::vector<double> high = s.high;
    for (std::size_t i = 0; i < high.size(); ++i)
      if (!std::isfinite(low[i])) high[i] = low[i];
    const auto upper = pieces(s.x, high), lower = pieces(s.x, low);
    for (std::size_t k = 0; k < std::min(upper.size(), lower.size()); ++k) {
      if (upper[k].empty()) continue;
      std::vector<Point> back(lower[k].rbegin(), lower[k].rend());
      out_ += fmt::format("<path d=\"{}{}Z\" fill=\"{}\" fill-opacity=\"0.22\"/>\n", path(upper[k]), path(back, true),
                          color);
    }
  }

  void draw_bars(const Series& s, const std::string& color) {
    const double half = half_bar(s);
    const double base = figure_.y.scale == Scale::linear ? py(std::clamp(0.0, y_.low, y_.high)) : bottom_;
    std::string d;
    for (std::size_t i = 0; i < s.x.size(); ++i) {
      if (!drawable(s.x[i], s.y[i])) continue;
      const Point a = pixel(s.x[i] - half, s.y[i]), b = pixel(s.x[i] + half, s.y[i]);
      for (double y = a.y; y < base; y += 8) drawn_.push_back({(a.x + b.x) / 2, y});
      d += fmt::format("M{:.1f} {:.1f}V{:.1f}H{:.1f}V{:.1f}Z", a.x, base, a.y, b.x, base);
    }
    if (!d.empty())
      out_ += fmt::format("<path d=\"{}\" fill=\"{}\" fill-opacity=\"0.45\" stroke=\"{}\" stroke-width=\"0.8\"/>\n", d,
                          color, color);
  }

  void draw_annotations() {
    const auto line = [&](Point a, Point b) {
      out_ += fmt::format(
          "<path clip-path=\"url(#{})\" d=\"M{:.1f} {:.1f}L{:.1f} {:.1f}\" stroke=\"currentColor\" "
          "stroke-opacity=\"0.6\" "
          "stroke-dasharray=\"5 4\" stroke-width=\"1.2\"/>\n",
          clip_, a.x, a.y, b.x, b.y);
    };
    int lines = 0;
    for (const Annotation& a : figure_.annotations) {
      if (a.kind == AnnotationKind::identity) {
        const double low = std::max(x_.low, y_.low), high = std::min(x_.high, y_.high);
        if (high > low) line({px(low), py(low)}, {px(high), py(high)});
      } else if (a.kind == AnnotationKind::vertical_line && drawable(a.x, y_.high)) {
        const double x = px(a.x);
        line({x, top_}, {x, bottom_});
        const bool on_left = x > right_ - 12 - legend_size * text_width(a.text);
        // Remarks of neighbouring lines step down so that they do not print over each other.
        remark(on_left ? x - 5 : x + 5, top_ + 13 + 16 * (lines++ % 4), a.text, on_left ? "end" : "start");
      } else if (a.kind == AnnotationKind::horizontal_line && drawable(x_.high, a.y)) {
        line({left_, py(a.y)}, {right_, py(a.y)});
        remark(right_ - 4, py(a.y) - 5, a.text, "end");
      } else if (a.kind == AnnotationKind::text && drawable(a.x, a.y)) {
        remark(px(a.x), py(a.y), a.text, px(a.x) > (left_ + right_) / 2 ? "end" : "start");
      }
    }
  }

  struct Entry {
    Markup name;
    std::string color;
    Mark mark;
    bool dashed;
  };

  // In the corner where it hides the least.
  void draw_legend() {
    std::vector<Entry> entries;
    double widest = 0;
    for (std::size_t i = 0; i < figure_.series.size(); ++i) {
      const Series& s = figure_.series[i];
      if (s.name.empty()) continue;
      entries.push_back({s.name, color_of(i), s.mark, s.dashed});
      widest = std::max(widest, legend_size * text_width(s.name));
    }
    if (entries.empty()) return;
    const double w = widest + 48, h = 19 * static_cast<double>(entries.size()) + 9;
    const std::array<Point, 4> corners{Point{right_ - w - 8, top_ + 8}, Point{left_ + 10, top_ + 8},
                                       Point{right_ - w - 8, bottom_ - h - 8}, Point{left_ + 10, bottom_ - h - 8}};
    Point best = corners[0];
    std::size_t fewest = std::numeric_limits<std::size_t>::max();
    for (const Point& corner : corners) {
      const auto hidden = static_cast<std::size_t>(std::count_if(drawn_.begin(), drawn_.end(), [&](const Point& p) {
        return p.x > corner.x - 4 && p.x < corner.x + w + 4 && p.y > corner.y - 4 && p.y < corner.y + h + 4;
      }));
      if (hidden < fewest) fewest = hidden, best = corner;
    }
    out_ += fmt::format(
        "<rect class=\"paper\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" rx=\"4\" fill=\"#ffffff\" "
        "fill-opacity=\"0.85\"/>\n",
        best.x, best.y, w, h);
    for (std::size_t i = 0; i < entries.size(); ++i) {
      const double y = best.y + 19 * static_cast<double>(i) + 14;
      draw_key(entries[i], best.x + 8, y);
      out_ += text_at(best.x + 38, y + 4.5, entries[i].name, legend_size, "start");
    }
  }

  void draw_key(const Entry& e, double x, double y) {
    if (e.mark == Mark::points)
      out_ += fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"4\" fill=\"{}\"/>", x + 11, y, e.color);
    if (e.mark == Mark::line)
      out_ += fmt::format("<path d=\"M{:.1f} {:.1f}h22\" stroke=\"{}\" stroke-width=\"2.4\"{}/>", x, y, e.color,
                          e.dashed ? " stroke-dasharray=\"7 5\"" : "");
    if (e.mark == Mark::band || e.mark == Mark::bars)
      out_ +=
          fmt::format("<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"22\" height=\"11\" fill=\"{}\" fill-opacity=\"{}\"/>", x,
                      y - 5.5, e.color, e.mark == Mark::band ? 0.22 : 0.45);
  }

  const Figure& figure_;
  std::vector<std::string> colors_;  // of the series
  std::string clip_;
  std::string out_;
  Ticks x_, y_;
  double left_ = 0, right_ = 0, top_ = 0, bottom_ = 0;
  std::vector<Point> drawn_;  // what a legend would hide, pixels
};

}  // namespace

std::string to_svg(const Figure& figure) {
  validate(figure);
  return Drawing(figure).svg();
}

}  // namespace vitrion::report
