// The potentials that every law is tested with.
#pragma once

#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "vitrion/core/structure.hpp"
#include "vitrion/potentials/catalogue.hpp"

namespace vitrion::test {

/// A potential, and what it claims. A law that a claim rules out is skipped; nothing is skipped by name.
struct Case {
  std::string name{};  ///< letters and digits
  std::function<std::unique_ptr<potentials::Potential>(const potentials::LoadOptions&)> make{};
  double volume = 12;  ///< Å^3 per atom of the structures it is tested with
  double apart = 1.7;  ///< Å, smallest distance in them
  bool single_precision = false;
  bool tables = false;           ///< LoadOptions::tabulated changes something
  bool mirror_symmetric = true;  ///< mirror images have the same energy
  bool smooth_at_cutoff = true;  ///< energy and force go to zero there
  double exact = 1e-10;          ///< to what share of the largest force what must be equal is equal
  double derivative = 1e-7;      ///< the same of forces against slopes of the energy
  std::string needs{};           ///< a file or folder without which it is skipped; may be empty
};
std::ostream& operator<<(std::ostream& out, const Case& tested);

/// All of them: a new potential is added here.
const std::vector<Case>& cases();

/// Atoms of all species of the potential in turn, in a skewed periodic cell that is smaller than most cutoffs.
Structure sample(const Case& tested, const potentials::Potential& potential, int n, std::uint64_t seed);

}  // namespace vitrion::test
