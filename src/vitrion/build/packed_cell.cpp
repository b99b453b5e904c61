#include "vitrion/build/packed_cell.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>

#include "vitrion/core/error.hpp"
#include "vitrion/core/random.hpp"
#include "vitrion/core/text.hpp"
#include "vitrion/core/units.hpp"
#include "vitrion/neighbors/neighborhoods.hpp"

namespace vitrion::build {
namespace {

constexpr double default_fraction = 0.8;  // of (V/N)^(1/3)
constexpr int sweeps = 2000;

// Distances by type index, row major.
class DistanceTable {
 public:
  DistanceTable(const std::vector<Species>& species, const PairDistances& named, double otherwise)
      : n_(species.size()) {
    for (const Species& a : species)
      for (const Species& b : species) values_.push_back(distance_of(named, a, b, otherwise));
  }
  double operator()(int a, int b) const {
    return values_[static_cast<std::size_t>(a) * n_ + static_cast<std::size_t>(b)];
  }
  double largest() const { return *std::max_element(values_.begin(), values_.end()); }

 private:
  std::size_t n_;
  std::vector<double> values_;
};

// Moves every atom away from those that are too near, half the overlap each; returns the largest overlap, Å.
double push_apart(Structure& s, const std::vector<int>& types, const DistanceTable& allowed) {
  const neighbors::PeriodicNeighborhoods lists(s, types, allowed.largest());
  const neighbors::Neighborhoods near = lists.view();
  const Eigen::Map<const Positions> x(near.positions, static_cast<Eigen::Index>(near.n_total), 3);
  Positions moves = Positions::Zero(s.positions.rows(), 3);
  double worst = 0;
  for (std::size_t i = 0; i < near.n_local; ++i)
    for (const int j : near.of(i)) {
      const auto row = static_cast<Eigen::Index>(i);
      const Vector3 d = (x.row(j) - x.row(row)).transpose();
      const double r = d.norm(), overlap = allowed(near.types[i], near.types[j]) - r;
      if (overlap <= 0) continue;
      worst = std::max(worst, overlap);
      // Slightly more than the overlap, so that touching pairs end up free of each other.
      moves.row(row) -= (0.5 * (overlap + 1e-3) / r * d).transpose();
    }
  s.positions += moves;
  return worst;
}

void check(const PackingOptions& options) {
  if (options.composition.empty()) throw InputError("a packed cell needs a composition, such as Li47P16O56N5");
  if (!(options.density > 0)) throw InputError("a packed cell needs a positive density (g/cm^3)");
}

}  // namespace

std::vector<std::pair<Species, int>> parse_composition(const std::string& formula) {
  std::vector<std::pair<Species, int>> list;
  const auto fail = [&](const std::string& what) {
    return InputError("\"" + formula + "\" is not a composition: " + what, "Write whole numbers: Li47 P16 O56 N5");
  };
  std::size_t at = 0;
  const auto digit = [&] { return at < formula.size() && std::isdigit(static_cast<unsigned char>(formula[at])) != 0; };
  const auto lower = [&] { return at < formula.size() && std::islower(static_cast<unsigned char>(formula[at])) != 0; };
  while (at < formula.size()) {
    if (formula[at] == ' ') {
      ++at;
      continue;
    }
    const std::size_t begin = at++;
    while (lower()) ++at;
    const std::string symbol = formula.substr(begin, at - begin);
    const std::size_t number = at;
    while (digit()) ++at;
    if (at < formula.size() && formula[at] == '.') throw fail("it counts atoms, so numbers are whole");
    const auto count = number == at ? 1 : parse_integer(formula.substr(number, at - number)).value_or(0);
    if (count < 1 || count > 10'000'000) throw fail("the number of " + symbol + " is out of range");
    try {
      list.emplace_back(Species::element(symbol), static_cast<int>(count));
    } catch (const InputError& e) {
      throw fail(e.what());
    }
  }
  if (list.empty()) throw fail("it is empty");
  return list;
}

Structure packed_cell(const PackingOptions& options) {
  check(options);
  Structure s;
  std::vector<Species> kinds;
  std::vector<int> types;
  double mass = 0;
  for (const auto& [species, count] : options.composition) {
    const auto found = std::find(kinds.begin(), kinds.end(), species);
    const int type = static_cast<int>(found - kinds.begin());
    if (found == kinds.end()) kinds.push_back(species);
    for (int k = 0; k < count; ++k) {
      s.species.push_back(species);
      types.push_back(type);
      mass += species.mass();
    }
  }
  const double volume = mass * units::u_per_A3_in_g_per_cm3 / options.density;
  const double edge = std::cbrt(volume);
  s.cell = Cell::orthorhombic(edge, edge, edge);
  const auto n = static_cast<Eigen::Index>(s.size());
  const DistanceTable allowed(kinds, options.distances, default_fraction * std::cbrt(volume / static_cast<double>(n)));

  Random random(options.seed);
  s.positions.resize(n, 3);
  for (Eigen::Index i = 0; i < n; ++i)
    for (int k = 0; k < 3; ++k) s.positions(i, k) = edge * random.uniform();
  double overlap = 1;
  for (int sweep = 0; sweep < sweeps && overlap > 0; ++sweep) {
    overlap = push_apart(s, types, allowed);
    for (Eigen::Index i = 0; i < n; ++i) s.positions.row(i) = s.cell.wrap(s.positions.row(i)).transpose();
  }
  if (overlap > 0)
    throw InputError(
        fmt::format("no packing of {} atoms at {} g/cm^3 keeps the smallest distances (pairs are {:.2f} Å too near)", n,
                    options.density, overlap),
        "Lower the density or the distances.");
  s.wrapping = Wrapping::wrapped;
  return s;
}

}  // namespace vitrion::build
