// Kinds of stages: each reads its part of a study's YAML and adds its stages.
//
// To add one: a file in stages/ with a function that returns a StageKind, declared in stages/kinds.hpp and listed in
// stage_kind.cpp; from outside the tree, `register_stage_kind` before a study is planned.
#pragma once

#include <string>
#include <vector>

#include "vitrion/core/config.hpp"
#include "vitrion/study/graph.hpp"

namespace vitrion::study {

/// When a kind is planned: it may use what earlier phases gave.
enum class Phase { potential, glasses, dynamics, analyses, report };

struct StageKind {
  std::string name;                                     ///< "transport"
  Phase phase = Phase::analyses;                        ///< kinds of one phase keep the order of the table
  void (*plan)(Config& study, Graph& graph) = nullptr;  ///< reads `study` strictly; adds nothing where nothing is asked
};

/// All of them, in the order of planning.
const std::vector<StageKind>& stage_kinds();

/// Adds a kind behind those of its phase. Throws InputError when its name is taken.
void register_stage_kind(StageKind kind);

}  // namespace vitrion::study
