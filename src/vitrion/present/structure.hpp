// What a structure analysis has to say: is it a glass, who sits next to whom, what the network is made of.
#pragma once

#include <string>

#include "vitrion/report/report.hpp"
#include "vitrion/structure/analysis.hpp"

namespace vitrion::present {

/// The verdict on long-range order with its reasons, the last frame, pairs, network units, S(q), angles, lattice
/// disorder, notes. `pairs` ("P-O,Li-O") narrows the table of pairs; empty: every pair. Throws InputError when a pair
/// does not occur.
report::Section structure_section(const structure::Analysis& analysis, const std::string& pairs = {});

}  // namespace vitrion::present
