#include "vitrion/study/given_potential.hpp"

#include <algorithm>
#include <filesystem>

#include "lammps/settings.hpp"
#include "vitrion/core/error.hpp"
#include "vitrion/core/file.hpp"
#include "vitrion/potentials/catalogue.hpp"

namespace vitrion::study {
namespace {

namespace fs = std::filesystem;

GivenPotential from_file(Config& section, Imports& imports) {
  const fs::path file = section.path("file");
  if (!fs::exists(file)) throw section.error("file", "there is no potential \"" + file.string() + "\"");
  std::vector<fs::path> all = potentials::files_of(file);
  if (const fs::path card = potentials::card_of(file); fs::exists(card)) all.push_back(card);
  const bool is_sum = potentials::says_kind(read_file(file), "sum");
  GivenPotential given;
  for (const fs::path& one : all) {
    if (is_sum && one.parent_path() != file.parent_path())
      throw section.error("file", one.string() + " is a part of " + file.filename().string() + " and lies elsewhere",
                          "Put the files of a sum into one folder.");
    const std::string name = imports.add(one.string(), section.where("file"));
    if (std::find(given.files.begin(), given.files.end(), name) == given.files.end()) given.files.push_back(name);
  }
  return given;
}

}  // namespace

GivenPotential given_potential(Config& section, const std::string& stage, Imports& imports) {
  if (!section.has("lammps")) return from_file(section, imports);
  const potentials::PotentialSource source = potentials::source_in(section);
  const lammps::Settings settings = lammps::read_settings({source.settings, source.file, {}});
  GivenPotential given{{stage + "/potential.yaml"}, lammps::format_settings(settings)};
  for (const fs::path& table : settings.files)
    given.files.push_back(imports.add(table.string(), section.where("lammps")));
  return given;
}

}  // namespace vitrion::study
