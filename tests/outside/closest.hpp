// An analysis that does not live in src/: how close two ions of one element come. It is made as HACKING.md says, its
// room, its section, its stage, its command, and nothing else in the tree knows of it.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "vitrion/core/result.hpp"
#include "vitrion/core/structure.hpp"
#include "vitrion/report/report.hpp"
#include "vitrion/study/stage_kind.hpp"

namespace outside {

/// The room: what is computed, and its JSON form.
struct Closest {
  std::string ion;
  std::vector<double> distance;  ///< Å, between the nearest two ions, shape (n_structures)
};
Closest closest_ions(const std::vector<vitrion::Structure>& structures, const std::string& ion);
inline constexpr vitrion::ResultKind closest_kind{"closest", 1};
nlohmann::json to_json(const Closest& result);

/// present/: what it says.
vitrion::report::Section closest_section(const Closest& result);

/// study/stages/: "closest: {ion: Li}" in a study, of all its glasses.
vitrion::study::StageKind closest_stage();

/// apps/cli/: closest ION FILE...; writes result.json and section.json here.
int closest_command(const std::vector<std::string>& words);

}  // namespace outside
