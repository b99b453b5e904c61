// Frames of one or several files as one run: natural order, ranges, names of types, times.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "vitrion/io/clock.hpp"
#include "vitrion/io/format.hpp"

namespace vitrion::io {

/// A frame range with its ends counted from the beginning.
struct FrameWindow {
  std::int64_t start = 0;
  std::optional<std::int64_t> stop;
  std::int64_t step = 1;

  bool ended(std::int64_t index) const { return stop && index >= *stop; }
  bool holds(std::int64_t index) const { return index >= start && !ended(index) && (index - start) % step == 0; }
};

/// Reads files one after the other. Where a file begins with the frame the one before it ended with (the same step and
/// positions, as a restarted run writes it), that frame counts once.
class SeriesReader final : public FrameReader {
 public:
  /// Throws InputError when a file is of no known format or holds no frame.
  SeriesReader(const std::vector<std::filesystem::path>& files, ReadOptions options);
  std::optional<Structure> next() override;
  bool skip() override;

 private:
  std::optional<Structure> next_of_any();
  bool pass();
  bool open_next_file();
  void note_overlap(const Structure& frame);
  bool repeats_last(const Structure& frame) const;
  std::int64_t count_frames() const;
  void complete(Structure& frame);

  std::vector<std::filesystem::path> files_;
  std::vector<std::string> names_;  // what tells the files apart
  ReadOptions options_;
  Clock clock_;
  FrameWindow window_;
  std::size_t opened_ = 0;
  std::unique_ptr<FrameReader> reader_;
  bool file_gave_a_frame_ = false, overlap_noted_ = false;
  std::int64_t index_ = 0;
  std::optional<std::int64_t> last_step_;
  Positions last_positions_;
};

/// The format named `chosen`, or the one the file's content or name tells. Throws InputError when there is none.
const Format& find_format_to_read(const std::filesystem::path& file, const std::string& chosen);
/// The format named `chosen`, or the one the file's name tells. Throws InputError when it cannot be written.
const Format& find_format_to_write(const std::filesystem::path& file, const std::string& chosen);

}  // namespace vitrion::io
