// The learning loop as a stage of a study.
#pragma once

#include "vitrion/study/stage_kind.hpp"

namespace vitrion::learn {

/// "learn", in place of "train": the potential of the study is what a loop has learned. This room stands above study/:
/// whoever plans studies with it hands it to study::register_stage_kind first.
study::StageKind learn_kind();

}  // namespace vitrion::learn
