#include "vitrion/study/graph.hpp"

#include "vitrion/core/error.hpp"

namespace vitrion::study {

void Graph::add_analysis(Stage stage, int place) {
  stage.command.insert(stage.command.end(), {"--result", "."});
  stage.outputs.insert(stage.outputs.end(), {"result.json", "section.json"});
  give(SectionHandle{stage.name, place});
  add(std::move(stage));
}

void Graph::add_flags(Config section, std::vector<std::string>& command) const {
  const std::vector<std::string> without = command;
  for (const std::string& key : section.keys()) {
    const std::string value = section.text(key);
    if (value == "false") continue;  // a flag that is not given
    const std::vector<std::string> flag =
        value == "true" ? std::vector<std::string>{"--" + key} : std::vector<std::string>{"--" + key, value};
    command.insert(command.end(), flag.begin(), flag.end());
    if (!check_) continue;
    std::vector<std::string> with = without;
    with.insert(with.end(), flag.begin(), flag.end());
    try {
      check_(with);
    } catch (const InputError& e) {
      throw section.error(key, e.what());
    }
  }
}

void Graph::give_potential(const Config& study, const std::string& key, PotentialHandle potential) {
  for (const PotentialHandle& other : all<PotentialHandle>())
    throw study.error(key, "\"" + other.stage + "\" and \"" + key + "\" cannot both be given",
                      "A potential exists already, or it is trained, or it is learned.");
  give(std::move(potential));
}

void Graph::refuse(const char* what) {
  throw InputError(std::string("the study has no ") + what + " where a stage needs one");
}

}  // namespace vitrion::study
