// What a learning loop has to say: where it stands, how it converges, what failed, what it cost.
#pragma once

#include <vector>

#include "vitrion/learn/learning.hpp"
#include "vitrion/report/join.hpp"

namespace vitrion::present {

/// Whether the goal was reached, errors, grades and labels by round, the runs of the last round, pairs of elements.
/// A warning stands first where the loop ended before its goal. Holds no wall time: the same loop gives the same bytes.
report::Section learning_section(const learn::Learning& learning);

/// The page of a loop: its section and those of `further` analyses (the last training), and what it cost.
report::Report learning_page(const learn::Learning& learning, const learn::Cost& cost,
                             std::vector<report::Source> further = {});

}  // namespace vitrion::present
