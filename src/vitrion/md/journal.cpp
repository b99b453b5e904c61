#include "vitrion/md/journal.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>

#include "vitrion/core/error.hpp"
#include "vitrion/core/file.hpp"
#include "vitrion/core/json.hpp"

namespace vitrion::md {
namespace {

std::filesystem::path file_in(const std::filesystem::path& folder) {
  return folder / "state" / "journal.json";
}

// Files of a run, by name: nothing else is cut to a length or removed.
bool is_of(const std::vector<Stage>& stages, const std::string& name) {
  return std::any_of(stages.begin(), stages.end(), [&](const Stage& s) {
    const auto suffixes = {".thermo.csv", ".lammpstrj.gz", ".grades.csv", ".extrapolating.lammpstrj.gz"};
    return std::any_of(suffixes.begin(), suffixes.end(), [&](const char* suffix) { return name == s.name + suffix; });
  });
}

bool is_restart_name(std::string_view text) {
  constexpr std::string_view beginning = "restart.";
  if (!text.starts_with(beginning)) return false;
  text.remove_prefix(beginning.size());
  const std::size_t dot = text.find('.');
  const auto are_digits = [](std::string_view word) {
    return !word.empty() && word.find_first_not_of("0123456789") == std::string_view::npos;
  };
  return dot != std::string_view::npos && are_digits(text.substr(0, dot)) && are_digits(text.substr(dot + 1));
}

bool fits(const Journal& journal, const std::vector<Stage>& stages) {
  const bool at_start = journal.stage == 0 && journal.step == 0;
  if (journal.stage > stages.size() || journal.step < 0) return false;
  if (journal.step > 0 && (journal.stage == stages.size() || journal.step >= stages[journal.stage].steps)) return false;
  if (journal.restart.empty() ? !at_start : !is_restart_name(journal.restart)) return false;
  if (journal.step == 0 && !journal.reference_hash.empty()) return false;
  return std::all_of(journal.lengths.begin(), journal.lengths.end(),
                     [&](const auto& file) { return is_of(stages, file.first); });
}

}  // namespace

std::uintmax_t Journal::length_of(const std::string& file) const {
  const auto found = lengths.find(file);
  return found == lengths.end() ? 0 : found->second;
}

std::string Journal::hash_of(const std::string& file) const {
  const auto found = hashes.find(file);
  return found == hashes.end() ? std::string{} : found->second;
}

Journal Journal::load(const std::filesystem::path& folder, const std::string& expected_key,
                      const std::vector<Stage>& stages) {
  Journal journal;
  journal.key = expected_key;
  const std::filesystem::path file = file_in(folder);
  if (!std::filesystem::exists(file)) return journal;
  const auto fail = [&](const std::string& what) {
    throw InputError(Location{file.string()}, what, "Remove the folder to start the run afresh.");
  };
  const nlohmann::json j = parse_json(read_file(file), {file.string()});
  try {
    journal.key = j.at("key").get<std::string>();
    if (journal.key != expected_key)
      throw InputError(Location{folder.string()}, "holds a run with other settings, structure or potential",
                       "Choose another output folder, or remove this one to start afresh.");
    unsealed(j, {file.string()}, true);
    journal.stage = j.at("stage").get<std::size_t>();
    journal.step = json_integer<std::int64_t>(j.at("step"), "step");
    journal.restart = j.at("restart").get<std::string>();
    journal.restart_hash = j.at("restart_hash").get<std::string>();
    journal.lengths = j.at("lengths").get<decltype(journal.lengths)>();
    journal.hashes = j.at("hashes").get<decltype(journal.hashes)>();
    journal.reference_hash = j.at("reference_hash").get<std::string>();
    journal.stage_cell = j.at("stage_cell").get<decltype(journal.stage_cell)>();
    journal.displacements = j.at("displacements").get<decltype(journal.displacements)>();
  } catch (const nlohmann::json::exception&) {
    fail("is not the journal of a run, or that of an older program");
  }
  if (!fits(journal, stages))
    fail("is not the journal of this run: it speaks of a place or a file that the run has not");
  return journal;
}

void Journal::save(const std::filesystem::path& folder) const {
  const nlohmann::json j{{"key", key},
                         {"stage", stage},
                         {"step", step},
                         {"restart", restart},
                         {"restart_hash", restart_hash},
                         {"lengths", lengths},
                         {"hashes", hashes},
                         {"reference_hash", reference_hash},
                         {"stage_cell", stage_cell},
                         {"displacements", displacements}};
  write_file_atomically(file_in(folder), json_text(sealed(j), 1) + "\n");
}

}  // namespace vitrion::md
