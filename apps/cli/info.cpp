// vitrion info: what a file or a run holds, and which formats exist.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/commands.hpp"
#include "cli/options.hpp"
#include "cli/terminal.hpp"
#include "vitrion/core/error.hpp"
#include "vitrion/core/units.hpp"
#include "vitrion/dataset/summary.hpp"
#include "vitrion/potentials/catalogue.hpp"
#include "vitrion/potentials/foreign.hpp"
#include "vitrion/potentials/model_card.hpp"

namespace vitrion::cli {
namespace {

struct InfoCommand {
  std::vector<std::string> files;
  InputOptions input;
  RunOptions run;
  bool formats = false;
};

void print_formats() {
  fmt::print("{:<12} {:<6} {:<62} {}\n", "format", "", "what", "file names");
  for (const io::FormatInfo& format : io::formats())
    fmt::print("{:<12} {:<6} {:<62} {}\n", format.name, format.writes ? "rw" : "r", format.description,
               fmt::join(format.patterns, " "));
  fmt::print("\n{:<12} {:<6} {:<62} {}\n", "potential", "", "what", "file names");
  for (const potentials::Kind& kind : potentials::kinds())
    fmt::print("{:<12} {:<6} {:<62} {}\n", kind.name, kind.write ? "rw" : "r", kind.description,
               fmt::join(kind.suffixes, " "));
}

std::string span(const dataset::Range& range, int digits) {
  if (range.high - range.low < 0.5 * std::pow(10.0, -digits)) return fmt::format("{:.{}f}", range.low, digits);
  return fmt::format("{:.{}f} to {:.{}f}", range.low, digits, range.high, digits);
}

void print_line(std::string_view name, const std::string& value) {
  fmt::print("{:<12} {}\n", name, value);
}

void print_cell(const dataset::Summary& s) {
  const Cell& cell = s.first_cell;
  if (cell.matrix().isZero(0)) {
    print_line("cell", "none (cluster)");
    return;
  }
  const Vector3 l = cell.lengths(), a = cell.angles();
  std::string periodic;
  for (std::size_t k = 0; k < 3; ++k)
    if (cell.periodic()[k]) periodic += "abc"[k];
  print_line("cell", fmt::format("{:.4f} {:.4f} {:.4f} Å, {:.2f} {:.2f} {:.2f} deg, periodic along {}{}", l[0], l[1],
                                 l[2], a[0], a[1], a[2], periodic.empty() ? "nothing" : periodic,
                                 s.fixed_cell ? "" : " (first frame; the cell changes)"));
  if (s.volume.high > 0) print_line("volume", span(s.volume, 2) + " Å^3");
  if (s.contents.density.high > 0) print_line("density", span(s.contents.density, 4) + " g/cm^3");
}

void print_labels(const dataset::Summary& s) {
  const dataset::Description& d = s.contents;
  const auto of_frames = [&](std::size_t n) { return fmt::format("{} of {} frames", n, d.n_frames); };
  if (d.with_energy > 0) {
    std::vector<std::string> kinds;
    for (const auto& [kind, n] : d.energy_kinds) kinds.push_back(kind);
    print_line("energy", fmt::format("{} eV/atom, in {} (kind: {})", span(d.energy, 5), of_frames(d.with_energy),
                                     fmt::join(kinds, ", ")));
  }
  if (d.with_forces > 0)
    print_line("forces", fmt::format("rms {:.4f}, largest component {:.4f} eV/Å, in {}", d.force_rms, d.force_max,
                                     of_frames(d.with_forces)));
  if (d.with_stress > 0)
    print_line("pressure", fmt::format("{} GPa, in {}", span(d.pressure, 3), of_frames(d.with_stress)));
  if (s.with_velocities > 0) print_line("velocities", "in " + of_frames(s.with_velocities));
}

void print(const dataset::Summary& s, const std::vector<std::string>& formats, std::size_t n_files) {
  const dataset::Description& d = s.contents;
  print_line("format", fmt::format("{}{}", fmt::join(formats, ", "),
                                   n_files > 1 ? fmt::format(" ({} files as one run)", n_files) : ""));
  print_line("frames", std::to_string(d.n_frames));
  print_line("atoms", span(s.atoms_per_frame, 0) + " per frame");
  print_line("composition", s.first_composition +
                                (s.compositions > 1 ? fmt::format(" (first of {} compositions)", s.compositions) : ""));
  print_line("species", join_names(d.species));
  print_cell(s);
  if (s.with_unitless_time > 0)
    print_line("time",
               fmt::format("{:g} to {:g}, in a unit the file does not name (LAMMPS: ps with units metal, fs with "
                           "real; --units says which)",
                           s.first_unitless, s.last_unitless));
  if (s.with_time > 0)
    print_line("time", fmt::format("{:g} to {:g} ps{}", s.first_time / units::ps_in_fs, s.last_time / units::ps_in_fs,
                                   s.with_time > 1 ? ", " + span(s.spacing, 3) + " fs between frames" : ""));
  print_labels(s);
  std::vector<std::string> distances;
  for (const auto& [pair, distance] : d.min_distance)
    distances.push_back(fmt::format("{}-{} {:.3f}", pair.first, pair.second, distance));
  if (!distances.empty()) print_line("shortest", fmt::format("{} Å", fmt::join(distances, ", ")));
  if (!s.keys.empty()) print_line("further keys", fmt::format("{}", fmt::join(s.keys, ", ")));
  if (!s.columns.empty()) print_line("further columns", fmt::format("{}", fmt::join(s.columns, ", ")));
  for (const std::string& warning : s.warnings) fmt::print("warning: {}\n", warning);
}

/// What stands in the files and folders that were named.
struct Contents {
  std::vector<std::filesystem::path> frames, potentials;
  std::vector<std::string> skipped;  ///< in folders: what no reader knows
};

bool is_potential_file(const std::filesystem::path& file) {
  return potentials::foreign_model(file) || potentials::is_potential(file);
}

// A file that was named must be readable; in a folder others may lie beside what is.
Contents sort_out(const std::vector<std::filesystem::path>& named, const io::ReadOptions& options) {
  Contents contents;
  for (const std::filesystem::path& place : named) {
    const bool folder = std::filesystem::is_directory(place);
    for (const std::filesystem::path& file : io::files_of(std::vector{place})) {
      if (std::filesystem::is_regular_file(file) && is_potential_file(file)) {
        contents.potentials.push_back(file);
        continue;
      }
      try {
        if (folder) io::format_to_read(file, options);
        contents.frames.push_back(file);
      } catch (const InputError&) {
        contents.skipped.push_back(file.filename().string());
      }
    }
  }
  return contents;
}

// What was sorted by place is one run in natural order.
std::vector<std::filesystem::path> in_order(const std::vector<std::filesystem::path>& files) {
  return files.empty() ? files : io::files_of(files);
}

std::string about_grades(const potentials::Potential& potential) {
  const std::optional<potentials::SelectionState> state = potential.selection_state();
  if (!state) return "none: `vitrion select active` makes what to grade by";
  return fmt::format("by {}", name_of(state->mode));
}

nlohmann::json print_potential(const std::filesystem::path& file, const io::ReadOptions& options) {
  if (const std::optional<potentials::ForeignModel> foreign = potentials::foreign_model(file)) {
    print_line("potential", fmt::format("{} {}; {}", file.string(), foreign->what, foreign->remedy));
    return {{"file", file.string()}, {"readable", false}, {"what", foreign->what}};
  }
  const std::unique_ptr<potentials::Potential> potential =
      potentials::load_potential(file, {.species = options.species, .with_card = false});
  const potentials::ModelCard card = potentials::read_model_card(file);
  const bool named = std::all_of(potential->species().begin(), potential->species().end(),
                                 [](const Species& s) { return s.is_element(); });
  print_line("potential", file.string());
  print_line("kind", potential->title());
  print_line("species", join_names(potential->species()) + (named ? "" : " (unnamed; --species names them in order)"));
  print_line("cutoff", fmt::format("{:.3f} Å", potential->cutoff()));
  if (potential->selection_width() > 0) print_line("grades", about_grades(*potential));
  if (card.short_range)
    print_line("repulsion", fmt::format("trained on top of ZBL, {:g} to {:g} Å, which opens with it",
                                        card.short_range->inner, card.short_range->outer));
  std::vector<std::string> distances;
  for (const auto& [pair, distance] : card.min_distances) distances.push_back(fmt::format("{} {:.3f}", pair, distance));
  if (!distances.empty())
    print_line("trained to", fmt::format("{} Å (shortest distances)", fmt::join(distances, ", ")));
  nlohmann::json json{{"file", file.string()},           {"readable", true},
                      {"kind", potential->kind()},       {"title", potential->title()},
                      {"cutoff_A", potential->cutoff()}, {"graded", potential->selection_state().has_value()}};
  for (const Species& s : potential->species()) json["species"].push_back(s.name());
  return json;
}

nlohmann::json describe_frames(const std::vector<std::filesystem::path>& files, const io::ReadOptions& options) {
  std::vector<std::string> formats;
  for (const std::filesystem::path& file : files) {
    const std::string& name = io::format_to_read(file, options).name;
    if (std::find(formats.begin(), formats.end(), name) == formats.end()) formats.push_back(name);
  }
  const auto reader = io::open_frames(files, options);
  dataset::Summarizer summarizer;
  while (std::optional<Structure> frame = reader->next()) {
    terminal_session().check_stop();
    summarizer.add(std::move(*frame));
  }
  const dataset::Summary summary = summarizer.finish();
  print(summary, formats, files.size());
  nlohmann::json json = dataset::to_json(summary);
  json["formats"] = formats;
  return json;
}

void execute(const InfoCommand& command) {
  if (command.formats) return print_formats();
  if (command.files.empty()) throw InputError("no file is given", "vitrion info FILE..., or vitrion info --formats");
  command.run.apply();
  const io::ReadOptions options = command.input.read_options();
  const Contents contents =
      sort_out(std::vector<std::filesystem::path>(command.files.begin(), command.files.end()), options);
  if (!contents.skipped.empty())
    fmt::print("skipped, as no reader knows them: {}\n", fmt::join(contents.skipped, ", "));
  nlohmann::json json = nlohmann::json::object(), described = nlohmann::json::array();
  if (!contents.frames.empty()) json = describe_frames(in_order(contents.frames), options);
  for (const std::filesystem::path& file : contents.potentials) {
    if (!contents.frames.empty() || !described.empty()) fmt::print("\n");
    described.push_back(print_potential(file, options));
  }
  if (contents.frames.empty() && contents.potentials.empty())
    throw InputError("nothing that was named holds structures or a potential",
                     "vitrion info --formats lists what can.");
  if (!described.empty()) json["potentials"] = described;
  if (!contents.skipped.empty()) json["skipped"] = contents.skipped;
  command.run.write_json(json);
}

}  // namespace

void add_info(CLI::App& app) {
  auto command = std::make_shared<InfoCommand>();
  CLI::App* sub = app.add_subcommand(
      "info", "What a file, a run or a potential holds: atoms, cell, times, labels, oddities; species, cutoff, grades");
  sub->add_option("files", command->files,
                  "Files or folders; several trajectories are one run, in natural order of their names; potentials");
  command->input.add_to(*sub, true);
  sub->add_flag("--formats", command->formats, "List the formats and potentials that can be read and written");
  command->run.add_to(*sub);
  sub->footer(
      "Examples:\n"
      "  vitrion info dataset.extxyz\n"
      "  vitrion info run.dump.gz --species Mg,V,O --timestep 2\n"
      "  vitrion info CONTCAR* --timestep 2000     the files in counting order, 2 ps apart\n"
      "  vitrion info lipon.almtp                  a potential: kind, species, cutoff, what it grades by\n"
      "  vitrion info OUTCAR --skip-unconverged --json info.json\n"
      "  vitrion info --formats");
  sub->callback([command] { execute(*command); });
}

}  // namespace vitrion::cli
