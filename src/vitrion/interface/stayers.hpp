// Which ions stay in a part of the cell from the first frame to the last: for analyses that follow ions by id.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "vitrion/core/structure.hpp"
#include "vitrion/interface/regions.hpp"

namespace vitrion::interface {

/// Takes frame after frame; remembers one bit an ion.
class Stayers {
 public:
  /// `ranges` in Å along the normal of the planes of cell vector `normal` (0, 1, 2), from the origin of the cell.
  Stayers(Species ion, std::vector<Range> ranges, int normal = 2);
  void add(const Structure& frame);
  /// Ids of the ions that were in one of the ranges in every frame, rising. Throws InputError, naming `file`, when
  /// there is none.
  std::vector<std::int64_t> finish(const std::string& file) const;

 private:
  Species ion_;
  std::vector<Range> ranges_;
  int normal_;
  std::vector<std::int64_t> ids_;
  std::vector<bool> stayed_;
};

/// Ranges of a region from the result.json of `vitrion interface`. Throws InputError when it names no such region.
std::vector<Range> ranges_of(const std::filesystem::path& result, const std::string& region);

/// "12:40". Throws InputError.
Range parse_range(const std::string& text);

}  // namespace vitrion::interface
