// All ways to put changes on the sites of a crystal, each once up to its symmetry.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "vitrion/core/session.hpp"

namespace vitrion::build {

/// `count` sites of `pool` become `colour` (1, 2, ...). Later choices draw from what earlier ones left.
struct Choice {
  std::vector<int> pool;
  int count = 0;
  int colour = 1;
};

/// Changed sites with their colours, by increasing site.
using Arrangement = std::vector<std::pair<int, int>>;

struct DistinctArrangement {
  Arrangement sites;
  std::int64_t multiplicity = 1;  ///< arrangements that symmetry makes the same as this one, itself included
};

/// How many arrangements there are, equivalent ones counted each: a product of binomial coefficients (as a real number:
/// it may be astronomically large). Pools of different choices are equal or disjoint. 0 when a pool is too small.
double count_arrangements(const std::vector<Choice>& choices);

/// The arrangement's smallest image under the permutations (site i goes to p[i]): equal for equivalent ones.
Arrangement canonical(const Arrangement& a, const std::vector<std::vector<int>>& permutations);

/// One arrangement of every class of equivalent ones, in order of their canonical forms. Permutations must form a group
/// that takes every pool into itself.
std::vector<DistinctArrangement> enumerate(const std::vector<Choice>& choices,
                                           const std::vector<std::vector<int>>& permutations,
                                           const Session& session = {});

/// Classes found in `draws` arrangements drawn at random, each uniform among all: a class with many members is found
/// sooner than one with few. In order of their canonical forms.
std::vector<DistinctArrangement> sample(const std::vector<Choice>& choices,
                                        const std::vector<std::vector<int>>& permutations, std::int64_t draws,
                                        std::uint64_t seed, const Session& session = {});

}  // namespace vitrion::build
