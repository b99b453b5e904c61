#include "vitrion/potentials/model_card.hpp"

#include <nlohmann/json.hpp>

#include "vitrion/core/error.hpp"
#include "vitrion/core/file.hpp"
#include "vitrion/core/json.hpp"

namespace vitrion::potentials {

namespace fs = std::filesystem;

fs::path card_of(const fs::path& potential) {
  return fs::path(potential).replace_extension(".card.json");
}

ModelCard read_model_card(const fs::path& potential) {
  ModelCard card;
  const fs::path file = card_of(potential);
  if (!fs::exists(file)) return card;
  try {
    const nlohmann::json j = parse_json(read_file(file), {file.string()});
    if (const auto data = j.find("training_data"); data != j.end() && data->contains("min_distance_A"))
      card.min_distances = data->at("min_distance_A").get<std::map<std::string, double>>();
    if (const auto zbl = j.find("short_range"); zbl != j.end())
      card.short_range = ShortRange{zbl->at("inner_A").get<double>(), zbl->at("outer_A").get<double>()};
  } catch (const nlohmann::json::exception& e) {
    throw InputError(Location{file.string()}, std::string("is not a model card: ") + e.what(),
                     "Train again, or remove the file: nothing then knows the training distances, nor whether the "
                     "potential was trained on top of a repulsion.");
  }
  return card;
}

void copy_model_card(const fs::path& from, const fs::path& to) {
  const fs::path source = card_of(from), target = card_of(to);
  if (fs::exists(source) && !fs::exists(target)) write_file_atomically(target, read_file(source));
}

void tell_short_range(const fs::path& potential, const ShortRange& range) {
  const fs::path file = card_of(potential);
  if (!fs::exists(file)) {
    const nlohmann::json card = {
        {"potential", potential.filename().string()},
        {"short_range", {{"type", "zbl"}, {"inner_A", range.inner}, {"outer_A", range.outer}}}};
    return write_file_atomically(file, json_text(card, 1) + "\n");
  }
  if (read_model_card(potential).short_range != range)
    throw InputError(Location{file.string()},
                     "is the card of another potential: it speaks of another repulsion, or none",
                     "Write to another name, or remove the card.");
}

}  // namespace vitrion::potentials
