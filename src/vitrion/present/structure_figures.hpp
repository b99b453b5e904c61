// A structure analysis as figures.
#pragma once

#include <vector>

#include "vitrion/report/plot.hpp"
#include "vitrion/structure/analysis.hpp"

namespace vitrion::present {

/// g(r) of the bonded pairs and of all others, running coordination, S(q), bond angles of the network.
/// Ids: rdf-bonded, rdf-other, coordination, structure-factor, angles; those without data are left out.
std::vector<report::Figure> figures_of(const structure::Analysis& analysis);

}  // namespace vitrion::present
