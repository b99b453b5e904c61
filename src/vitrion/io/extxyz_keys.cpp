#include "vitrion/io/extxyz_keys.hpp"

namespace vitrion::io {
namespace {

bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

class KeyParser {
 public:
  KeyParser(const LineReader& lines, std::string_view line) : lines_(lines), line_(line) {}

  std::map<std::string, std::string> parse() {
    std::map<std::string, std::string> keys;
    while (true) {
      skip_blanks();
      if (at_end()) return keys;
      const std::string key = token("=");
      skip_blanks();
      if (at_end() || line_[at_] != '=') {
        keys[key] = "T";
        continue;
      }
      ++at_;
      skip_blanks();
      keys[key] = at_end() ? "" : token("");
    }
  }

 private:
  bool at_end() const { return at_ >= line_.size(); }
  void skip_blanks() {
    while (!at_end() && is_blank(line_[at_])) ++at_;
  }

  /// A quoted or bare word; a bare one also ends at any character of `stops`.
  std::string token(std::string_view stops) {
    const char open = line_[at_];
    if (open == '"' || open == '\'') return between_quotes(open);
    if (open == '{' && stops.empty()) return between_brackets('{', '}', false);
    if (open == '[' && stops.empty()) return between_brackets('[', ']', true);
    const std::size_t begin = at_;
    while (!at_end() && !is_blank(line_[at_]) && stops.find(line_[at_]) == std::string_view::npos) ++at_;
    if (at_ == begin) lines_.fail("a key is missing before \"=\" in the second line of the frame");
    return std::string(line_.substr(begin, at_ - begin));
  }

  std::string between_quotes(char quote) {
    std::string value;
    for (++at_; !at_end(); ++at_) {
      const char c = line_[at_];
      if (c == quote) {
        ++at_;
        return value;
      }
      if (c == '\\' && at_ + 1 < line_.size()) {
        const char escaped = line_[++at_];
        value += escaped == 'n' ? '\n' : escaped;
      } else {
        value += c;
      }
    }
    lines_.fail("a quote in the second line of the frame does not end");
  }

  std::string between_brackets(char open, char close, bool keep) {
    const std::size_t begin = at_;
    int depth = 0;
    for (; !at_end(); ++at_) {
      if (line_[at_] == open) ++depth;
      if (line_[at_] == close && --depth == 0) {
        ++at_;
        const std::string_view whole = line_.substr(begin, at_ - begin);
        return std::string(keep ? whole : whole.substr(1, whole.size() - 2));
      }
    }
    lines_.fail("a bracket in the second line of the frame does not close");
  }

  const LineReader& lines_;
  std::string_view line_;
  std::size_t at_ = 0;
};

bool is_one_list(const std::string& value) {
  if (value.size() < 2 || value.front() != '[' || value.find('\n') != std::string::npos) return false;
  int depth = 0;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (value[i] == '[') ++depth;
    if (value[i] == ']' && --depth == 0) return i + 1 == value.size();
  }
  return false;
}

}  // namespace

std::map<std::string, std::string> parse_keys(const LineReader& lines, std::string_view line) {
  return KeyParser(lines, line).parse();
}

std::string quoted(const std::string& value) {
  // A list in brackets stays one for ASE only without quotes around it.
  if (is_one_list(value)) return value;
  if (!value.empty() && value.find_first_of(" \t\n\"'={}[]\\,") == std::string::npos) return value;
  std::string text = "\"";
  for (const char c : value) {
    if (c == '"' || c == '\\') text += '\\';
    if (c == '\n')
      text += "\\n";
    else
      text += c;
  }
  return text + '"';
}

}  // namespace vitrion::io
