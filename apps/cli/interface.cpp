// vitrion interface: profiles along the normal, regions, diffusion along and across an interface.
#include <fmt/format.h>

#include <cmath>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/commands.hpp"
#include "cli/options.hpp"
#include "cli/result_files.hpp"
#include "cli/run_spec.hpp"
#include "cli/terminal.hpp"
#include "vitrion/core/error.hpp"
#include "vitrion/core/progress.hpp"
#include "vitrion/interface/recorder.hpp"
#include "vitrion/md/warnings.hpp"
#include "vitrion/present/interface.hpp"
#include "vitrion/report/text.hpp"
#include "vitrion/transport/transport.hpp"

namespace vitrion::cli {
namespace {

struct InterfaceCommand {
  std::string run_file, ion = "Li", host, normal = "c", regions, scratch;
  InputOptions input;
  RunOptions run;
  ResultFiles results;
  StrictOption strict;
  double temperature = 0, bin = 3, profile_bin = 1, margin = 1.5, hop_length = 3, memory_MiB = 512;
  std::optional<double> charge, lag;
};

interface::RecorderOptions recorder_options(const InterfaceCommand& command, const std::string& file) {
  interface::RecorderOptions options {
    .profile = {.ion = Species::element(command.ion), .bin = command.profile_bin }
  };
  if (!command.host.empty()) options.host = parse_species_list(command.host);
  options.normal = command.normal.front() - 'a';
  options.file = file;
  options.memory = static_cast<std::size_t>(command.memory_MiB * 1024 * 1024);
  options.scratch = command.scratch;
  return options;
}

interface::Recording record(const InterfaceCommand& command, const std::string& file) {
  interface::Recorder recorder(recorder_options(command, file));
  const auto reader = io::open_frames(std::filesystem::path(file), command.input.read_options());
  while (const std::optional<Structure> frame = reader->next()) {
    terminal_session().check_stop();
    recorder.add(*frame);
  }
  return recorder.finish();
}

interface::InterfaceOptions analysis_options(const InterfaceCommand& command, const interface::Recording& recording,
                                             std::optional<double> temperature) {
  interface::InterfaceOptions options;
  options.across.spacing = command.bin;
  if (command.lag)
    options.across.shortest_lag =
        std::max<std::size_t>(1, static_cast<std::size_t>(std::lround(*command.lag / recording.paths.timestep)));
  options.along.hop_length = command.hop_length;
  options.margin = command.margin;
  options.temperature = temperature;
  options.area = recording.area;
  const std::optional<double> charge =
      command.charge ? command.charge : transport::default_charge(Species::element(command.ion));
  if (!charge || *charge == 0)
    throw InputError(command.ion + " has no usual charge", "State it with --charge (e per ion).");
  options.charge = *charge;
  return options;
}

interface::InterfaceResult analyse(const InterfaceCommand& command) {
  RunSpec spec = parse_run(command.run_file);
  if (!spec.temperature && command.temperature > 0) spec.temperature = command.temperature;
  const interface::Recording recording = record(command, spec.file);
  constexpr std::size_t fewest_frames = 64;  // two for each of the parts of the run that intervals rest on
  if (recording.paths.n_frames < fewest_frames)
    throw InputError(Location{spec.file}, fmt::format("{} frames are too few", recording.paths.n_frames),
                     fmt::format("Intervals need {} at least.", fewest_frames));
  const Species ion = Species::element(command.ion);
  const interface::Partition partition =
      command.regions.empty()
          ? interface::find_regions(recording.profiles, ion, recording.length, recording.periodic, command.bin)
          : interface::parse_regions(command.regions, 0, recording.length, recording.periodic);
  const std::optional<std::string> moved =
      interface::moved_borders(recording, ion, std::max(command.bin, 2 * command.profile_bin), spec.file);
  interface::InterfaceResult result = interface::analyse_interface(
      recording.paths, partition, analysis_options(command, recording, spec.temperature), terminal_session());
  result.file = spec.file;
  result.ion = command.ion;
  result.regions_given = !command.regions.empty();
  result.profiles = recording.profiles;
  result.warnings = md::warnings_beside(std::filesystem::path(spec.file));
  result.warnings.insert(result.warnings.end(), recording.warnings.begin(), recording.warnings.end());
  if (moved) result.warnings.push_back(*moved);
  if (!spec.temperature)
    result.notes.emplace_back("No temperature: no free energy, no resistance. Give it as FILE@KELVIN.");
  return result;
}

void execute(const InterfaceCommand& command) {
  command.run.apply();
  const interface::InterfaceResult result = analyse(command);
  const report::Section section = present::interface_section(result);
  fmt::print("{}", report::to_text(section));
  command.results.write(interface::interface_kind, interface::to_json(result), section, command.run);
  command.strict.heed(result.warnings);
}

struct CoverageCommand {
  int runs = interface::published_runs, threads = 0;
  std::uint64_t seed = interface::coverage_seed;
  std::string motion;
};

void execute(const CoverageCommand& command) {
  RunOptions{command.threads, {}}.apply();
  std::vector<interface::CoverageReport> reports;
  for (const interface::LayeredMotion& motion : interface::published_layers()) {
    if (motion.name.find(command.motion) == std::string::npos) continue;
    Progress progress(terminal_session(), motion.name, command.runs, "runs");
    reports.push_back(interface::measure_coverage(
        motion, command.runs, command.seed, [&](int done) { progress.update(done); }, terminal_session()));
  }
  if (reports.empty()) throw InputError("no motion's name holds \"" + command.motion + "\"");
  fmt::print("{}", report::to_text(present::coverage_table(reports, command.runs)));
}

void add_coverage(CLI::App& interface_command) {
  auto command = std::make_shared<CoverageCommand>();
  CLI::App* sub = interface_command.add_subcommand(
      "coverage", "Check the error bars: simulated interfaces of known diffusion, analysed as any run is");
  sub->add_option("--runs", command->runs, "Runs per case")->check(CLI::PositiveNumber)->capture_default_str();
  sub->add_option("--motion", command->motion, "Only motions whose name holds this text");
  sub->add_option("--seed", command->seed, "Seed of the runs")->capture_default_str();
  sub->add_option("--threads", command->threads, "Threads to use; 0: one per processor")->capture_default_str();
  sub->footer(
      "Examples:\n"
      "  vitrion interface coverage\n"
      "  vitrion interface coverage --runs 50 --motion hopping   a quick look");
  sub->callback([command] { execute(*command); });
}

}  // namespace

void add_interface(CLI::App& app) {
  auto command = std::make_shared<InterfaceCommand>();
  CLI::App* sub = app.add_subcommand("interface", "How ions move along and across an interface, region by region");
  sub->require_subcommand(0, 1);
  sub->add_option("run", command->run_file, "Trajectory of a cell with a planar interface, FILE or FILE@KELVIN");
  sub->add_option("--ion", command->ion, "The mobile element")->capture_default_str();
  sub->add_option("--host", command->host, "Species that stay in place in the mean (default: all others)");
  sub->add_option("--normal", command->normal, "The interface lies between planes of this cell vector")
      ->check(CLI::IsMember({"a", "b", "c"}))
      ->capture_default_str();
  sub->add_option("--regions", command->regions,
                  "Regions in Å along the normal, metal=0:12,glass=18:40; what is between is the transition (default: "
                  "found from the density of the host)");
  sub->add_option("--bin", command->bin, "Least width of bins that passes are counted between, Å: no less than layers")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  sub->add_option("--profile-bin", command->profile_bin, "Width of the bins of the profiles, Å")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  sub->add_option("--margin", command->margin, "Å beyond a border that an ion has to go to change its region")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  sub->add_option("--lag", command->lag, "Shortest lag of the transition counts, fs (default: one frame)")
      ->check(CLI::PositiveNumber);
  sub->add_option("--temperature", command->temperature, "K, where the run does not say @KELVIN")
      ->check(CLI::PositiveNumber);
  sub->add_option("--charge", command->charge, "Charge per ion in e (default: the usual oxidation state)");
  sub->add_option("--hop-length", command->hop_length, "Distance between neighboring sites, Å")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  sub->add_option("--types", command->input.species, "Elements of types 0, 1, ... where the file names none: Li,P,O,N");
  command->input.add_timestep_to(*sub);
  command->input.add_units_to(*sub);
  sub->add_option("--frames", command->input.frames,
                  "Frames a:b:c (start:stop:step), for instance 100: to drop the start");
  sub->add_option("--format", command->input.format, "Format, when the name and content do not tell");
  sub->add_option("--memory", command->memory_MiB, "MiB of ion paths to hold; longer runs go to a scratch file")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  sub->add_option("--scratch", command->scratch, "Folder of the scratch file (default: the system's temporary folder)");
  command->results.add_to(*sub);
  command->run.add_to(*sub);
  command->strict.add_to(*sub);
  sub->footer(
      "Examples:\n"
      "  vitrion interface production.lammpstrj.gz@600 --ion Li --plots figures/\n"
      "  vitrion interface run.extxyz@300 --regions metal=0:12,glass=18:40 --json interface.json\n"
      "  vitrion interface coverage");
  add_coverage(*sub);
  sub->callback([command, sub] {
    if (!sub->get_subcommands().empty()) return;
    if (command->run_file.empty()) throw InputError("no trajectory", "vitrion interface FILE@KELVIN --ion Li");
    execute(*command);
  });
}

}  // namespace vitrion::cli
