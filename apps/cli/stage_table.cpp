#include "cli/stage_table.hpp"

#include <fmt/format.h>

#include <string>

#include "vitrion/study/runner.hpp"

namespace vitrion::cli {
namespace {

const char* name_of(study::StageStatus status) {
  switch (status) {
    case study::StageStatus::done:
      return "done";
    case study::StageStatus::resumes:
      return "goes on";
    case study::StageStatus::changed:
      return "changed";
    case study::StageStatus::waiting:
      return "to do";
  }
  return "";
}

}  // namespace

void print_stages(const std::vector<study::Stage>& stages, const std::filesystem::path& folder) {
  const std::vector<study::StageStatus> status = study::inspect(stages, folder);
  for (std::size_t i = 0; i < stages.size(); ++i) {
    std::string command = "vitrion";
    for (std::size_t w = 1; w < stages[i].command.size(); ++w) command += " " + stages[i].command[w];
    fmt::print("{:<8} {:<16} {}\n{:26}{}\n", name_of(status[i]), stages[i].name, stages[i].title, "", command);
  }
}

}  // namespace vitrion::cli
