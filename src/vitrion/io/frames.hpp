// Reading and writing configurations in any format the field uses, one frame at a time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "vitrion/core/error.hpp"
#include "vitrion/core/structure.hpp"

namespace vitrion::io {

/// Which frames of a file: start, start + step, ... below stop, as in Python (negative counts from the end).
struct FrameRange {
  std::int64_t start = 0;
  std::optional<std::int64_t> stop;
  std::int64_t step = 1;

  /// "a:b:c" with any part left out, or one number for one frame. Throws InputError.
  static FrameRange parse(const std::string& text);
};

/// Names under which an extended XYZ keeps its labels where they are not the usual ones; empty: the usual ones.
struct LabelKeys {
  std::string energy;  ///< key, eV
  std::string forces;  ///< column, eV/Å
  std::string stress;  ///< key, eV/Å^3, tension positive; a name that holds "virial": eV, -volume * stress
};

/// How to read what the file itself does not say.
struct ReadOptions {
  std::string format;            ///< name in the registry; empty: by content, then by file name
  std::vector<Species> species;  ///< element of each type 0, 1, ...; formats that name elements ignore it
  FrameRange frames;
  /// fs per MD step: gives frames that name no time theirs, step * timestep; where the file counts no steps either, the
  /// frame's place in the run takes the place of the step. Times of the file that contradict it are refused.
  std::optional<double> timestep;
  /// "metal" or "real": of LAMMPS files that do not name theirs. Empty: metal, and no time without a name is trusted.
  std::string lammps_units;
  LabelKeys label_keys;
  /// Told what was left out or assumed, once for each kind in a file. May be empty.
  std::function<void(const std::string&)> note;
  /// Leaves out frames whose self-consistency was not reached instead of refusing the file. They keep their place in
  /// the count of frames.
  bool skip_unconverged = false;
  /// Key under which every frame of `open_frames` is told which file it came from; empty: it is not.
  std::string tag;
};

/// A frame whose electronic self-consistency was not reached: its labels are wrong. The reader stands behind it.
class UnconvergedError : public InputError {
 public:
  using InputError::InputError;
};

/// Frames of one file or of a series of files, in order. Holds one frame at a time in memory.
class FrameReader {
 public:
  virtual ~FrameReader() = default;
  /// The next frame, or nothing at the end. Throws InputError (file:line) on malformed input, UnconvergedError on
  /// labels that cannot be trusted.
  virtual std::optional<Structure> next() = 0;
  /// Passes over one frame, cheaper than reading it; false at the end.
  virtual bool skip() { return next().has_value(); }
  /// Call before the first frame of a file that goes on with a run whose last step was this: formats whose count begins
  /// anew in every file go on from it.
  virtual void continue_after(std::int64_t) {}
};

/// Opens a file (plain or gzip). Throws InputError when the format is not recognised or the file is empty.
std::unique_ptr<FrameReader> open_frames(const std::filesystem::path& file, const ReadOptions& options = {});
/// Several files as one run, folders standing for the files in them, in natural order of their names (frame2 before
/// frame10).
std::unique_ptr<FrameReader> open_frames(const std::vector<std::filesystem::path>& files,
                                         const ReadOptions& options = {});

/// The files themselves and those in the folders among them, hidden ones left out, in natural order.
std::vector<std::filesystem::path> files_of(const std::vector<std::filesystem::path>& files_and_folders);

/// What tells these files apart: their names, or, where two have one name, their paths below the folder they share, so
/// that a/OUTCAR and b/OUTCAR stay two.
std::vector<std::string> distinct_names(const std::vector<std::filesystem::path>& files);

/// All frames at once: for datasets, not for long trajectories. Throws InputError when there is none.
std::vector<Structure> read_frames(const std::filesystem::path& file, const ReadOptions& options = {});

/// Writes frame after frame. Throws InputError when a frame holds what the format cannot express. The file appears
/// under its name when `close` succeeded (atomic).
class FrameWriter {
 public:
  virtual ~FrameWriter() = default;
  virtual void write(const Structure& frame) = 0;
  virtual void close() = 0;
};

struct WriteOptions {
  std::string format;            ///< name in the registry; empty: by file name
  std::vector<Species> species;  ///< type numbers are positions in this list; empty: elements by atomic number
};

/// Throws InputError when neither options nor the file's name tell a format that can be written. A name ending in .gz
/// is compressed.
std::unique_ptr<FrameWriter> create_frames(const std::filesystem::path& file, const WriteOptions& options = {});
/// All at once; type numbers then count the species of all frames, not only of the first.
void write_frames(const std::filesystem::path& file, const std::vector<Structure>& frames,
                  const WriteOptions& options = {});

/// What of a structure a file can express; the rest is lost in writing, and `vitrion convert` says so.
struct FormatContent {
  bool series = true;  ///< more than one frame
  bool types = true;   ///< numbers or groups atoms by species: all species must be known before the first frame
  bool energy = false, forces = false, stress = false;
  bool velocities = false;
  bool ids = false;                       ///< ids of atoms; without them atoms are written in order of id
  bool images = false;                    ///< image flags
  bool time = false;                      ///< the time of a frame
  bool further = false;                   ///< further keys (info)
  std::vector<std::string> columns = {};  ///< names of the further columns it can hold; "*": of any name

  bool holds_column(const std::string& name) const;
};

/// What a format is called and does, for `vitrion info --formats` and the docs.
struct FormatInfo {
  std::string name, description;
  std::vector<std::string> patterns;  ///< file-name patterns: "*.cfg", "POSCAR*"
  bool writes = false;
  FormatContent content;  ///< when written
};
const std::vector<FormatInfo>& formats();
/// The format a file is of, by its content, then by its name. Throws InputError when it is of none.
const FormatInfo& format_to_read(const std::filesystem::path& file, const ReadOptions& options = {});
/// The format `create_frames` would write. Throws InputError as it does.
const FormatInfo& format_to_write(const std::filesystem::path& file, const WriteOptions& options = {});

}  // namespace vitrion::io
