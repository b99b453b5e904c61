// One step of a study: a command of this program, run in a folder of its own, that turns files into files.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace vitrion::study {

/// What a stage is made of. Everything that can change its result is here, so that its content hash tells whether it
/// must run again; everything is on disk, so that a user can run the same command by hand in the same folder.
struct Stage {
  std::string name;                       ///< also its folder below the study's; letters, digits, '-', '_', '.'
  std::string title;                      ///< one line for people
  std::vector<std::string> command = {};  ///< program and arguments; run inside the stage's folder
  std::map<std::string, std::string> files =
      {};                                 ///< written into the folder before the command starts: name -> content
  std::vector<std::string> inputs = {};   ///< files it reads, relative to the study's folder
  std::vector<std::string> outputs = {};  ///< files it must leave, relative to its own folder; same input, same bytes
  std::vector<std::string> after = {};    ///< names of stages that must be done before it
  int slots = 1;                          ///< how many of the study's parallel slots it occupies
  /// Its command knows by itself what in its folder still holds (a learning loop, whose labels are dear): the folder is
  /// kept when inputs change.
  bool incremental = false;
  /// Long work, which may be handed to another machine (RunnerOptions::submit).
  bool is_long = false;
};

/// What the state file remembers of a stage that ended well.
struct StageRecord {
  std::string key;                             ///< hash of everything the stage was made of
  std::map<std::string, std::string> outputs;  ///< file name -> content hash
  double seconds = 0;                          ///< wall time, all starts together
};

/// The hash of a stage: version of the program, command, its files and the content of its inputs in `folder` (the
/// study's). The program's own path is left out. Throws InputError when an input is missing.
std::string stage_key(const Stage& stage, const std::filesystem::path& folder);

/// The memory of a study: which stages ended, made of what. Written atomically after every stage.
class StudyState {
 public:
  /// Reads `folder`/state.json; a missing file is an empty state. Throws InputError when it is not a state file.
  static StudyState load(const std::filesystem::path& folder);
  void save(const std::filesystem::path& folder) const;

  const StageRecord* find(const std::string& stage) const;
  void set(const std::string& stage, StageRecord record) { records_[stage] = std::move(record); }

 private:
  std::map<std::string, StageRecord> records_;
};

/// True when `record` is of this `key` and every output is there with the content it had.
bool up_to_date(const StageRecord* record, const std::string& key, const std::filesystem::path& stage_folder);

}  // namespace vitrion::study
