// vitrion info: what a file or a run holds, and which formats exist.
#include <fmt/format.h>

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

void execute(const InfoCommand& command) {
  if (command.formats) return print_formats();
  if (command.files.empty()) throw InputError("no file is given", "vitrion info FILE..., or vitrion info --formats");
  command.run.apply();
  const io::ReadOptions options = command.input.read_options();
  const std::vector<std::filesystem::path> files =
      io::files_of(std::vector<std::filesystem::path>(command.files.begin(), command.files.end()));
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
  command.run.write_json(json);
}

}  // namespace

void add_info(CLI::App& app) {
  auto command = std::make_shared<InfoCommand>();
  CLI::App* sub = app.add_subcommand("info", "What a file or a run holds: atoms, cell, times, labels, oddities");
  sub->add_option("files", command->files, "Files or folders; several are one run, in natural order of their names");
  command->input.add_to(*sub, true);
  sub->add_flag("--formats", command->formats, "List the formats and potentials that can be read and written");
  command->run.add_to(*sub);
  sub->footer(
      "Examples:\n"
      "  vitrion info dataset.extxyz\n"
      "  vitrion info run.dump.gz --species Mg,V,O --timestep 2\n"
      "  vitrion info CONTCAR* --timestep 2000     the files in counting order, 2 ps apart\n"
      "  vitrion info OUTCAR --skip-unconverged --json info.json\n"
      "  vitrion info --formats");
  sub->callback([command] { execute(*command); });
}

}  // namespace vitrion::cli
