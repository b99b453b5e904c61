#include "vitrion/interface/bond_valence.hpp"

#include <array>
#include <cmath>
#include <string_view>

namespace vitrion::interface {
namespace {

struct Pair {
  std::string_view cation, anion;
  double length;  // R0, Å
};

constexpr std::array<Pair, 15> pairs{{{"Li", "N", 1.61},
                                      {"Li", "O", 1.466},
                                      {"Li", "F", 1.360},
                                      {"Li", "S", 1.94},
                                      {"Li", "Cl", 1.91},
                                      {"Na", "N", 1.93},
                                      {"Na", "O", 1.80},
                                      {"Na", "F", 1.677},
                                      {"Na", "S", 2.28},
                                      {"Na", "Cl", 2.15},
                                      {"Mg", "N", 1.85},
                                      {"Mg", "O", 1.693},
                                      {"Mg", "F", 1.578},
                                      {"Mg", "S", 2.18},
                                      {"Mg", "Cl", 2.08}}};
constexpr double softness = 0.37;  // Å

}  // namespace

std::optional<double> bond_valence(const Species& cation, const Species& anion, double distance) {
  for (const Pair& p : pairs)
    if (cation == Species::element(p.cation) && anion == Species::element(p.anion))
      return std::exp((p.length - distance) / softness);
  return std::nullopt;
}

}  // namespace vitrion::interface
