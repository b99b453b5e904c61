#include "vitrion/md/model_card.hpp"

#include <nlohmann/json.hpp>

#include "vitrion/core/error.hpp"
#include "vitrion/core/file.hpp"

namespace vitrion::md {

ModelCard read_model_card(const std::filesystem::path& potential) {
  ModelCard card;
  std::filesystem::path file = potential;
  file.replace_extension(".card.json");
  if (!std::filesystem::exists(file)) return card;
  try {
    const nlohmann::json j = nlohmann::json::parse(read_file(file));
    if (const auto data = j.find("training_data"); data != j.end() && data->contains("min_distance_A"))
      card.min_distances = data->at("min_distance_A").get<std::map<std::string, double>>();
    if (const auto zbl = j.find("short_range"); zbl != j.end())
      card.zbl = ZblRange{zbl->at("inner_A").get<double>(), zbl->at("outer_A").get<double>()};
  } catch (const nlohmann::json::exception& e) {
    throw InputError(Location{file.string()}, std::string("is not a model card: ") + e.what(),
                     "Train again, or remove the file: the guard then knows no training distances.");
  }
  return card;
}

}  // namespace vitrion::md
