#include "vitrion/report/markup.hpp"

#include "vitrion/report/plot.hpp"

namespace vitrion::report {

std::vector<Run> parse_markup(std::string_view text) {
  std::vector<Run> runs;
  std::string plain;
  const auto flush = [&] {
    if (!plain.empty()) runs.push_back({Level::base, plain});
    plain.clear();
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool opens = (text[i] == '_' || text[i] == '^') && i + 1 < text.size() && text[i + 1] == '{';
    const std::size_t close = opens ? text.find('}', i) : std::string_view::npos;
    if (close == std::string_view::npos) {
      plain += text[i];
      continue;
    }
    flush();
    runs.push_back(
        {text[i] == '_' ? Level::subscript : Level::superscript, std::string(text.substr(i + 2, close - i - 2))});
    i = close;
  }
  flush();
  return runs;
}

std::string escape_xml(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        if (static_cast<unsigned char>(c) >= 0x20 || c == '\n' || c == '\t') out += c;
    }
  }
  return out;
}

double text_width(std::string_view markup) {
  double width = 0;
  for (const Run& run : parse_markup(markup)) {
    double characters = 0;
    for (const char c : run.text)
      if ((static_cast<unsigned char>(c) & 0xC0) != 0x80) ++characters;  // UTF-8 continuation bytes have no width
    width += characters * (run.level == Level::base ? 0.55 : 0.4);
  }
  return width;
}

std::string markup_to_html(const Markup& text) {
  std::string out;
  for (const Run& run : parse_markup(text)) {
    const std::string inner = escape_xml(run.text);
    if (run.level == Level::base) out += inner;
    if (run.level == Level::subscript) out += "<sub>" + inner + "</sub>";
    if (run.level == Level::superscript) out += "<sup>" + inner + "</sup>";
  }
  return out;
}

std::string markup_to_text(const Markup& text) {
  std::string out;
  for (const Run& run : parse_markup(text)) out += run.text;
  return out;
}

}  // namespace vitrion::report
