// Parts of the cell along the normal: metal, transition, glass.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "vitrion/interface/nodes.hpp"

namespace vitrion::interface {

/// From `low` to `high` along the normal, Å. In a cell that repeats `high` may lie beyond the period.
struct Range {
  double low = 0, high = 0;
  double length() const { return high - low; }
};

/// One kind of material; several ranges where the cell holds it more than once (both faces of a slab).
struct Region {
  std::string name;
  std::vector<Range> ranges;
  double length() const;
};

/// Name of what lies between the regions that are named.
inline constexpr const char* transition_name = "transition";

/// The cell from `start` over `length` as ranges, one after the other, each of a region; what no region claims is
/// `transition`. `length` Å; `periodic`: what leads from the end to the start is one range.
struct Partition {
  double start = 0, length = 0;
  bool periodic = true;
  std::vector<Region> regions;

  /// Which range of which region holds z (moved into the cell); every z is held by one.
  struct Place {
    std::size_t region = 0, range = 0;
  };
  Place place_of(double z) const;
  double into_cell(double z) const;
  /// How far z lies outside of a region, Å; 0 inside.
  double outside(double z, std::size_t region) const;
};

/// "metal=0:12,glass=18:40": from a to b in Å along the normal; one name may stand twice. Throws InputError where it is
/// no such list, where ranges overlap or leave the cell, and where fewer than two regions are left.
Partition parse_regions(const std::string& text, double start, double length, bool periodic);

/// Adds `transition` wherever nothing lies, and checks the rest (as parse_regions does).
Partition complete(std::vector<Region> regions, double start, double length, bool periodic);

/// Nodes at every border of a range and at equal distances of at least `spacing` Å inside; `region` and `range` tell of
/// every gap where it lies.
struct RegionNodes {
  Nodes nodes;
  std::vector<Partition::Place> place;  ///< shape (n_gaps)
};
RegionNodes nodes_of(const Partition& partition, double spacing);

/// Region of an ion in every frame: it changes where the ion is `margin` Å beyond the border, so that vibration at the
/// border is no exchange. `z` continuous, Å, shape (n_frames).
void region_path(const double* z, std::size_t n_frames, const Partition& partition, double margin,
                 std::uint8_t* region);

}  // namespace vitrion::interface
