#include "vitrion/study/sections.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "vitrion/io/frames.hpp"
#include "vitrion/study/results.hpp"

namespace vitrion::study {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using report::Figure;
using report::Section;
using report::Table;

constexpr double femtoseconds_per_ps = 1000;

fs::path replica_folder(const fs::path& study, int replica) {
  return study / fmt::format("quench-{}", replica);
}

void add_figure(Section& section, const fs::path& file) {
  if (std::optional<Figure> figure = read_figure(file)) section.blocks.emplace_back(std::move(*figure));
}

void add_notes(Section& section, const json& list) {
  if (list.empty()) return;
  section.blocks.emplace_back(report::Callout{
      .severity = report::Severity::info, .title = "Notes", .details = {list.get<std::vector<std::string>>()}});
}

// A number of a JSON object, or a dash.
std::string entry(const json& object, const char* key, int digits = 3) {
  if (!object.contains(key) || object.at(key).is_null()) return "–";
  return number(object.at(key).get<double>(), digits);
}

Table pair_table(const json& structure) {
  Table table{.id = "pairs",
              .title = "Pairs",
              .caption = "First peak and first minimum of g(r); coordination number up to that minimum."};
  table.columns = {"pair", "first peak (Å)", "g at the peak", "first minimum (Å)", "coordination number"};
  for (const auto& [name, pair] : structure.at("rdf").items())
    table.rows.push_back({name, entry(pair, "first_peak_A"), entry(pair, "first_peak_g"),
                          entry(pair, "first_minimum_A"), entry(pair, "coordination_to_minimum")});
  return table;
}

Table units_table(const json& units) {
  Table table{.id = "units",
              .title = "Structural units",
              .caption = fmt::format("Mean number per frame, over {} frames. "
                                     "Bonds are pairs nearer than the first minimum of their g(r).",
                                     units.at("n_frames").get<int>())};
  table.columns = {"unit", "per frame"};
  for (const char* kind : {"polyhedra_per_frame", "clusters_per_frame"})
    for (const auto& [name, count] : units.at(kind).items()) table.rows.push_back({name, number(count.get<double>())});
  for (const auto& [ligand, counts] : units.at("ligands_by_number_of_formers").items())
    for (const auto& [n, count] : counts.items())
      table.rows.push_back({fmt::format("{} bonded to {} network former{}", ligand, n, n == "1" ? "" : "s"),
                            number(count.get<double>())});
  return table;
}

// "ci95" of a result: two numbers.
std::string interval_text(const json& value, const json& interval) {
  return with_interval(value.get<double>(), interval.at(0).get<double>(), interval.at(1).get<double>());
}

std::string diffusivity_text(const json& d) {
  if (d.at("resolved").get<bool>()) return interval_text(d.at("value_cm2_per_s"), d.at("ci95_cm2_per_s"));
  return "< " + number(d.at("upper_bound_cm2_per_s").get<double>(), 2) + " (not resolved)";
}

std::string estimate_text(const json& estimate) {
  if (!estimate.at("value").is_null()) return interval_text(estimate.at("value"), estimate.at("ci95"));
  if (!estimate.at("upper_bound").is_null()) return "< " + number(estimate.at("upper_bound").get<double>(), 2);
  return "–";
}

Table literature_table(const ReportOptions& options) {
  Table table{.id = "literature", .title = "Beside other work", .caption = "As given in the study's settings."};
  table.columns = {"quantity", "value", "temperature (K)", "source"};
  for (const LiteratureValue& v : options.literature)
    table.rows.push_back(
        {v.quantity, number(v.value), v.temperature ? fmt::format("{:g}", *v.temperature) : "–", v.source});
  return table;
}

// Temperature and energy of the stages of a quench over time, one after the other.
Figure quench_figure(const ReportOptions& options, const fs::path& study, const char* id, const char* column,
                     const report::Axis& y) {
  Figure figure{.id = id, .title = y.label + " during melt and quench", .x = {"time", "ps"}, .y = y};
  for (int r = 1; r <= options.replicas; ++r) {
    report::Series series{.name = fmt::format("replica {}", r)};
    double offset = 0;
    for (const char* part : {"melt", "quench", "equilibrate"}) {
      const fs::path file = replica_folder(study, r) / (std::string(part) + ".thermo.csv");
      if (!fs::exists(file)) continue;
      const Columns csv = read_csv(file);
      const std::vector<double>& time = csv.starting_with("time");
      const std::vector<double>& values = csv.starting_with(column);
      for (std::size_t i = 0; i < time.size(); ++i) {
        series.x.push_back(offset + time[i] - time.front());
        series.y.push_back(values[i]);
      }
      if (!time.empty()) offset += time.back() - time.front();
    }
    figure.series.push_back(std::move(series));
  }
  return figure;
}

Table error_table(const json& errors) {
  Table table{.id = "errors",
              .title = "Errors against DFT",
              .caption = "Force errors are over components. The test set was not used in the fit."};
  table.columns = {"set",
                   "configurations",
                   "energy RMSE (meV/atom)",
                   "energy MAE (meV/atom)",
                   "force RMSE (eV/Å)",
                   "force MAE (eV/Å)",
                   "stress RMSE (GPa)"};
  for (const char* set : {"training", "validation", "test"}) {
    if (!errors.contains(set)) continue;
    const json& e = errors.at(set);
    const auto of = [&](const char* quantity, const char* key) {
      return e.contains(quantity) && e.at(quantity).is_object() ? entry(e.at(quantity), key) : std::string("–");
    };
    table.rows.push_back({set, std::to_string(e.at("n_configurations").get<int>()), of("energy", "rmse_meV_per_atom"),
                          of("energy", "mae_meV_per_atom"), of("force", "rmse_eV_per_A"), of("force", "mae_eV_per_A"),
                          of("stress", "rmse_GPa")});
  }
  return table;
}

Figure loss_figure(const fs::path& csv_file) {
  const Columns csv = read_csv(csv_file);
  Figure figure{.id = "loss",
                .title = "Loss during training",
                .x = {csv.names.front(), ""},
                .y = {"loss", "", report::Scale::logarithmic}};
  const std::vector<double>& iteration = csv.starting_with(csv.names.front());  // epoch, with NequIP
  figure.series.push_back({.name = "training", .x = iteration, .y = csv.starting_with("loss")});
  figure.series.push_back({.name = "validation", .x = iteration, .y = csv.starting_with("validation_loss")});
  return figure;
}

}  // namespace

Section glass_section(const ReportOptions& options, const fs::path& study) {
  const json structure = read_json(study / "structure" / "structure.json");
  Section section{.heading = "The glass"};
  const json& order = structure.at("long_range_order");
  section.blocks.emplace_back(report::Paragraph{order.at("statement").get<std::string>()});
  section.blocks.emplace_back(report::List{order.at("reasons").get<std::vector<std::string>>()});

  report::StructureView view{.id = "glass", .title = "The structure after the quench"};
  view.structure = io::read_frames(replica_folder(study, 1) / "final.extxyz").back();
  view.caption = fmt::format("Replica 1 of {}: {}.", options.replicas, composition(view.structure.species));
  const json cutoffs = structure.value("bond_cutoffs_A", json::object());
  for (const auto& [pair, cutoff] : cutoffs.items()) {
    const std::size_t dash = pair.find('-');
    const Species a = Species::element(pair.substr(0, dash)), b = Species::element(pair.substr(dash + 1));
    // Sticks only from network formers to their corners: those of mobile ions hide everything.
    const auto one_of = [](const Species& x, std::initializer_list<const char*> names) {
      return std::any_of(names.begin(), names.end(), [&](const char* name) { return x.name() == name; });
    };
    const auto former_and_corner = [&](const Species& x, const Species& y) {
      return one_of(x, {"P", "V", "Si", "B", "Ge"}) && one_of(y, {"O", "N", "S", "F"});
    };
    if (former_and_corner(a, b) || former_and_corner(b, a)) view.sticks.push_back({a, b, cutoff.get<double>()});
  }
  section.blocks.emplace_back(std::move(view));
  for (const char* id : {"rdf-bonded", "rdf-other"})
    add_figure(section, study / "structure" / "plots" / (std::string(id) + ".json"));
  section.blocks.emplace_back(pair_table(structure));
  section.blocks.emplace_back(units_table(structure.at("units")));
  for (const char* id : {"coordination", "structure-factor", "angles"})
    add_figure(section, study / "structure" / "plots" / (std::string(id) + ".json"));
  add_notes(section, structure.value("notes", json::array()));
  return section;
}

Section quench_section(const ReportOptions& options, const fs::path& study) {
  Section section{.heading = "Melt and quench"};
  Table table{.id = "quench", .title = "Stages", .caption = "Means over the second half of each stage."};
  table.columns = {"replica",
                   "stage",
                   "time (ps)",
                   "temperature (K)",
                   "pressure (GPa)",
                   "density (g/cm^{3})",
                   "potential energy (eV/atom)"};
  report::List notes;
  for (int r = 1; r <= options.replicas; ++r) {
    const json run = read_json(replica_folder(study, r) / "quench.json").at("replicas").at(0);
    for (const json& stage : run.at("stages"))
      table.rows.push_back({std::to_string(r), stage.at("name").get<std::string>(), entry(stage, "duration_ps"),
                            entry(stage, "temperature_K", 4), entry(stage, "pressure_GPa"),
                            entry(stage, "density_g_per_cm3", 4), entry(stage, "potential_energy_eV_per_atom", 7)});
    for (const json& note : run.at("notes"))
      notes.items.push_back(fmt::format("Replica {}: {}", r, note.get<std::string>()));
  }
  section.blocks.emplace_back(std::move(notes));
  section.blocks.emplace_back(std::move(table));
  section.blocks.emplace_back(quench_figure(options, study, "quench-temperature", "temperature", {"Temperature", "K"}));
  section.blocks.emplace_back(
      quench_figure(options, study, "quench-energy", "potential_energy", {"Potential energy", "eV"}));
  return section;
}

Section transport_section(const ReportOptions& options, const fs::path& study) {
  const json transport = read_json(study / "transport" / "transport.json");
  Section section{.heading = "Ion transport"};
  Table table{
      .id = "diffusion",
      .title = "Diffusion and conductivity",
      .caption = "95 % intervals in brackets. A value that the run is too short for is given as an upper bound."};
  table.columns = {"T (K)", "D^{*} (cm^{2}/s)", "D_{J} (cm^{2}/s)", "Haven ratio", "conductivity from D^{*} (S/cm)"};
  for (const json& t : transport.at("temperatures")) {
    table.rows.push_back({fmt::format("{:g}", t.at("temperature_K").get<double>()), diffusivity_text(t.at("D_tracer")),
                          diffusivity_text(t.at("D_jump")), estimate_text(t.at("haven_ratio")),
                          estimate_text(t.at("conductivity_S_per_cm"))});
  }
  const json& first = transport.at("temperatures").at(0);
  section.blocks.emplace_back(report::Paragraph{fmt::format(
      "Displacements of {} against the {}; {:g} ps between frames.", first.at("species").get<std::string>(),
      first.at("frame_description").get<std::string>(), first.at("dt_fs").get<double>() / femtoseconds_per_ps)});
  section.blocks.emplace_back(std::move(table));
  if (const auto arrhenius = transport.find("arrhenius"); arrhenius != transport.end() && arrhenius->contains("at")) {
    Table line{.id = "arrhenius-at", .title = "On the Arrhenius line", .caption = "95 % intervals in brackets."};
    line.columns = {"T (K)", "D^{*} (cm^{2}/s)", ""};
    for (const json& at : arrhenius->at("at"))
      line.rows.push_back({fmt::format("{:g}", at.at("temperature_K").get<double>()),
                           interval_text(at.at("D_cm2_per_s"), at.at("ci95_cm2_per_s")),
                           at.at("extrapolated").get<bool>() ? "extrapolated" : "interpolated"});
    section.blocks.emplace_back(std::move(line));
  }
  std::vector<fs::path> figures;
  for (const fs::directory_entry& file : fs::directory_iterator(study / "transport" / "plots"))
    if (file.path().extension() == ".json") figures.push_back(file.path());
  std::sort(figures.begin(), figures.end());
  for (const fs::path& file : figures) add_figure(section, file);
  if (!options.literature.empty()) section.blocks.emplace_back(literature_table(options));
  report::List warnings;
  for (const json& t : transport.at("temperatures"))
    for (const json& text : t.value("warnings", json::array()))
      warnings.items.push_back(fmt::format("{:g} K: {}", t.at("temperature_K").get<double>(), text.get<std::string>()));
  if (!warnings.items.empty())
    section.blocks.emplace_back(report::Callout{.severity = report::Severity::warning,
                                                .title = "Mind when you read these numbers",
                                                .details = std::move(warnings)});
  return section;
}

json errors_of_potential(const ReportOptions& options, const fs::path& study) {
  json errors = read_json(study / options.potential_stage / "errors.json");
  // `vitrion evaluate` writes those of its one set.
  return options.potential_stage == "train" ? errors : json{{"test", std::move(errors)}};
}

Section potential_section(const ReportOptions& options, const fs::path& study) {
  const fs::path folder = study / options.potential_stage;
  const bool trained = options.potential_stage == "train";
  Section section{.heading = "The potential"};
  if (!trained)
    section.blocks.emplace_back(report::Paragraph{fmt::format(
        "{} was trained before this study; the study names the test configurations below as ones it was not "
        "trained on.",
        fs::path(options.potential).filename().string())});
  section.blocks.emplace_back(error_table(errors_of_potential(options, study)));
  for (const char* id : {"parity-energy", "parity-force", "parity-stress", "grade-error"})
    add_figure(section, folder / "plots" / (std::string(id) + ".json"));
  if (trained) section.blocks.emplace_back(loss_figure(folder / "potential.training.csv"));
  return section;
}

}  // namespace vitrion::study
