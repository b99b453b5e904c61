// Where along the normal transitions are counted: nodes, the gaps between them, and the label an ion carries.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace vitrion::interface {

/// Nodes along the normal, rising, Å. In a cell that repeats along the normal the last gap leads from the last node to
/// the first one a period higher.
struct Nodes {
  std::vector<double> position;  ///< Å, at least 2; at least 3 where `period` > 0
  double period = 0;             ///< Å; 0: the cell ends along the normal

  std::size_t size() const { return position.size(); }
  bool periodic() const { return period > 0; }
  std::size_t n_gaps() const { return periodic() ? size() : size() - 1; }
  std::size_t after(std::size_t node) const { return node + 1 == size() ? 0 : node + 1; }
  /// Of any whole number, a period added for every turn, Å.
  double at(std::int64_t node) const;
  /// Distance from node `gap` to the next, Å.
  double width(std::size_t gap) const { return at(static_cast<std::int64_t>(gap) + 1) - position[gap]; }
  /// The last node not above z (of any turn); in a cell that ends -1 below the first.
  std::int64_t below(double z) const;
};

/// Nodes at equal distances, at least `spacing` Å apart, from `start` over `length` Å. Throws InputError where fewer
/// than three fit.
Nodes even_nodes(double start, double length, double spacing, bool periodic);

/// The label of an ion in every frame: the node it visited last. It visits a node when it passes it from one frame to
/// the next, or stands within `reach[node]` Å of it.
///
/// The labels are those of core sets (Schütte, Noé, Lu, Sarich, Vanden-Eijnden 2011, doi 10.1063/1.3590108) that are as
/// small as can be: an ion has to go the whole way from one node to the next to change its label, so that vibration
/// changes none. Seen only once a frame, a random walk passes a point 0.58 steps late (Siegmund 1979, doi
/// 10.2307/1426855): `reach` makes up for that. `z` in Å, continuous in time, shape (n_frames); `labels` shape
/// (n_frames).
void label_path(const double* z, std::size_t n_frames, const Nodes& nodes, const std::vector<double>& reach,
                std::uint8_t* labels);

/// Of the root mean square step of a walk from frame to frame: how late it is seen to pass a point.
inline constexpr double late = 0.5826;

}  // namespace vitrion::interface
