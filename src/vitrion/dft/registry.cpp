// The engines there are, and what is the same for all of them.
#include "vitrion/dft/registry.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "vitrion/core/file.hpp"
#include "vitrion/dft/engine.hpp"

namespace vitrion::dft {
namespace {

struct EngineEntry {
  const char* name;
  std::unique_ptr<Engine> (*make)(Config& config);
};

/// A new engine is a file that defines its maker, and one line here.
constexpr EngineEntry engines[] = {{"cp2k", make_cp2k}, {"vasp", make_vasp}, {"potential", make_potential_engine}};

double read_time_limit(Config& config) {
  return 60 * config.positive("timeout_minutes", 120);
}

}  // namespace

Settings load_settings(const std::string& file, const std::vector<std::string>& overrides) {
  constexpr const char* defaults = "engine: cp2k\n";
  // Relative paths among the overrides are meant from where the user is.
  if (file.empty() && overrides.empty()) return {defaults, ""};
  if (file.empty())
    return {Config::parse(defaults, "(--set)", overrides).dump() + "\n",
            (std::filesystem::current_path() / "(--set)").string()};
  return {Config::load(file, overrides).dump() + "\n", std::filesystem::absolute(file).string()};
}

std::vector<std::string> engine_names() {
  std::vector<std::string> names;
  for (const EngineEntry& entry : engines) names.emplace_back(entry.name);
  return names;
}

std::unique_ptr<Engine> make_engine(const Settings& settings) {
  Config config = Config::parse(settings.yaml, settings.file);
  const std::string name = config.choice("engine", engine_names(), "cp2k");
  read_time_limit(config);
  config.accept("slurm");  // read by slurm.cpp
  for (const EngineEntry& entry : engines) {
    if (name != entry.name) continue;
    std::unique_ptr<Engine> engine = entry.make(config);
    config.finish();
    return engine;
  }
  throw std::logic_error("an engine without a maker");
}

double time_limit_seconds(const Settings& settings) {
  Config config = Config::parse(settings.yaml, settings.file);
  return read_time_limit(config);
}

std::string calculation_hash(const Structure& structure, const Engine& engine) {
  std::string text = engine.name() + "\n" + engine.fingerprint() + "\n";
  const auto number = [&](double value) {
    const std::string digits = fmt::format("{:.8f}", value);
    text += digits == "-0.00000000" ? "0.00000000 " : digits + " ";
  };
  const Matrix3& cell = structure.cell.matrix();
  for (int i = 0; i < 9; ++i) number(cell(i / 3, i % 3));
  for (const bool periodic : structure.cell.periodic()) text += periodic ? 'T' : 'F';
  for (std::size_t i = 0; i < structure.size(); ++i) {
    text += "\n" + structure.species[i].name() + " ";
    for (int k = 0; k < 3; ++k) number(structure.positions(static_cast<Eigen::Index>(i), k));
  }
  return content_hash(text);
}

Structure labelled(Structure structure, const Label& label) {
  // What a calculation before said of itself must not stand beside these numbers.
  std::erase_if(structure.info, [](const auto& entry) {
    for (const EngineEntry& engine : engines)
      if (entry.first.starts_with(std::string(engine.name) + "_")) return true;
    return entry.first.starts_with("energy_") || entry.first.starts_with("label_");
  });
  structure.labels = label.labels;
  for (const auto& [key, value] : label.provenance) structure.info[key] = value;
  return structure;
}

}  // namespace vitrion::dft
