#include "vitrion/study/settings.hpp"

#include "vitrion/core/error.hpp"

namespace vitrion::study {

namespace fs = std::filesystem;

YAML::Node editable(const Config& section) {
  return YAML::Load(section.dump());
}

std::string text_of(const YAML::Node& node) {
  YAML::Emitter out;
  out << node;
  return std::string(out.c_str()) + "\n";
}

void fill_in(Config& section, const std::vector<std::pair<std::string, std::string>>& values) {
  for (const auto& [key, value] : values) {
    if (section.has(key))
      throw section.error(
          key, "\"" + key + "\" is not yours to set here: it is filled in for every stage",
          key == "seed" ? "Give a seed at the top of the file: every stage derives its own from it." : "Leave it out.");
    section.set(key, value);
  }
}

std::string Imports::add(const std::string& path, const Location& where) {
  const std::string name = fs::path(path).filename().string();
  const auto [entry, is_new] = files_.emplace(name, path);
  if (!is_new && entry->second != path)
    throw InputError(where, "two input files are called " + name, "Rename one of them.");
  return "inputs/" + name;
}

void Imports::add_all(YAML::Node node, const std::string& key, Config& section, std::vector<std::string>& inputs) {
  if (!node[key]) return;
  YAML::Node list(YAML::NodeType::Sequence);
  for (const std::string& path : section.paths(key)) {
    inputs.push_back(add(path, section.where(key)));
    list.push_back("../" + inputs.back());
  }
  node[key] = list;
}

void import_files(const std::map<std::string, fs::path>& files, const fs::path& folder) {
  fs::create_directories(folder / "inputs");
  for (const auto& [name, path] : files) {
    if (!fs::exists(path)) throw InputError(Location{path.string()}, "does not exist");
    const fs::path link = folder / "inputs" / name, target = fs::absolute(path).lexically_normal();
    if (fs::is_symlink(link) && fs::read_symlink(link) == target) continue;
    fs::remove(link);
    fs::create_symlink(target, link);
  }
}

}  // namespace vitrion::study
