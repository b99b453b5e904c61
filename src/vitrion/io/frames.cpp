#include "vitrion/io/frames.hpp"

#include <algorithm>

#include "vitrion/core/error.hpp"
#include "vitrion/core/memory.hpp"
#include "vitrion/core/text.hpp"
#include "vitrion/io/series.hpp"

namespace vitrion::io {

namespace {

constexpr double memory_step = 256e6;     // bytes between two looks at what is free
constexpr double memory_reserve = 256e6;  // bytes left to everyone else

double least_bytes_of(const Structure& frame) {
  const auto n = static_cast<double>(frame.size());
  double per_atom = 4 + 24 + (frame.has_velocities() ? 24 : 0) + (frame.labels.has_forces() ? 24 : 0) +
                    (frame.images.empty() ? 0 : 12) + (frame.ids.empty() ? 0 : 8);
  per_atom += 32.0 * static_cast<double>(frame.columns.size());  // a text each
  return sizeof(Structure) + n * per_atom;
}

}  // namespace

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

std::unique_ptr<FrameReader> open_frames(const std::filesystem::path& file, const ReadOptions& options) {
  return open_frames(std::vector{file}, options);
}

std::unique_ptr<FrameReader> open_frames(const std::vector<std::filesystem::path>& files, const ReadOptions& options) {
  return std::make_unique<SeriesReader>(files, options);
}

std::vector<Structure> read_frames(const std::filesystem::path& file, const ReadOptions& options) {
  std::vector<Structure> frames;
  const Location where{file.string()};
  with_memory_for(where, "all its frames", [&] {
    const std::unique_ptr<FrameReader> reader = open_frames(file, options);
    double bytes = 0, asked = 0;
    while (std::optional<Structure> frame = reader->next()) {
      frames.push_back(std::move(*frame));
      bytes += least_bytes_of(frames.back());
      if (bytes < asked + memory_step) continue;
      asked = bytes;  // a few megabytes of gzip may hold more than any machine
      demand_memory(memory_step + memory_reserve, where, "the next part of the file",
                    "Read fewer frames: --frames a:b:step.");
    }
  });
  if (frames.empty())
    throw InputError(Location{file.string()}, "no frame of the file lies in the range asked for",
                     "`vitrion info` tells how many frames it holds.");
  return frames;
}

std::unique_ptr<FrameWriter> create_frames(const std::filesystem::path& file, const WriteOptions& options) {
  return find_format_to_write(file, options.format).create(file, options);
}

const FormatInfo& format_to_read(const std::filesystem::path& file, const ReadOptions& options) {
  return find_format_to_read(file, options.format).info;
}

const FormatInfo& format_to_write(const std::filesystem::path& file, const WriteOptions& options) {
  return find_format_to_write(file, options.format).info;
}

void write_frames(const std::filesystem::path& file, const std::vector<Structure>& frames,
                  const WriteOptions& options) {
  WriteOptions all = options;
  if (all.species.empty()) {
    Structure together;
    for (const Structure& frame : frames)
      for (const Species& s : distinct_species(frame)) together.species.push_back(s);
    TypeNumbers numbers({});
    numbers.prepare(together);
    all.species = numbers.species();
  }
  const std::unique_ptr<FrameWriter> writer = create_frames(file, all);
  for (const Structure& frame : frames) writer->write(frame);
  writer->close();
}

bool FormatContent::holds_column(const std::string& name) const {
  return std::any_of(columns.begin(), columns.end(), [&](const std::string& one) { return one == "*" || one == name; });
}

const std::vector<FormatInfo>& formats() {
  static const std::vector<FormatInfo> all = [] {
    std::vector<FormatInfo> list;
    for (const Format& format : registry()) list.push_back(format.info);
    return list;
  }();
  return all;
}

}  // namespace vitrion::io
