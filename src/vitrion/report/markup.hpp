// Titles and labels with sub- and superscripts, split into runs.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace vitrion::report {

enum class Level { base, subscript, superscript };

struct Run {
  Level level = Level::base;
  std::string text;
};

/// "cm^{2}/s" -> "cm", superscript "2", "/s". An opening without its brace stays as it is written.
std::vector<Run> parse_markup(std::string_view text);

/// & < > " replaced by entities; control characters dropped.
std::string escape_xml(std::string_view text);

/// Roughly how wide the text is in a sans-serif font of size 1.
double text_width(std::string_view markup);

}  // namespace vitrion::report
