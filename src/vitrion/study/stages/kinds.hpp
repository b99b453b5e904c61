// The kinds of stages of this folder, one file each.
#pragma once

#include "vitrion/study/stage_kind.hpp"

namespace vitrion::study {

/// "train": a potential from data.
StageKind train_kind();
/// "potential": one that exists, judged on data it was not trained on.
StageKind potential_kind();
/// "quench": glasses, one stage a replica.
StageKind quench_kind();
/// "production": molecular dynamics, one stage a temperature and replica.
StageKind production_kind();
/// "structure": of all glasses together.
StageKind structure_kind();
/// "transport": of all production runs together.
StageKind transport_kind();
/// "interface": of every production run, one stage each.
StageKind interface_kind();
/// "report" and "literature": joins the sections of all others.
StageKind report_kind();

/// Completes the settings of a stage of molecular dynamics: the potential (its card tells of a ZBL part), where it
/// writes, its seed.
void complete_md(YAML::Node yaml, const PotentialHandle& potential, std::int64_t seed);

}  // namespace vitrion::study
