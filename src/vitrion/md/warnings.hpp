// What whoever uses a run must know: said by the run, and by every analysis of what it wrote.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "vitrion/md/journal.hpp"
#include "vitrion/md/options.hpp"

namespace vitrion::md {

/// A doubt about one stage of a run.
struct StageWarning {
  std::string code;     ///< "grade", "pressure", "density", "melt", "relaxing"
  std::string message;  ///< a sentence without the stage's name
  bool lasting = true;  ///< holds for later stages too; false: for frames of this stage only
};

struct StageSummary;

/// What to doubt about a stage that ended: high grades, a pressure or a density that is not the one asked for, a melt
/// that was not proved, energy, volume or framework that still change. Of stages that nobody looks at (no trajectory,
/// not the last) only what lasts.
std::vector<StageWarning> warnings_of(const MdOptions& options, const Stage& stage, const StageSummary& summary,
                                      const Journal& journal);

/// What the run that wrote `file` warns of: that run's result.json (or summary.json) is looked for beside the file, and
/// the stage the file comes from is known by its name. Each sentence begins with the run and the stage. Empty where
/// the file lies in no folder of a run.
std::vector<std::string> warnings_beside(const std::filesystem::path& file);
/// Of several files; what they share is said once.
std::vector<std::string> warnings_beside(const std::vector<std::string>& files);

}  // namespace vitrion::md
