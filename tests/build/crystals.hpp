// Crystals the tests of builders share, from published lattice parameters.
#pragma once

#include <map>
#include <string>

#include "vitrion/build/crystal.hpp"

namespace vitrion::build::test {

inline Structure cubic(double a, const std::string& space_group, const std::vector<CrystalSite>& sites) {
  return crystal({.lengths = {a, a, a}, .angles = {90, 90, 90}, .space_group = space_group, .sites = sites});
}

inline Species el(const char* symbol) {
  return Species::element(symbol);
}

/// "Li13 N1 O15 P4": elements in alphabetical order.
inline std::string formula(const Structure& s) {
  std::map<std::string, int> counts;
  for (const Species& a : s.species) ++counts[a.name()];
  std::string text;
  for (const auto& [name, n] : counts) text += (text.empty() ? "" : " ") + name + std::to_string(n);
  return text;
}

inline Structure rock_salt(double a = 5.64) {
  return cubic(a, "Fm-3m", {{el("Na"), {0, 0, 0}}, {el("Cl"), {0.5, 0.5, 0.5}}});
}

inline Structure lithium() {
  return cubic(3.51, "Im-3m", {{el("Li"), {0, 0, 0}}});
}

/// Wang et al. 1995 (doi 10.1006/jssc.1995.1138), Pmnb there, axes exchanged to Pnma.
inline Structure gamma_li3po4() {
  return crystal({.lengths = {10.4612, 6.1113, 4.9208},
                  .angles = {90, 90, 90},
                  .space_group = "Pnma",
                  .sites = {{el("Li"), {0.1627, 0.5016, 0.3008}},
                            {el("Li"), {0.4246, 0.75, 0.2045}},
                            {el("P"), {0.4115, 0.25, 0.3079}},
                            {el("O"), {0.3418, 0.0441, 0.2054}},
                            {el("O"), {0.0503, 0.25, 0.2928}},
                            {el("O"), {0.0896, 0.75, 0.1223}}}});
}

/// Keffer et al., Inorg. Chem. 6, 119 (1967).
inline Structure beta_li3po4() {
  return crystal({.lengths = {6.115, 5.2394, 4.8554},
                  .angles = {90, 90, 90},
                  .space_group = "Pmn2_1",
                  .sites = {{el("Li"), {0.2481, 0.3277, 0.9860}},
                            {el("Li"), {0.5, 0.8428, 0.9893}},
                            {el("P"), {0, 0.8243, 0}},
                            {el("O"), {0.20777, 0.68676, 0.8961}},
                            {el("O"), {0, 0.1052, 0.9004}},
                            {el("O"), {0.5, 0.1814, 0.8172}}}});
}

}  // namespace vitrion::build::test
