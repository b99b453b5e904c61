#include "vitrion/select/cut.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "vitrion/core/error.hpp"

namespace vitrion::select {
namespace {

struct Piece {
  Species species;
  Vector3 offset;  // from the centre, Å

  // Distance from the centre as the cube measures it: how near the boundary the atom is.
  double reach() const { return offset.cwiseAbs().maxCoeff(); }
};

// How many cells along each vector the cube may reach into.
std::array<int, 3> repeats(const Cell& cell, double side) {
  std::array<int, 3> n = {0, 0, 0};
  if (!cell.has_volume()) return n;
  const Vector3 heights = cell.heights();
  for (int k = 0; k < 3; ++k)
    if (cell.periodic()[static_cast<std::size_t>(k)])
      n[static_cast<std::size_t>(k)] = static_cast<int>(std::ceil(std::sqrt(3.0) / 2 * side / heights[k])) + 1;
  return n;
}

std::vector<Piece> inside_cube(const Structure& s, std::size_t center, double side) {
  std::vector<Piece> pieces = {{s.species[center], Vector3::Zero()}};
  const std::array<int, 3> n = repeats(s.cell, side);
  const Vector3 origin = s.positions.row(static_cast<Eigen::Index>(center)).transpose();
  for (std::size_t i = 0; i < s.size(); ++i) {
    // From the nearest image on, so that unwrapped atoms are found as well.
    const Vector3 base = s.cell.minimum_image(s.positions.row(static_cast<Eigen::Index>(i)).transpose() - origin);
    for (int a = -n[0]; a <= n[0]; ++a)
      for (int b = -n[1]; b <= n[1]; ++b)
        for (int c = -n[2]; c <= n[2]; ++c) {
          if (i == center && a == 0 && b == 0 && c == 0) continue;
          const Vector3 offset = base + s.cell.matrix().transpose() * Vector3(a, b, c);
          if ((offset.array() >= -side / 2).all() && (offset.array() < side / 2).all())
            pieces.push_back({s.species[i], offset});
        }
  }
  std::stable_sort(pieces.begin() + 1, pieces.end(),
                   [](const Piece& x, const Piece& y) { return x.reach() < y.reach(); });
  return pieces;
}

double allowed(const CutOptions& options, const Species& a, const Species& b) {
  for (const auto& pair : {std::pair(a, b), std::pair(b, a)})
    if (const auto found = options.distances.find(pair); found != options.distances.end()) return found->second;
  return options.distance;
}

// Keeps atoms from the centre outwards, each unless it clashes across the boundary with one that is kept.
std::size_t drop_clashes(std::vector<Piece>& pieces, const CutOptions& options) {
  const Cell cube = Cell::orthorhombic(options.side, options.side, options.side);
  std::vector<Piece> kept;
  for (const Piece& piece : pieces) {
    const bool clashes = std::any_of(kept.begin(), kept.end(), [&](const Piece& other) {
      const Vector3 direct = piece.offset - other.offset, image = cube.minimum_image(direct);
      return image.norm() < direct.norm() - 1e-9 && image.norm() < allowed(options, piece.species, other.species);
    });
    if (!clashes) kept.push_back(piece);
  }
  const std::size_t dropped = pieces.size() - kept.size();
  pieces = std::move(kept);
  return dropped;
}

double charge_of(const CutOptions& options, const Species& species) {
  const auto found = options.charges.find(species);
  if (found == options.charges.end())
    throw InputError(fmt::format("no oxidation state is given for {}", species.name()));
  return found->second;
}

// The farthest atom goes whose charge is of the sign of the excess and no larger; where all are larger (an O^2- for an
// excess of one) the farthest of the smallest, and the other sign makes up for it next.
std::size_t neutralise(std::vector<Piece>& pieces, const CutOptions& options, double& charge) {
  charge = 0;
  if (options.charges.empty()) return 0;
  for (const Piece& piece : pieces) charge += charge_of(options, piece.species);
  std::size_t dropped = 0;
  while (std::abs(charge) > 1e-6 && pieces.size() > 1) {
    const Piece* best = nullptr;
    const auto excess = [&](const Piece& piece) {
      return std::max(0.0, std::abs(charge_of(options, piece.species)) - std::abs(charge));
    };
    for (std::size_t i = pieces.size() - 1; i > 0; --i) {
      if (charge_of(options, pieces[i].species) * charge <= 0) continue;
      if (best == nullptr || excess(pieces[i]) < excess(*best) - 1e-6) best = &pieces[i];
    }
    if (best == nullptr) break;
    charge -= charge_of(options, best->species);
    pieces.erase(pieces.begin() + (best - pieces.data()));
    ++dropped;
  }
  return dropped;
}

}  // namespace

Cut cut_neighbourhood(const Structure& structure, std::size_t center, const CutOptions& options) {
  if (center >= structure.size())
    throw InputError(fmt::format("there is no atom {} in a structure of {}", center, structure.size()));
  if (!(options.side > 0)) throw InputError("the side of the cube must be positive (Å)");
  if (options.side < allowed(options, structure.species[center], structure.species[center]))
    throw InputError(fmt::format("a cube of {:g} Å is too small: the atom would meet its own image", options.side));
  std::vector<Piece> pieces = inside_cube(structure, center, options.side);
  Cut cut;
  cut.n_clashing = drop_clashes(pieces, options);
  cut.n_charged = neutralise(pieces, options, cut.charge);
  Structure& s = cut.structure;
  s.cell = Cell::orthorhombic(options.side, options.side, options.side);
  s.positions.resize(static_cast<Eigen::Index>(pieces.size()), 3);
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    s.species.push_back(pieces[i].species);
    s.positions.row(static_cast<Eigen::Index>(i)) =
        (pieces[i].offset + Vector3::Constant(options.side / 2)).transpose();
  }
  s.info = structure.info;
  s.info["cut_from_atom"] =
      std::to_string(structure.ids.empty() ? static_cast<std::int64_t>(center) + 1 : structure.ids[center]);
  return cut;
}

}  // namespace vitrion::select
