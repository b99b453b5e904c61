#include "vitrion/md/journal.hpp"

#include <nlohmann/json.hpp>

#include "vitrion/core/error.hpp"
#include "vitrion/core/file.hpp"

namespace vitrion::md {
namespace {

std::filesystem::path file_in(const std::filesystem::path& folder) {
  return folder / "state" / "journal.json";
}

}  // namespace

std::uintmax_t Journal::length_of(const std::string& file) const {
  const auto found = lengths.find(file);
  return found == lengths.end() ? 0 : found->second;
}

Journal Journal::load(const std::filesystem::path& folder, const std::string& expected_key) {
  Journal journal;
  journal.key = expected_key;
  const std::filesystem::path file = file_in(folder);
  if (!std::filesystem::exists(file)) return journal;
  try {
    const nlohmann::json j = nlohmann::json::parse(read_file(file));
    journal.key = j.at("key").get<std::string>();
    journal.stage = j.at("stage").get<std::size_t>();
    journal.step = j.at("step").get<std::int64_t>();
    journal.restart = j.at("restart").get<std::string>();
    journal.lengths = j.at("lengths").get<std::map<std::string, std::uintmax_t>>();
    journal.stage_cell = j.at("stage_cell").get<decltype(journal.stage_cell)>();
    journal.displacements = j.at("displacements").get<decltype(journal.displacements)>();
  } catch (const nlohmann::json::exception&) {
    throw InputError(Location{file.string()}, "is not the journal of a run",
                     "Remove the folder to start the run afresh.");
  }
  if (journal.key != expected_key)
    throw InputError(Location{folder.string()}, "holds a run with other settings, structure or potential",
                     "Choose another output folder, or remove this one to start afresh.");
  return journal;
}

void Journal::save(const std::filesystem::path& folder) const {
  const nlohmann::json j{{"key", key},
                         {"stage", stage},
                         {"step", step},
                         {"restart", restart},
                         {"lengths", lengths},
                         {"stage_cell", stage_cell},
                         {"displacements", displacements}};
  write_file_atomically(file_in(folder), j.dump(1) + "\n");
}

}  // namespace vitrion::md
