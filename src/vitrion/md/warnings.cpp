#include "vitrion/md/warnings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "vitrion/core/file.hpp"
#include "vitrion/core/text.hpp"
#include "vitrion/md/run.hpp"
#include "vitrion/md/thermo_table.hpp"

namespace vitrion::md {
namespace {

namespace fs = std::filesystem;

constexpr double reliable_grade = 10;         // customary limit of reliable extrapolation
constexpr double often_extrapolating = 0.05;  // of the looks
constexpr double pressure_apart = 1;          // GPa: some per cent of the volume of a glass
constexpr double density_apart = 0.1;         // relative
constexpr double energy_apart = 2e-3;         // eV per atom over half a stage
constexpr double volume_apart = 0.01;         // relative, over half a stage
constexpr double framework_apart = 1.5;       // Å^2: twice what a hot glass vibrates
constexpr double certain = 5;                 // standard errors

class StageReview {
 public:
  StageReview(const MdOptions& options, const Stage& stage, const StageSummary& summary, const Journal& journal)
      : options_(options),
        stage_(stage),
        summary_(summary),
        journal_(journal),
        table_(read_file(options.folder / summary.thermo)) {}

  std::vector<StageWarning> warnings() {
    if (stage_.ensemble == Ensemble::minimize) return {};
    look_at_grades();
    look_at_density();
    look_at_melt();
    if (measured() && constant()) {
      look_at_pressure();
      look_at_relaxation();
    }
    return std::move(list_);
  }

 private:
  bool last() const { return stage_.name == options_.stages.back().name; }
  bool measured() const { return last() || stage_.dump_every > 0; }
  bool constant() const { return stage_.temperature_start == stage_.temperature_end; }
  void add(const char* code, std::string message, bool lasting) {
    list_.push_back({code, std::move(message), lasting});
  }

  void look_at_grades() {
    if (!summary_.grade) return;
    const GradeSummary& g = *summary_.grade;
    if (g.share_above < often_extrapolating && g.highest <= reliable_grade) return;
    add("grade",
        fmt::format("the extrapolation grade was above {:g} at {:.0f} % of the looks (median {:.3g}, highest {:.3g}): "
                    "the potential guesses there",
                    options_.guard.grade_save, 100 * g.share_above, g.median, g.highest),
        !stage_.melt_msd);
  }

  void look_at_density() {
    const double before = table_.column("density_g_per_cm3").front(), now = summary_.density;
    // Cooling shrinks what is cooled.
    const double allowed = constant() ? density_apart : 2 * density_apart;
    if (std::abs(now / before - 1) > allowed)
      add("density", fmt::format("the density went from {:.3f} to {:.3f} g/cm³", before, now), true);
    if (!last() || !options_.experimental_density) return;
    const double measured_density = *options_.experimental_density;
    if (std::abs(now / measured_density - 1) > density_apart)
      add("density",
          fmt::format("the density, {:.3f} g/cm³, is {:+.0f} % off the experimental {:.3f}", now,
                      100 * (now / measured_density - 1), measured_density),
          true);
  }

  void look_at_melt() {
    if (summary_.melted.value_or(true)) return;
    add("melt",
        fmt::format("the melt is not proved: the framework moved {:.1f} Å² (mean square), less than {:g}; what follows "
                    "may remember the start",
                    summary_.framework_displacement.value_or(0), *stage_.melt_msd),
        true);
  }

  void look_at_pressure() {
    const std::optional<Trend> p = trend_of_second_half(table_.column("pressure_GPa"));
    if (!p) return;
    const bool npt = stage_.ensemble == Ensemble::npt;
    const double target = npt ? stage_.pressure : 0;
    if (std::abs(p->mean - target) <= std::max(pressure_apart, certain * p->mean_error)) return;
    add("pressure",
        fmt::format("the pressure is {:.2f} ± {:.2f} GPa{}", p->mean, p->mean_error,
                    npt ? fmt::format(", not the {:g} asked for", target)
                        : std::string(": the cell is fixed at a volume that is not the material's own")),
        false);
  }

  static bool drifts(const Trend& t, double limit) { return std::abs(t.change) > std::max(limit, certain * t.error); }

  void look_at_relaxation() {
    if (stage_.melt_msd) return;
    const double n_atoms = static_cast<double>(options_.start.size());
    if (const auto e = trend_of_second_half(table_.column("potential_energy_eV"));
        e && drifts(*e, energy_apart * n_atoms))
      add("relaxing",
          fmt::format("still relaxing: the potential energy went by {:+.1f} meV per atom over its second half",
                      1e3 * e->change / n_atoms),
          false);
    if (const auto v = trend_of_second_half(table_.column("volume_A3")); v && drifts(*v, volume_apart * v->mean))
      add("relaxing",
          fmt::format("still relaxing: the volume went by {:+.1f} % over its second half", 100 * v->change / v->mean),
          false);
    look_at_framework();
  }

  void look_at_framework() {
    const auto stage = journal_.displacements.find(stage_.name);
    if (stage == journal_.displacements.end()) return;
    const auto framework = stage->second.find("");
    if (framework == stage->second.end() || framework->second <= framework_apart) return;
    add("relaxing",
        fmt::format("the framework ({}) moved {:.1f} Å² (mean square): it flows or still relaxes",
                    join_names(options_.framework), framework->second),
        false);
  }

  const MdOptions& options_;
  const Stage& stage_;
  const StageSummary& summary_;
  const Journal& journal_;
  ThermoTable table_;
  std::vector<StageWarning> list_;
};

// A file that is not what its name says is somebody else's.
nlohmann::json read_or_null(const fs::path& file) {
  if (!fs::is_regular_file(file)) return nullptr;
  return nlohmann::json::parse(read_file(file), nullptr, false);
}

bool is_run(const nlohmann::json& j) {
  return j.is_object() && j.contains("status") && j.contains("stages") && j.at("stages").is_array();
}

// The result of the run in this folder, as `vitrion md` or `vitrion quench` left it; null where there is none.
nlohmann::json result_in(const fs::path& folder) {
  for (const char* name : {"result.json", "summary.json"}) {
    nlohmann::json j = read_or_null(folder / name);
    if (is_run(j)) return j;
    if (j.is_object() && j.contains("replicas") && j.at("replicas").size() == 1 && is_run(j.at("replicas").front()))
      return j.at("replicas").front();
  }
  return nullptr;
}

// Number of the stage a file belongs to; that of the last where its name does not tell.
std::size_t stage_of(const fs::path& file, const nlohmann::json& stages) {
  const std::string name = file.filename().string(), stem = name.substr(0, name.find('.'));
  for (std::size_t k = 0; k < stages.size(); ++k)
    if (stages[k].value("name", std::string()) == stem) return k;
  return stages.empty() ? 0 : stages.size() - 1;
}

void add_stages(const nlohmann::json& stages, std::size_t last, std::vector<std::string>& list) {
  for (std::size_t k = 0; k <= last && k < stages.size(); ++k)
    for (const nlohmann::json& w : stages[k].value("warnings", nlohmann::json::array()))
      if (k == last || w.value("lasting", true))
        list.push_back(stages[k].value("name", std::string()) + ": " + w.value("message", std::string()));
}

std::vector<std::string> in_result(const fs::path& file, const nlohmann::json& run) {
  std::vector<std::string> list;
  const nlohmann::json& stages = run.at("stages");
  const std::string stem = file.filename().string().substr(0, file.filename().string().find('.'));
  const nlohmann::json guard = run.value("guard", nlohmann::json::object());
  const bool stopped_later = guard.value("stage", stem) != stem && stage_of(file, stages) + 1 < stages.size();
  if (run.value("status", std::string()) == "stopped_by_guard" && !stopped_later)
    list.push_back("the guard stopped this run: " + guard.value("message", std::string()));
  add_stages(stages, stage_of(file, stages), list);
  return list;
}

}  // namespace

std::vector<StageWarning> warnings_of(const MdOptions& options, const Stage& stage, const StageSummary& summary,
                                      const Journal& journal) {
  return StageReview(options, stage, summary, journal).warnings();
}

std::vector<std::string> warnings_beside(const fs::path& file) {
  const fs::path real = fs::weakly_canonical(file), folder = real.parent_path();
  const std::string name = folder.filename().string() + ": ";
  std::vector<std::string> list;
  try {
    const nlohmann::json run = result_in(folder);
    if (run.is_null()) {
      if (fs::exists(folder / "state" / "journal.json"))
        list.push_back(name + "the run has not ended: what it warns of is not known yet");
      return list;
    }
    for (const std::string& text : run.value("inherited_warnings", std::vector<std::string>{})) list.push_back(text);
    for (const std::string& text : in_result(real, run)) list.push_back(name + text);
  } catch (const nlohmann::json::exception&) {
    // Not a result of ours after all.
  }
  return list;
}

std::vector<std::string> warnings_beside(const std::vector<std::string>& files) {
  std::vector<std::string> list;
  for (const std::string& file : files)
    for (const std::string& text : warnings_beside(fs::path(file)))
      if (std::find(list.begin(), list.end(), text) == list.end()) list.push_back(text);
  return list;
}

}  // namespace vitrion::md
