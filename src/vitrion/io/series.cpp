#include "vitrion/io/series.hpp"

#include <fnmatch.h>

#include <algorithm>
#include <set>

#include "vitrion/core/error.hpp"
#include "vitrion/core/text.hpp"
#include "vitrion/core/utf8.hpp"
#include "vitrion/io/lines.hpp"

namespace vitrion::io {
namespace {

constexpr std::size_t head_bytes = std::size_t{1} << 16;

const Format& format_by_name(const std::string& name) {
  std::vector<std::string> names;
  for (const Format& format : registry()) {
    if (format.info.name == name) return format;
    names.push_back(format.info.name);
  }
  const std::string near = nearest_word(name, names);
  throw InputError("there is no format \"" + name + "\"" + (near.empty() ? "" : "; did you mean " + near + "?"),
                   "`vitrion info --formats` lists them.");
}

const Format* format_by_file_name(const std::filesystem::path& file) {
  std::string name = file.filename().string();
  if (name.ends_with(".gz")) name.resize(name.size() - 3);
  for (const Format& format : registry())
    for (const std::string& pattern : format.info.patterns)
      if (fnmatch(pattern.c_str(), name.c_str(), 0) == 0) return &format;
  return nullptr;
}

FrameWindow window_of(const FrameRange& range, const std::function<std::int64_t()>& count) {
  FrameWindow window{range.start, range.stop, range.step};
  if (range.start >= 0 && range.stop.value_or(0) >= 0) return window;
  const std::int64_t n = count();
  if (window.start < 0) window.start = std::max<std::int64_t>(0, window.start + n);
  if (window.stop && *window.stop < 0) window.stop = std::max<std::int64_t>(0, *window.stop + n);
  return window;
}

}  // namespace

const Format& find_format_to_read(const std::filesystem::path& file, const std::string& chosen) {
  const std::string head = read_head(file, head_bytes);
  if (trim(head).empty())
    throw InputError(Location{file.string()}, "the file is empty", "Copy it again, or leave it out.");
  if (!chosen.empty()) return format_by_name(chosen);
  for (const Format& format : registry())
    if (format.recognises(head)) return format;
  if (const Format* format = format_by_file_name(file)) return *format;
  throw InputError(Location{file.string()}, "the format of the file is not recognised",
                   "Name it with --format; `vitrion info --formats` lists what can be read.");
}

std::vector<std::string> distinct_names(const std::vector<std::filesystem::path>& files) {
  std::vector<std::string> plain_names;
  for (const std::filesystem::path& file : files) plain_names.push_back(file.filename().string());
  if (std::set<std::string>(plain_names.begin(), plain_names.end()).size() == files.size()) return plain_names;
  std::filesystem::path shared =
      files.empty() ? std::filesystem::path() : files.front().lexically_normal().parent_path();
  for (const std::filesystem::path& file : files) {
    const std::filesystem::path folder = file.lexically_normal().parent_path();
    std::filesystem::path both;
    for (auto a = shared.begin(), b = folder.begin(); a != shared.end() && b != folder.end() && *a == *b; ++a, ++b)
      both /= *a;
    shared = both;
  }
  std::vector<std::string> names;
  for (const std::filesystem::path& file : files) {
    const std::filesystem::path plain = file.lexically_normal();
    names.push_back((shared.empty() ? plain : plain.lexically_relative(shared)).string());
  }
  return names;
}

std::vector<std::filesystem::path> files_of(const std::vector<std::filesystem::path>& given) {
  std::vector<std::filesystem::path> files;
  for (const std::filesystem::path& path : given) {
    if (!std::filesystem::is_directory(path)) {
      files.push_back(path);
      continue;
    }
    const std::size_t before = files.size();
    for (const auto& entry : std::filesystem::directory_iterator(path))
      if (entry.is_regular_file() && !entry.path().filename().string().starts_with('.')) files.push_back(entry.path());
    if (files.size() == before)
      throw InputError(Location{path.string()}, "the folder holds no file", "Name the files, or another folder.");
  }
  std::stable_sort(files.begin(), files.end(),
                   [](const auto& a, const auto& b) { return natural_less(a.string(), b.string()); });
  return files;
}

SeriesReader::SeriesReader(const std::vector<std::filesystem::path>& files, ReadOptions options)
    : files_(files_of(files)), names_(distinct_names(files_)), options_(std::move(options)), clock_(options_.timestep) {
  if (files_.empty()) throw InputError("no file is given to read");
  open_next_file();
  window_ = window_of(options_.frames, [&] { return count_frames(); });
}

bool SeriesReader::open_next_file() {
  if (reader_ && !file_gave_a_frame_)
    throw InputError(Location{files_[opened_ - 1].string()}, "holds no frame",
                     "It was cut before the first one ended, or is of another kind.");
  if (opened_ == files_.size()) return false;
  reader_ = find_format_to_read(files_[opened_], options_.format).open(files_[opened_], options_);
  if (last_step_) reader_->continue_after(*last_step_);
  ++opened_;
  file_gave_a_frame_ = false;
  return true;
}

bool SeriesReader::repeats_last(const Structure& frame) const {
  return opened_ > 1 && !file_gave_a_frame_ && frame.step && frame.step == last_step_ &&
         frame.positions.rows() == last_positions_.rows() && frame.positions == last_positions_;
}

// A run that was started again from before its end repeats steps. What follows sees one run, and no files.
void SeriesReader::note_overlap(const Structure& frame) {
  const bool back = opened_ > 1 && !file_gave_a_frame_ && frame.step && last_step_ && *frame.step <= *last_step_;
  if (!back || overlap_noted_ || !options_.note) return;
  overlap_noted_ = true;
  options_.note(files_[opened_ - 1].string() + " begins at step " + std::to_string(*frame.step) + ", " +
                files_[opened_ - 2].string() + " ended at step " + std::to_string(*last_step_) +
                ": another run, or one that was started again and repeats steps");
}

std::optional<Structure> SeriesReader::next_of_any() {
  while (true) {
    std::optional<Structure> frame;
    try {
      frame = reader_->next();
    } catch (const UnconvergedError&) {
      if (!options_.skip_unconverged) throw;
      file_gave_a_frame_ = true;
      ++index_;
      continue;
    }
    if (!frame) {
      if (!open_next_file()) return std::nullopt;
      continue;
    }
    const bool repeated = repeats_last(*frame);
    if (!repeated) note_overlap(*frame);
    file_gave_a_frame_ = true;
    if (repeated) continue;
    if (files_.size() > 1) {
      last_step_ = frame->step;
      last_positions_ = frame->positions;
    }
    return frame;
  }
}

bool SeriesReader::pass() {
  // Only among several files can a frame repeat, which takes reading it.
  if (files_.size() > 1) return next_of_any().has_value();
  const bool passed = reader_->skip();
  file_gave_a_frame_ |= passed;
  return passed || open_next_file();
}

std::int64_t SeriesReader::count_frames() const {
  ReadOptions all = options_;
  all.frames = FrameRange{};
  SeriesReader counter(files_, all);
  std::int64_t n = 0;
  while (counter.pass()) ++n;
  return n;
}

void SeriesReader::complete(Structure& frame) {
  if (!options_.tag.empty()) {
    demand_utf8(names_[opened_ - 1], {files_[opened_ - 1].string()});  // a name of a file may be anything
    frame.info[options_.tag] = names_[opened_ - 1];
  }
  if (!options_.species.empty())
    with_location(Location{files_[opened_ - 1].string()}, [&] { name_types(frame, options_.species); });
  clock_.set_time(frame, index_, files_[opened_ - 1].string());
}

std::optional<Structure> SeriesReader::next() {
  while (!window_.ended(index_)) {
    if (!window_.holds(index_)) {
      if (!pass()) return std::nullopt;
      ++index_;
      continue;
    }
    std::optional<Structure> frame = next_of_any();
    if (!frame) return std::nullopt;
    complete(*frame);
    ++index_;
    return frame;
  }
  return std::nullopt;
}

bool SeriesReader::skip() {
  while (!window_.ended(index_)) {
    if (!pass()) return false;
    if (window_.holds(index_++)) return true;
  }
  return false;
}

const Format& find_format_to_write(const std::filesystem::path& file, const std::string& chosen) {
  const Format* format = chosen.empty() ? format_by_file_name(file) : &format_by_name(chosen);
  if (!format)
    throw InputError(
        Location{file.string()}, "the name does not tell the format to write",
        "`vitrion info --formats` lists the names that do (.extxyz, .cfg, ...); vitrion convert also has --to.");
  if (!format->info.writes)
    throw InputError("format " + format->info.name + " is only read, not written",
                     "`vitrion info --formats` tells which are written.");
  return *format;
}

}  // namespace vitrion::io
