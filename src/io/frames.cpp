#include "io/frames.hpp"

#include "core/error.hpp"
#include "core/text.hpp"

namespace vitrion::io {

FrameRange FrameRange::parse(const std::string& text) {
  const auto fail = [&] {
    return InputError("\"" + text + "\" is not a range of frames",
                      "Write start:stop:step, as in Python: 10:, :100, ::5, -1");
  };
  std::vector<std::optional<std::int64_t>> parts;
  std::string_view rest = text;
  while (true) {
    const std::size_t colon = rest.find(':');
    const std::string_view word = trim(rest.substr(0, colon));
    const std::optional<std::int64_t> value = parse_integer(word);
    if (!value && !word.empty()) throw fail();
    parts.push_back(value);
    if (colon == std::string_view::npos) break;
    rest.remove_prefix(colon + 1);
  }
  FrameRange range;
  if (parts.size() == 1) {
    if (!parts[0]) throw fail();
    range.start = *parts[0];
    if (range.start != -1) range.stop = range.start + 1;
    return range;
  }
  if (parts.size() > 3) throw fail();
  range.start = parts[0].value_or(0);
  range.stop = parts[1];
  if (parts.size() == 3) range.step = parts[2].value_or(1);
  if (range.step < 1) throw fail();
  return range;
}

}  // namespace vitrion::io
