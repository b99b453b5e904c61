#include "vitrion/study/methods.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "vitrion/core/file.hpp"
#include "vitrion/core/result.hpp"
#include "vitrion/core/version.hpp"
#include "vitrion/report/numbers.hpp"

namespace vitrion::study {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

// Numbers references in the order they are first cited.
class References {
 public:
  std::string cite(const std::string& reference) {
    const auto found = std::find(list_.begin(), list_.end(), reference);
    const auto place = found - list_.begin();
    if (found == list_.end()) list_.push_back(reference);
    return fmt::format("[{}]", place + 1);
  }
  void add(const std::string& reference) { cite(reference); }
  const std::vector<std::string>& list() const { return list_; }

 private:
  std::vector<std::string> list_;
};

const char* const mtp_reference =
    "A. V. Shapeev, Moment tensor potentials, Multiscale Model. Simul. 14, 1153 (2016), doi 10.1137/15M1054183";
const char* const nequip_reference =
    "S. Batzner et al., E(3)-equivariant graph neural networks, Nat. Commun. 13, 2453 (2022), doi "
    "10.1038/s41467-022-29939-5";
const char* const lammps_reference =
    "A. P. Thompson et al., LAMMPS, Comput. Phys. Commun. 271, 108171 (2022), doi 10.1016/j.cpc.2021.108171";
const char* const thermostat_reference =
    "G. J. Martyna, D. J. Tobias, M. L. Klein, J. Chem. Phys. 101, 4177 (1994), doi 10.1063/1.467468";
const char* const wall_reference =
    "J. D. Weeks, D. Chandler, H. C. Andersen, J. Chem. Phys. 54, 5237 (1971), doi 10.1063/1.1674820";
const char* const grade_reference =
    "E. V. Podryabinkin, A. V. Shapeev, Comput. Mater. Sci. 140, 171 (2017), doi 10.1016/j.commatsci.2017.08.031";
const char* const msd_reference =
    "G. R. Kneller et al., Comput. Phys. Commun. 91, 191 (1995), doi 10.1016/0010-4655(95)00048-K";
const char* const hops_reference =
    "X. He, Y. Zhu, A. Epstein, Y. Mo, npj Comput. Mater. 4, 18 (2018), doi 10.1038/s41524-018-0074-y";
const char* const factor_reference =
    "T. E. Faber, J. M. Ziman, Philos. Mag. 11, 153 (1965), doi 10.1080/14786436508211931";

std::optional<YAML::Node> settings(const fs::path& file) {
  if (!fs::exists(file)) return {};
  return YAML::Load(read_file(file));
}

std::string word(const YAML::Node& node, const char* key, const std::string& fallback = {}) {
  return node && node[key] && node[key].IsScalar() ? node[key].as<std::string>() : fallback;
}

double figure(const YAML::Node& node, const char* key, double fallback) {
  return node && node[key] && node[key].IsScalar() ? node[key].as<double>() : fallback;
}

// "a, b and c"
std::string listed(const std::vector<std::string>& words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i)
    text += (i == 0 ? "" : i + 1 == words.size() ? " and " : ", ") + words[i];
  return text;
}

std::string plural(std::size_t n, const std::string& what) {
  return fmt::format("{} {}{}", n, what, n == 1 ? "" : "s");
}

class Methods {
 public:
  Methods(const std::vector<fs::path>& stages, const MethodNotes& notes) : notes_(notes) {
    for (const fs::path& stage : stages) {
      if (fs::exists(stage / "quench.yaml")) glasses_.push_back(stage);
      if (fs::exists(stage / "md.yaml")) runs_.push_back(stage);
      for (const fs::path& folder : {stage, stage.parent_path()})
        if (card_.is_null()) find_card(folder);
      if (fs::exists(stage / "result.json")) take_result(read_json(stage / "result.json"));
    }
  }

  std::optional<report::Section> section() {
    if (glasses_.empty() && runs_.empty() && card_.is_null()) return {};
    report::Section section{.heading = "Methods"};
    for (const std::string& text : {potential(), glasses(), production(), analysis(), programs()})
      if (!text.empty()) section.blocks.emplace_back(report::Paragraph{text});
    for (const std::string& remark : notes_.remarks) section.blocks.emplace_back(report::Paragraph{remark});
    for (const std::string& reference : notes_.references) references_.add(reference);
    report::List list{.items = {}, .title = "References"};
    for (std::size_t i = 0; i < references_.list().size(); ++i)
      list.items.push_back(fmt::format("[{}] {}", i + 1, references_.list()[i]));
    section.blocks.emplace_back(std::move(list));
    return section;
  }

 private:
  void find_card(const fs::path& folder) {
    std::vector<fs::path> cards;
    for (const fs::path& place : {folder, folder / "inputs"})
      if (fs::is_directory(place))
        for (const fs::directory_entry& entry : fs::directory_iterator(place))
          if (entry.path().filename().string().ends_with(".card.json") && fs::exists(entry.path()))
            cards.push_back(entry.path());
    std::sort(cards.begin(), cards.end());
    if (!cards.empty()) card_ = read_json(cards.front());
  }

  void take_result(Json result) {
    const std::string kind = result.contains("vitrion") ? result["vitrion"].value("kind", "") : "";
    if (kind == "transport")
      transport_ = std::move(result);
    else if (kind == "structure")
      structure_ = std::move(result);
    else if ((kind == "md" || kind == "quench") && lammps_.empty())
      lammps_ = lammps_version(result);
  }

  static std::string lammps_version(const Json& result) {
    if (result.contains("lammps")) return result["lammps"];
    if (result.contains("replicas") && !result["replicas"].empty()) return result["replicas"][0].value("lammps", "");
    return {};
  }

  std::string potential() {
    if (card_.is_null()) return {};
    const bool mtp = card_.value("kind", "") == "MTP";
    const Json basis = card_.value("basis", Json::object()), data = card_.value("training_data", Json::object()),
               split = card_.value("split", Json::object());
    std::string text =
        "The interatomic potential is a " + (mtp ? "moment tensor potential " + references_.cite(mtp_reference)
                                                 : "NequIP potential " + references_.cite(nequip_reference));
    if (mtp && basis.contains("level")) text += fmt::format(" of level {}", basis["level"].dump());
    if (basis.contains("parameters") && basis.contains("r_max_A"))
      text += fmt::format(" with {} parameters and a cutoff of {:g} Å", basis["parameters"].dump(),
                          basis["r_max_A"].get<double>());
    text += ". ";
    if (split.contains("n_train"))
      text += fmt::format(
          "It was trained on {} labelled configurations{}; {} for validation and {} for testing were kept "
          "out of the fit{}. ",
          split["n_train"].dump(), atoms_of(data), split.value("n_validation", 0), split.value("n_test", 0),
          groups_of(split));
    text += weights() + labels() + errors();
    return text;
  }

  static std::string atoms_of(const Json& data) {
    if (!data.contains("atoms_of")) return {};
    std::vector<std::string> elements;
    for (const auto& [element, n] : data["atoms_of"].items()) elements.push_back(element);
    return " of " + listed(elements);
  }

  static std::string groups_of(const Json& split) {
    const std::string key = split.contains("group_key") && split["group_key"].is_string()
                                ? split["group_key"].get<std::string>()
                                : std::string();
    return key.empty() ? "" : ", all frames of one trajectory (" + key + ") on one side";
  }

  std::string weights() const {
    if (!card_.contains("loss") || !card_["loss"].contains("energy_weight")) return {};
    const Json& loss = card_["loss"];
    return fmt::format("Energies, forces and stresses entered the loss with weights {:g}, {:g} and {:g}. ",
                       loss.value("energy_weight", 0.0), loss.value("force_weight", 0.0),
                       loss.value("stress_weight", 0.0));
  }

  std::string labels() const {
    if (notes_.labels.empty())
      return "The level of theory of the labels is not stated in the study's settings (methods: {labels: ...}). ";
    return "Labels: " + notes_.labels + (notes_.labels.ends_with('.') ? " " : ". ");
  }

  std::string errors() const {
    if (!card_.contains("errors")) return {};
    for (const char* set : {"test", "validation", "training"})
      if (card_["errors"].contains(set)) {
        const Json& e = card_["errors"][set];
        const auto rmse = [&](const char* what, const char* key) {
          return e.contains(what) ? report::number(e[what].value(key, 0.0)) : std::string("–");
        };
        return fmt::format("Its root-mean-square errors on the {} set are {} meV/atom, {} eV/Å and {} GPa.", set,
                           rmse("energy", "rmse_meV_per_atom"), rmse("force", "rmse_eV_per_A"),
                           rmse("stress", "rmse_GPa"));
      }
    return {};
  }

  // "for 50 ps at 2000 K (NVT, 1 fs)"
  std::string stage(const YAML::Node& node) {
    std::string length;
    if (node["duration_ps"]) length = fmt::format("for {:g} ps", figure(node, "duration_ps", 0));
    if (node["rate_K_per_ps"]) length = fmt::format("at {:g} K/ps", figure(node, "rate_K_per_ps", 0));
    return fmt::format("{} ({}, {:g} fs)", length, ensemble(node), figure(node, "timestep_fs", 1));
  }

  static std::string ensemble(const YAML::Node& node) {
    std::string name = word(node, "ensemble", "nvt");
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::toupper(c); });
    return name == "NPT" ? fmt::format("NPT, {:g} GPa", figure(node, "pressure_GPa", 0)) : name;
  }

  std::string start_of(const YAML::Node& yaml) const {
    if (yaml["packed"])
      return fmt::format("atoms packed at random ({}) at {} g/cm^{{3}}", word(yaml["packed"], "composition"),
                         word(yaml["packed"], "density_g_per_cm3"));
    return structure_.is_null() ? "the given structure"
                                : "the given structure of " + structure_.value("composition", std::string("atoms"));
  }

  std::string glasses() {
    if (glasses_.empty()) return {};
    const YAML::Node yaml = *settings(glasses_.front() / "quench.yaml");
    const std::string melt = word(yaml["melt"], "temperature_K");
    std::string text = fmt::format(
        "{} made from {} by melt and quench: melted at {} K {}, cooled to {} K {}",
        glasses_.size() == 1 ? "One glass was" : fmt::format("{} glasses were", glasses_.size()), start_of(yaml), melt,
        stage(yaml["melt"]), word(yaml["quench"], "temperature_K"), stage(yaml["quench"]));
    if (yaml["equilibrate"])
      text += fmt::format(", and equilibrated at {} K {}", word(yaml["equilibrate"], "temperature_K"),
                          stage(yaml["equilibrate"]));
    text += glasses_.size() > 1 ? ", each with velocities of its own. " : ". ";
    if (!structure_.is_null()) text += size_of_cell();
    const double wall = figure(yaml, "wall_eV", 0);
    if (wall > 0)
      text += fmt::format("Below the shortest distances of the training set a repulsive wall {} of {:g} eV was added. ",
                          references_.cite(wall_reference), wall);
    return text;
  }

  std::string size_of_cell() const { return fmt::format("A cell holds {} atoms. ", structure_.value("n_atoms", 0)); }

  std::string production() {
    if (runs_.empty()) return {};
    const YAML::Node yaml = *settings(runs_.front() / "md.yaml");
    std::vector<std::string> parts;
    for (const YAML::Node& part : yaml["stages"]) parts.push_back(word(part, "name", "stage") + " " + stage(part));
    std::set<double> temperatures;
    for (const fs::path& run : runs_) {
      const YAML::Node stages = (*settings(run / "md.yaml"))["stages"];
      temperatures.insert(figure(stages[stages.size() - 1], "temperature_K", 0));
    }
    std::vector<std::string> kelvin;
    for (const double t : temperatures) kelvin.push_back(fmt::format("{:g}", t));
    std::string text = fmt::format("From every glass molecular dynamics was run at {} K ({}): {}. ", listed(kelvin),
                                   plural(runs_.size(), "run"), listed(parts));
    text += "Temperature (and pressure, where it is named) were held by Nosé\u2013Hoover chains " +
            references_.cite(thermostat_reference) + ". ";
    const double wall = figure(yaml, "wall_eV", 0);
    if (wall > 0) text += fmt::format("The wall was of {:g} eV there.", wall);
    return text;
  }

  std::string analysis() {
    std::string text;
    if (!structure_.is_null())
      text += fmt::format(
          "Structure is averaged over {} frames of the last stage of the quench; structure factors are those of Faber "
          "and Ziman {}. ",
          structure_.value("n_frames", 0), references_.cite(factor_reference));
    if (transport_.is_null()) return text;
    const Json& first = transport_.at("temperatures").at(0);
    text += fmt::format(
        "Mean-square displacements of {} against the {} are over all time origins {}; D^{{*}} is the slope of their "
        "diffusive part by generalised least squares, with a 95 % interval, and is called resolved by the number of "
        "effective hops {} and a log-log slope of 1. Conductivities are those of Nernst and Einstein.",
        first.value("ion", "the ion"), first.value("frame_description", "host"), references_.cite(msd_reference),
        references_.cite(hops_reference));
    if (transport_.contains("arrhenius")) text += " The activation energy is that of D^{*}.";
    return text;
  }

  std::string programs() {
    std::string text = fmt::format("All of this was done with Vitrion {}", version);
    if (!runs_.empty() || !glasses_.empty())
      text += " on LAMMPS " + (lammps_.empty() ? "" : "(" + lammps_ + ") ") + references_.cite(lammps_reference);
    text += ".";
    if (graded()) text += " Extrapolation grades follow " + references_.cite(grade_reference) + ".";
    return text;
  }

  bool graded() const { return card_.value("kind", "") == "MTP" && !glasses_.empty(); }

  MethodNotes notes_;
  References references_;
  std::vector<fs::path> glasses_, runs_;
  Json card_, transport_, structure_;
  std::string lammps_;
};

}  // namespace

std::optional<report::Section> methods_section(const std::vector<fs::path>& stages, const MethodNotes& notes) {
  return Methods(stages, notes).section();
}

}  // namespace vitrion::study
