// What one file format is to the registry. A new format is one file that defines a Format, and one line in
// registry.cpp.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "vitrion/io/frames.hpp"

namespace vitrion::io {

struct Format {
  FormatInfo info;
  /// Whether a file that begins so (up to 64 KiB, decompressed) is of this format.
  bool (*recognises)(std::string_view head);
  /// Reads frames as the file gives them: unnamed types stay unnamed, ranges and time steps are the registry's matter.
  std::unique_ptr<FrameReader> (*open)(const std::filesystem::path& file, const ReadOptions& options);
  /// Null for formats that are only read.
  std::unique_ptr<FrameWriter> (*create)(const std::filesystem::path& file, const WriteOptions& options) = nullptr;
};

template <class Reader>
std::unique_ptr<FrameReader> open_as(const std::filesystem::path& file, const ReadOptions& options) {
  if constexpr (std::is_constructible_v<Reader, const std::filesystem::path&, const ReadOptions&>)
    return std::make_unique<Reader>(file, options);
  else
    return std::make_unique<Reader>(file);
}

/// Tells each thing once, with the name of the file before it.
class Notes {
 public:
  Notes(const std::filesystem::path& file, const ReadOptions& options) : file_(file.string()), tell_(options.note) {}
  void add(const std::string& text);

 private:
  std::string file_;
  std::function<void(const std::string&)> tell_;
  std::set<std::string> told_;
};

template <class Writer>
std::unique_ptr<FrameWriter> create_as(const std::filesystem::path& file, const WriteOptions& options) {
  return std::make_unique<Writer>(file, options);
}

Format extxyz_format();
Format cfg_format();
Format binary_cfg_format();
Format poscar_format();
Format xdatcar_format();
Format lammps_data_format();
Format lammps_dump_format();
Format outcar_format();
Format vasprun_format();
Format cp2k_format();
Format cif_format();

/// Every format, those that are recognised with most certainty first.
const std::vector<Format>& registry();

/// Type numbers for formats that name no elements.
class TypeNumbers {
 public:
  /// Positions in `species`; when that is empty, the first frame decides: elements by atomic number, unnamed types keep
  /// their number.
  explicit TypeNumbers(std::vector<Species> species) : species_(std::move(species)) {}
  /// Call for each frame before `of`. Throws InputError when a species has no number.
  void prepare(const Structure& frame);
  int of(Species species) const;
  const std::vector<Species>& species() const { return species_; }

 private:
  std::vector<Species> species_;
};

/// The shortest decimal that reads back as exactly this number.
std::string shortest(double value);

/// What has no place of its own in a text format, as keys and values: info, the kind of energy, time (fs), step,
/// wrapping. `from_keys` is the reverse: known keys become members, the others stay in info.
std::map<std::string, std::string> to_keys(const Structure& frame);
void from_keys(std::map<std::string, std::string> keys, Structure& frame);

/// For formats of one structure a file: throws InputError that says so.
[[noreturn]] void fail_second_frame(const std::filesystem::path& file, const std::string& format);

/// Rows of the frame grouped by type, in each group by id: the order of formats that count atoms by species.
std::vector<std::size_t> rows_by_type(const Structure& frame, const TypeNumbers& types);
/// Puts the rows of every per-atom array in this order.
void reorder(Structure& frame, const std::vector<std::size_t>& rows);
}  // namespace vitrion::io
