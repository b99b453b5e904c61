#include "vitrion/train/training.hpp"

#include <nlohmann/json.hpp>

#include "vitrion/train/mtp/training.hpp"
#include "vitrion/train/nequip/training.hpp"

namespace vitrion::train {

TrainFiles::TrainFiles(const std::filesystem::path& output) : potential(output) {
  const auto beside = [&](const char* ending) {
    std::filesystem::path path = output;
    return path.replace_extension(ending);
  };
  card = beside(".card.json");
  log = beside(".training.csv");
  checkpoint = beside(".checkpoint.json");
  short_range = beside(".zbl.yaml");
}

TrainResult train(const TrainOptions& options, const Session& session) {
  return options.kind == PotentialKind::nequip ? nequip::train_nequip(options, session)
                                               : mtp::train_mtp(options, session);
}

nlohmann::json to_json(const TrainResult& result) {
  nlohmann::json json;
  json["training"] = to_json(result.training.errors);
  if (!result.validation.structures.empty()) json["validation"] = to_json(result.validation.errors);
  if (!result.test.structures.empty()) json["test"] = to_json(result.test.errors);
  for (const auto& [name, set] :
       {std::pair{"training", &result.training}, {"validation", &result.validation}, {"test", &result.test}})
    if (!set->graded.grades.empty()) json[name]["grades"] = to_json(set->graded);
  return json;
}

}  // namespace vitrion::train
