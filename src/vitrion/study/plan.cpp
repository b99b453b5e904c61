#include "vitrion/study/plan.hpp"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <cmath>

#include "vitrion/core/error.hpp"
#include "vitrion/md/options.hpp"
#include "vitrion/study/given_potential.hpp"
#include "vitrion/study/settings.hpp"
#include "vitrion/study/study_report.hpp"
#include "vitrion/train/options.hpp"

namespace vitrion::study {
namespace {

namespace fs = std::filesystem;

class Planner {
 public:
  Planner(Config& config, std::string program, CommandCheck check)
      : config_(config), program_(std::move(program)), check_(std::move(check)) {}

  Study plan() {
    study_.title = config_.text("title", "Study");
    study_.slots = static_cast<int>(config_.integer("slots", 2));
    if (study_.slots < 1) throw config_.error("slots", "\"slots\" must be at least 1");
    seed_ = config_.integer("seed", 1);
    if (config_.has("potential"))
      plan_existing_potential();
    else
      plan_training();
    plan_quench();
    plan_production();
    plan_structure();
    plan_transport();
    plan_report();
    config_.finish();
    study_.imports = imports_.files();
    return std::move(study_);
  }

 private:
  std::string import(const std::string& path) { return imports_.add(path, config_.where()); }

  void plan_training() {
    Stage stage;
    stage.name = "train";
    stage.title = "train the potential";
    stage.command = {program_, "train",       "train.yaml", "--threads", std::to_string(study_.slots),
                     "--json", "errors.json", "--plots",    "plots"};
    stage.slots = study_.slots;
    if (!config_.has("train"))
      throw InputError(config_.where(), "the section \"train\" is missing",
                       "Or name a potential that exists: potential: {file: lipon.almtp, test: [test.extxyz]}.");
    Config section = config_.section("train");
    YAML::Node yaml = editable(section);
    // An .almtp holds the active set that grades the potential in MD.
    const YAML::Node kind = yaml["potential"] ? yaml["potential"]["type"] : YAML::Node();
    const std::string file =
        kind && kind.IsScalar() && kind.Scalar() == "nequip" ? "potential.safetensors" : "potential.almtp";
    potential_files_ = {"train/" + file};
    // The model card and the log hold wall times: they are not the same bytes twice.
    stage.outputs = {file, "errors.json"};
    fill_in(section, {{"output", file}});
    train::read_train_options(section);
    Config data = section.section("data");
    accept_all(data);
    imports_.add_all(yaml["data"], "train", data, stage.inputs);
    imports_.add_all(yaml["data"], "test", data, stage.inputs);
    yaml["output"] = file;
    if (!yaml["seed"]) yaml["seed"] = seed_;
    stage.files["train.yaml"] = text_of(yaml);
    potential_stage_ = stage.name;
    study_.stages.push_back(std::move(stage));
  }

  // In place of training: what the report says of the potential are its errors on data the user vouches for.
  void plan_existing_potential() {
    if (config_.has("train"))
      throw config_.error("potential", "\"potential\" and \"train\" cannot both be given",
                          "A potential exists already, or it is trained.");
    Config section = config_.section("potential");
    Stage stage;
    stage.name = "potential";
    const GivenPotential given = given_potential(section, stage.name, imports_);
    potential_files_ = given.files;
    stage.title = "errors of the potential";
    stage.command = {program_, "evaluate", "../" + potential_files_.front()};
    stage.inputs = potential_files_;
    stage.outputs = {"errors.json"};
    if (!given.settings.empty()) {
      stage.inputs.erase(stage.inputs.begin());
      stage.files["potential.yaml"] = given.settings;
      stage.outputs.push_back("potential.yaml");
    }
    const std::size_t n_files = stage.inputs.size();
    if (!section.has("test"))
      throw InputError(section.where(), "\"test\" is missing: labelled configurations the potential was not trained on",
                       "The report tells by its errors there how far the potential can be trusted.");
    for (const std::string& test : section.paths("test")) {
      stage.inputs.push_back(imports_.add(test, section.where("test")));
      stage.command.push_back("../" + stage.inputs.back());
    }
    if (stage.inputs.size() == n_files) throw section.error("test", "the list is empty");
    for (const char* word : {"--threads", "1", "--json", "errors.json", "--plots", "plots"})
      stage.command.emplace_back(word);
    potential_stage_ = stage.name;
    study_.stages.push_back(std::move(stage));
  }

  // What every MD stage shares: the potential (its card tells of a ZBL part), where it writes, its seed.
  void complete_md(YAML::Node yaml, std::int64_t seed) const {
    yaml["potential"] = "../" + potential_files_.front();
    yaml["output"] = ".";
    yaml["seed"] = seed;
  }

  void plan_quench() {
    if (!config_.has("quench")) throw InputError(config_.where(), "the section \"quench\" is missing");
    Config section = config_.section("quench");
    YAML::Node yaml = editable(section);
    replicas_ = static_cast<int>(section.integer("replicas", 1));
    if (replicas_ < 1) throw section.error("replicas", "\"replicas\" must be at least 1");
    yaml.remove("replicas");
    for (int r = 1; r <= replicas_; ++r) {
      Stage stage;
      stage.name = fmt::format("quench-{}", r);
      stage.title = fmt::format("melt and quench, replica {} of {}", r, replicas_);
      stage.command = {program_, "quench", "quench.yaml", "--threads", "1", "--json", "quench.json"};
      stage.after = {potential_stage_};
      stage.inputs = potential_files_;
      stage.outputs = {"final.extxyz", "quench.json"};
      YAML::Node mine = YAML::Clone(yaml);
      if (mine["structure"]) {
        stage.inputs.push_back(import(section.path("structure")));
        mine["structure"] = "../" + stage.inputs.back();
      }
      complete_md(mine, seed_ + r);
      for (const char* part : {"melt", "quench", "equilibrate"})
        if (mine[part]) {
          stage.outputs.push_back(std::string(part) + ".thermo.csv");
          if (mine[part]["dump_ps"] || mine[part]["dump_steps"])
            stage.outputs.push_back(std::string(part) + ".lammpstrj.gz");
        }
      glass_trajectory_ = mine["equilibrate"] && (mine["equilibrate"]["dump_ps"] || mine["equilibrate"]["dump_steps"]);
      stage.files["quench.yaml"] = text_of(mine);
      study_.stages.push_back(std::move(stage));
    }
    fill_in(section, {{"potential", potential_files_.front()}, {"output", "."}, {"seed", "1"}});
    md::read_quench_options(section);
  }

  void plan_production() {
    if (!config_.has("production")) return;
    Config section = config_.section("production");
    YAML::Node yaml = editable(section);
    temperatures_ = section.numbers("temperatures_K");
    yaml.remove("temperatures_K");
    if (temperatures_.empty()) throw section.error("temperatures_K", "\"temperatures_K\" is empty");
    const YAML::Node stages = yaml["stages"];
    if (!stages || !stages.IsSequence() || stages.size() == 0)
      throw section.error("stages", "\"production\" needs a list of stages",
                          "As in vitrion md --help, without temperatures.");
    const YAML::Node last = stages[stages.size() - 1];
    if (!last["name"] || !(last["dump_ps"] || last["dump_steps"]))
      throw section.error("stages",
                          "the last stage of \"production\" needs a name and dump_ps: transport is measured on it");
    production_stage_ = last["name"].as<std::string>();
    for (const double temperature : temperatures_) {
      if (!(temperature > 0)) throw section.error("temperatures_K", "a temperature must be positive (K)");
      for (int r = 1; r <= replicas_; ++r) {
        Stage stage;
        stage.name = fmt::format("md-{:g}K-{}", temperature, r);
        stage.title = fmt::format("molecular dynamics at {:g} K, replica {} of {}", temperature, r, replicas_);
        stage.command = {program_, "md", "md.yaml", "--threads", "1", "--json", "md.json"};
        stage.after = {fmt::format("quench-{}", r)};
        stage.inputs = potential_files_;
        stage.inputs.push_back(fmt::format("quench-{}/final.extxyz", r));
        YAML::Node mine = YAML::Clone(yaml);
        mine["structure"] = fmt::format("../quench-{}/final.extxyz", r);
        complete_md(mine, seed_ + 1000 * r + std::lround(temperature));
        for (YAML::Node part : mine["stages"]) {
          if (!part["temperature_K"]) part["temperature_K"] = temperature;
          if (part["name"]) stage.outputs.push_back(part["name"].as<std::string>() + ".thermo.csv");
        }
        stage.outputs.insert(stage.outputs.end(), {production_stage_ + ".lammpstrj.gz", "final.extxyz", "md.json"});
        stage.files["md.yaml"] = text_of(mine);
        study_.stages.push_back(std::move(stage));
      }
    }
    check_production(section);
  }

  void check_production(Config& section) const {
    fill_in(section,
            {{"potential", potential_files_.front()}, {"output", "."}, {"seed", "1"}, {"structure", "final.extxyz"}});
    for (Config& part : section.sections("stages")) {
      if (!part.has("temperature_K")) part.set("temperature_K", fmt::format("{:g}", temperatures_.at(0)));
      accept_all(part);
    }
    md::read_md_options(section);
  }

  // The flags of a command from a section: {rmax: 8} -> --rmax 8, as the command names them.
  void add_flags(Config section, std::vector<std::string>& command) const {
    const std::vector<std::string> without = command;
    for (const std::string& key : section.keys()) {
      const std::vector<std::string> flag{"--" + key, section.text(key)};
      command.insert(command.end(), flag.begin(), flag.end());
      if (!check_) continue;
      std::vector<std::string> with = without;
      with.insert(with.end(), flag.begin(), flag.end());
      try {
        check_(with);
      } catch (const InputError& e) {
        throw section.error(key, e.what());
      }
    }
  }

  void plan_structure() {
    Stage stage;
    stage.name = "structure";
    stage.title = "measure the structure of the glass";
    stage.command = {program_, "structure"};
    for (int r = 1; r <= replicas_; ++r) {
      stage.inputs.push_back(
          fmt::format("quench-{}/{}", r, glass_trajectory_ ? "equilibrate.lammpstrj.gz" : "final.extxyz"));
      stage.command.push_back("../" + stage.inputs.back());
      stage.after.push_back(fmt::format("quench-{}", r));
    }
    stage.command.insert(stage.command.end(), {"--json", "structure.json", "--plots", "plots", "--threads", "1"});
    add_flags(config_.section("structure"), stage.command);
    stage.outputs = {"structure.json"};
    study_.stages.push_back(std::move(stage));
  }

  void plan_transport() {
    if (temperatures_.empty()) return;
    Stage stage;
    stage.name = "transport";
    stage.title = "measure ion transport";
    stage.command = {program_, "transport"};
    for (const double temperature : temperatures_)
      for (int r = 1; r <= replicas_; ++r) {
        const std::string name = fmt::format("md-{:g}K-{}", temperature, r);
        stage.inputs.push_back(name + "/" + production_stage_ + ".lammpstrj.gz");
        stage.command.push_back(fmt::format("../{}@{:g}", stage.inputs.back(), temperature));
        stage.after.push_back(name);
      }
    stage.command.insert(stage.command.end(), {"--json", "transport.json", "--plots", "plots", "--threads", "1"});
    add_flags(config_.section("transport"), stage.command);
    stage.outputs = {"transport.json"};
    study_.stages.push_back(std::move(stage));
  }

  void plan_report() {
    Stage stage;
    stage.name = "report";
    stage.title = "write the report";
    stage.command = {program_, "report", "report.yaml"};
    stage.outputs = {"report.html", "report.json"};
    YAML::Node yaml;
    yaml["title"] = study_.title;
    yaml["potential"] = potential_files_.front();
    yaml["potential_stage"] = potential_stage_;
    yaml["replicas"] = replicas_;
    yaml["temperatures_K"] = temperatures_;
    if (!production_stage_.empty()) yaml["production_stage"] = production_stage_;
    if (config_.has("literature")) {
      yaml["literature"] = YAML::Load(config_.dump())["literature"];
      read_literature(config_);
    }
    stage.files["report.yaml"] = text_of(yaml);
    for (const Stage& other : study_.stages) {
      stage.after.push_back(other.name);
      for (const std::string& output : other.outputs)
        if (!output.ends_with(".gz")) stage.inputs.push_back(other.name + "/" + output);
    }
    study_.stages.push_back(std::move(stage));
  }

  Config& config_;
  std::string program_;
  CommandCheck check_;
  Study study_;
  Imports imports_;
  std::int64_t seed_ = 1;
  std::string potential_stage_;               // trains it, or finds its errors
  std::vector<std::string> potential_files_;  // the potential, and its card where it has one, in the study's folder
  int replicas_ = 1;
  bool glass_trajectory_ = false;
  std::vector<double> temperatures_;
  std::string production_stage_;
};

}  // namespace

Study plan_study(Config& config, const std::string& program, const CommandCheck& check) {
  return Planner(config, program, check).plan();
}

}  // namespace vitrion::study
