// What planners of stages share: sections of one file that become the settings of commands, and files from outside.
#pragma once

#include <yaml-cpp/yaml.h>

#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "vitrion/core/config.hpp"

namespace vitrion::study {

/// The mapping of a section as YAML that can be changed. What is changed below its keys must have been read as the
/// mapping or list it is meant to be (Config::part, parts, section, sections), which names the line where it is not.
YAML::Node editable(const Config& section);
std::string text_of(const YAML::Node& node);

/// Sets keys that the planner fills in itself. Throws InputError where the user gave one of them.
void fill_in(Config& section, const std::vector<std::pair<std::string, std::string>>& values);

/// Files from outside, linked into the folder of the stages as inputs/NAME.
class Imports {
 public:
  /// "inputs/NAME" for a path. Throws InputError at `where` when another file of that name is there.
  std::string add(const std::string& path, const Location& where);
  /// Replaces the file or files under node[key] by ../inputs/NAME; adds them to `inputs`.
  void add_all(YAML::Node node, const std::string& key, Config& section, std::vector<std::string>& inputs);
  const std::map<std::string, std::filesystem::path>& files() const { return files_; }

 private:
  std::map<std::string, std::filesystem::path> files_;
};

/// Links the files into `folder`/inputs. Throws InputError when one does not exist.
void import_files(const std::map<std::string, std::filesystem::path>& files, const std::filesystem::path& folder);

}  // namespace vitrion::study
