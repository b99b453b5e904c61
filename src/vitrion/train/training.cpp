#include "vitrion/train/training.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "vitrion/train/train_mtp.hpp"
#include "vitrion/train/train_nequip.hpp"

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
  return options.kind == PotentialKind::nequip ? train_nequip(options, session) : train_mtp(options, session);
}

std::string format_result(const TrainResult& result, const std::string& subset_key) {
  const std::pair<const char*, const TrainedSet*> sets[] = {
      {"training", &result.training}, {"validation", &result.validation}, {"test", &result.test}};
  std::string text;
  if (!subset_key.empty())
    for (const auto& [name, set] : sets)
      if (!set->structures.empty()) text += fmt::format("{} set\n{}\n", name, format_report(set->errors, subset_key));
  text += format_header("set");
  for (const auto& [name, set] : sets)
    if (!set->structures.empty()) text += format_row(name, set->errors.overall);
  if (!result.calibration.empty())
    text += fmt::format("\nWhat extrapolation grades mean, by the {} set\n{}", result.calibrated_on,
                        format_calibration(result.calibration));
  return text;
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
