// A structure analysis as tables on a terminal.
#pragma once

#include <string>

#include "vitrion/structure/analysis.hpp"

namespace vitrion::present {

/// Tables of pairs, units, order. `pairs` ("P-O,Li-O") narrows the first table; empty: every pair. Throws InputError
/// when a pair does not occur.
std::string text_of(const structure::Analysis& analysis, const std::string& pairs = {});

}  // namespace vitrion::present
