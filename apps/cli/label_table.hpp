// The state of a queue of labels, for people and for machines.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "vitrion/dft/queue.hpp"

namespace vitrion::cli {

/// Counts, costs and failures; with `jobs` one line for every job.
void print_table(const dft::Queue& queue, bool jobs);

/// {"counts", "cpu_s_per_label", "wall_s_per_label", "tries": {name: labels}, "jobs": [...]}
nlohmann::json table_json(const dft::Queue& queue);

}  // namespace vitrion::cli
