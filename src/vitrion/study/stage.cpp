#include "vitrion/study/stage.hpp"

#include <nlohmann/json.hpp>

#include "vitrion/core/error.hpp"
#include "vitrion/core/file.hpp"
#include "vitrion/core/json.hpp"
#include "vitrion/core/version.hpp"

namespace vitrion::study {
namespace {

constexpr const char* state_name = "state.json";

}  // namespace

std::string stage_key(const Stage& stage, const std::filesystem::path& folder) {
  nlohmann::json made_of;
  made_of["version"] = version;
  made_of["arguments"] = std::vector<std::string>(stage.command.begin() + 1, stage.command.end());
  made_of["files"] = stage.files;
  for (const std::string& input : stage.inputs) made_of["inputs"][input] = content_hash_of_file(folder / input);
  return content_hash(json_text(made_of));
}

StudyState StudyState::load(const std::filesystem::path& folder) {
  StudyState state;
  const std::filesystem::path file = folder / state_name;
  if (!std::filesystem::exists(file)) return state;
  try {
    const nlohmann::json root = unsealed(parse_json(read_file(file), {file.string()}), {file.string()});
    for (const auto& [name, item] : root.at("stages").items())
      state.records_[name] = {item.at("key"), item.at("outputs"), item.at("seconds")};
  } catch (const nlohmann::json::exception& e) {
    throw InputError(Location{file.string()}, std::string("is not the state of a study: ") + e.what(),
                     "Delete it to run every stage again, or choose another output folder.");
  }
  return state;
}

void StudyState::save(const std::filesystem::path& folder) const {
  nlohmann::json stages = nlohmann::json::object();
  for (const auto& [name, record] : records_)
    stages[name] = {{"key", record.key}, {"outputs", record.outputs}, {"seconds", record.seconds}};
  write_file_atomically(folder / state_name, json_text(sealed({{"version", version}, {"stages", stages}}), 1) + "\n");
}

const StageRecord* StudyState::find(const std::string& stage) const {
  const auto found = records_.find(stage);
  return found == records_.end() ? nullptr : &found->second;
}

bool up_to_date(const StageRecord* record, const std::string& key, const std::filesystem::path& stage_folder) {
  if (record == nullptr || record->key != key) return false;
  for (const auto& [name, hash] : record->outputs)
    if (!std::filesystem::exists(stage_folder / name) || content_hash_of_file(stage_folder / name) != hash)
      return false;
  return true;
}

}  // namespace vitrion::study
