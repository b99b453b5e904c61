#include "vitrion/study/stage_kind.hpp"

#include <algorithm>

#include "vitrion/core/error.hpp"
#include "vitrion/study/stages/kinds.hpp"

namespace vitrion::study {
namespace {

std::vector<StageKind>& table() {
  static std::vector<StageKind> all{train_kind(),     potential_kind(), quench_kind(),    production_kind(),
                                    structure_kind(), transport_kind(), interface_kind(), report_kind()};
  return all;
}

}  // namespace

const std::vector<StageKind>& stage_kinds() {
  return table();
}

void register_stage_kind(StageKind kind) {
  std::vector<StageKind>& all = table();
  for (const StageKind& other : all)
    if (other.name == kind.name) throw InputError("there is a kind of stage \"" + kind.name + "\" already");
  const auto next = std::find_if(all.begin(), all.end(), [&](const StageKind& k) { return k.phase > kind.phase; });
  all.insert(next, std::move(kind));
}

}  // namespace vitrion::study
