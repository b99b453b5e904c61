// vitrion transport: MSD, diffusion with intervals or bounds, Haven ratio, conductivity, Arrhenius.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "cli/commands.hpp"
#include "cli/options.hpp"
#include "cli/result_files.hpp"
#include "cli/run_spec.hpp"
#include "cli/terminal.hpp"
#include "vitrion/core/error.hpp"
#include "vitrion/core/progress.hpp"
#include "vitrion/core/text.hpp"
#include "vitrion/core/units.hpp"
#include "vitrion/interface/stayers.hpp"
#include "vitrion/md/warnings.hpp"
#include "vitrion/present/transport.hpp"
#include "vitrion/present/windows.hpp"
#include "vitrion/report/text.hpp"
#include "vitrion/transport/calibration.hpp"
#include "vitrion/transport/windows.hpp"

namespace vitrion::cli {
namespace {

struct TransportCommand {
  std::vector<std::string> runs;
  std::string ion, species, host, frame = "host", scratch, ids, within, region, normal = "c";
  bool series = false, diffusing_host = false;
  InputOptions input;
  RunOptions run;
  ResultFiles results;
  StrictOption strict;
  double temperature = 0, hop_length = 3, memory_MiB = 1024;
  std::optional<double> charge, volume;
  std::vector<double> extrapolate{300};
};

std::vector<Species> read_host(const TransportCommand& command) {
  if (command.host.empty()) return {};
  if (!command.frame.starts_with("host"))
    throw InputError("--host " + command.host + " and --frame " + command.frame + " name two references",
                     "Leave one of them out.");
  return parse_species_list(command.host);
}

// "3,7,12-40"
std::vector<std::int64_t> parse_ids(const std::string& text) {
  std::vector<std::int64_t> ids;
  std::string_view rest = text;
  while (!trim(rest).empty()) {
    const std::size_t comma = rest.find(',');
    const std::string_view entry = trim(rest.substr(0, comma));
    const std::size_t dash = entry.find('-', 1);
    const auto first = parse_double(trim(entry.substr(0, dash)));
    const auto last = dash == std::string_view::npos ? first : parse_double(trim(entry.substr(dash + 1)));
    if (!first || !last || *first != std::floor(*first) || *last != std::floor(*last) || *last < *first ||
        *last - *first > 1e7)
      throw InputError("\"" + std::string(entry) + "\" is no id of an atom", "Write --ids 3,7,12-40.");
    for (auto id = static_cast<std::int64_t>(*first); id <= static_cast<std::int64_t>(*last); ++id) ids.push_back(id);
    if (comma == std::string_view::npos) break;
    rest.remove_prefix(comma + 1);
  }
  return ids;
}

// Where --within or --region confines the ions; empty: nowhere.
std::vector<interface::Range> confined_to(const TransportCommand& command) {
  if (!command.within.empty() && !command.region.empty())
    throw InputError("--within and --region both say where the ions stay", "Leave one of them out.");
  if (!command.within.empty()) return {interface::parse_range(command.within)};
  if (command.region.empty()) return {};
  const std::size_t colon = command.region.rfind(':');
  if (colon == std::string::npos)
    throw InputError("\"" + command.region + "\" is no region of a result",
                     "Write --region interface/result.json:glass, with the result of vitrion interface.");
  return interface::ranges_of(command.region.substr(0, colon), command.region.substr(colon + 1));
}

// Ids of the ions to follow; empty: all. Where they have to stay somewhere the files are read once for that.
std::vector<std::int64_t> ions_to_follow(const TransportCommand& command, const std::vector<std::string>& files) {
  std::vector<std::int64_t> ids = parse_ids(command.ids);
  const std::vector<interface::Range> ranges = confined_to(command);
  if (ranges.empty()) return ids;
  interface::Stayers stayers(Species::element(command.ion), ranges, command.normal.front() - 'a');
  const auto reader =
      io::open_frames(std::vector<std::filesystem::path>(files.begin(), files.end()), command.input.read_options());
  while (const std::optional<Structure> frame = reader->next()) {
    terminal_session().check_stop();
    stayers.add(*frame);
  }
  std::vector<std::int64_t> staying = stayers.finish(files.front());
  if (ids.empty()) return staying;
  std::erase_if(staying, [&](std::int64_t id) { return std::find(ids.begin(), ids.end(), id) == ids.end(); });
  if (staying.empty()) throw InputError(Location{files.front()}, "none of the ions of --ids stays there");
  return staying;
}

transport::TrackOptions track_options(const TransportCommand& command, const std::string& file) {
  return {.species = Species::element(command.ion),
          .frame = transport::parse_reference_frame(command.frame),
          .host = read_host(command),
          .file = file,
          .memory = static_cast<std::size_t>(command.memory_MiB * 1024 * 1024),
          .scratch = command.scratch};
}

/// Files that are parts of one run, in natural order. What follows sees one run; this knows which file a frame is of.
class Parts {
 public:
  Parts(const std::vector<std::filesystem::path>& files, io::ReadOptions options) {
    const std::vector<std::filesystem::path> all = io::files_of(files);
    const std::vector<std::string> names = io::distinct_names(all);
    for (std::size_t i = 0; i < all.size(); ++i) path_of_[names[i]] = all[i].string();
    options.tag = key;
    reader_ = io::open_frames(files, options);
  }

  std::optional<Structure> next() {
    std::optional<Structure> frame = reader_->next();
    if (!frame) return frame;
    if (const std::string& file = path_of_.at(frame->info.at(key)); file != file_) begin(file, frame->time);
    if (frame->time) times_.push_back(*frame->time);
    return frame;
  }

 private:
  // A run that was started again from before its end repeats steps; one of which a part is missing leaves a gap.
  void begin(const std::string& file, std::optional<double> time) {
    constexpr double tolerance = 1e-3;  // of the time between frames
    const std::string before = std::exchange(file_, file);
    const std::vector<double> times = std::exchange(times_, {});
    if (times.empty() || !time) return;
    const std::string what = fmt::format(
        "its first frame is of {:g} fs, and {}, which it goes on from, ends at {:g} fs", *time, before, times.back());
    if (*time <= times.back()) {
      const auto kept = std::count_if(times.begin(), times.end(), [&](double t) { return t < *time; });
      throw InputError(Location{file}, what,
                       kept > 0
                           ? fmt::format("Where the run was started again and repeats steps, cut what it repeats "
                                         "off the part before: vitrion convert {} PART --frames :{}, and name PART "
                                         "in its place.",
                                         before, kept)
                           : "Frames must be in order of time: leave one of the two out, or name the parts so that "
                             "they sort in order.");
    }
    if (times.size() > 1 && *time - times.back() > (1 + tolerance) * (times.back() - times[times.size() - 2]))
      throw InputError(
          Location{file}, what,
          fmt::format("Displacement analysis needs frames at equal times, here {:g} fs: a part is missing.",
                      times.back() - times[times.size() - 2]));
  }

  static constexpr const char* key = "part of the series";
  std::map<std::string, std::string> path_of_;  // by what tells the files apart
  std::unique_ptr<io::FrameReader> reader_;
  std::string file_;
  std::vector<double> times_;  // fs, of the frames of file_
};

transport::RunMotion measure(const TransportCommand& command, const std::vector<std::string>& files) {
  Parts parts({files.begin(), files.end()}, command.input.read_options());
  transport::TrackOptions options = track_options(command, files.front());
  options.ids = ions_to_follow(command, files);
  transport::RunMotion motion = transport::measure_motion(
      transport::follow_ions([&] { return parts.next(); }, options, terminal_session()), terminal_session());
  motion.warnings = md::warnings_beside(files);
  return motion;
}

/// The runs of each temperature; runs without one share the key "nothing".
transport::RunsByTemperature measure_all(const TransportCommand& command) {
  const std::optional<double> common = command.temperature > 0 ? std::optional(command.temperature) : std::nullopt;
  transport::RunsByTemperature motions;
  if (command.series) {
    motions[common].push_back(measure(command, command.runs));
    return motions;
  }
  for (const std::string& text : command.runs) {
    const RunSpec spec = parse_run(text);
    motions[spec.temperature ? spec.temperature : common].push_back(measure(command, {spec.file}));
  }
  if (motions.size() > 1 && motions.contains(std::nullopt))
    throw InputError("some runs have a temperature and some have none", "Give each as FILE@KELVIN.");
  return motions;
}

transport::TransportOptions transport_options(const TransportCommand& command) {
  return {.diffusivity = {.hop_length = command.hop_length},
          .charge = command.charge,
          .volume = command.volume,
          .diffusing_host = command.diffusing_host};
}

void execute(const TransportCommand& command) {
  command.run.apply();
  const transport::TransportSeries series =
      transport::analyse_series(measure_all(command), transport_options(command), command.extrapolate);
  const report::Section section = present::transport_section(series);
  fmt::print("{}", report::to_text(section));
  command.results.write(transport::transport_kind, transport::to_json(series), section, command.run);
  std::vector<std::string> warnings;
  for (const transport::TransportResult& r : series.temperatures)
    warnings.insert(warnings.end(), r.warnings.begin(), r.warnings.end());
  command.strict.heed(warnings);
}

// What --species says here: the ion, where it is one element (as it did before there was --ion), else the types.
void take_species(TransportCommand& command) {
  if (!command.species.empty()) {
    const bool names_types = command.species.find(',') != std::string::npos;
    std::string& meant = names_types ? command.input.species : command.ion;
    if (!meant.empty())
      throw InputError(fmt::format("--species {} and {} {} say the same thing twice", command.species,
                                   names_types ? "--types" : "--ion", meant),
                       "--ion names the mobile element, --types the elements of types 0, 1, ...; leave --species out.");
    meant = command.species;
    if (!names_types)
      fmt::print(stderr, "vitrion: note: --species {0} is taken for the mobile ion; its name is now --ion {0}\n",
                 command.species);
  }
  if (command.ion.empty()) throw InputError("which ion moves?", "Name the mobile element: --ion Li");
}

struct CalibrationCommand {
  int walks = transport::published_number_of_walks, threads = 0;
  std::uint64_t seed = transport::published_seed;
  std::string motion;
};

void execute(const CalibrationCommand& command) {
  RunOptions{command.threads, {}}.apply();
  fmt::print(
      "{} walks per case, seed {}. A 95 % interval is expected to cover the truth in 95 % of them, within {:.1f} %\n"
      "(three standard deviations of the count).\n\n{}",
      command.walks, command.seed, 3 * std::sqrt(0.95 * 0.05 / command.walks) * 100, present::calibration_header());
  for (const transport::Motion& motion : transport::published_motions()) {
    if (motion.name.find(command.motion) == std::string::npos) continue;
    Progress progress(terminal_session(), fmt::format("{} {} x {}", motion.name, motion.n_ions, motion.n_frames),
                      command.walks, "walks");
    const auto report = transport::measure_calibration(
        motion, command.walks, command.seed, [&](int done) { progress.update(done); }, terminal_session());
    fmt::print("{}", present::calibration_row(report));
    std::fflush(stdout);
  }
}

void add_calibration(CLI::App& transport_command) {
  auto command = std::make_shared<CalibrationCommand>();
  CLI::App* sub = transport_command.add_subcommand(
      "calibration", "Check the error bars: simulated motion of known diffusion coefficient, analysed as any run is");
  sub->alias("coverage");
  sub->add_option("--walks", command->walks, "Walks per case")->check(CLI::PositiveNumber)->capture_default_str();
  sub->add_option("--motion", command->motion, "Only motions whose name holds this text");
  sub->add_option("--seed", command->seed, "Seed of the walks")->capture_default_str();
  sub->add_option("--threads", command->threads, "Threads to use; 0: one per processor")->capture_default_str();
  sub->footer(
      "Examples:\n"
      "  vitrion transport calibration               about 15 minutes on two cores\n"
      "  vitrion transport calibration --walks 100   a quick look");
  sub->callback([command] { execute(*command); });
}

struct WindowsCommand : TransportCommand {
  std::vector<double> lengths{50, 100, 200};  // ps
};

transport::WindowedResult measure_windows(const WindowsCommand& command, const std::string& file,
                                          const std::vector<double>& lengths) {
  const auto reader = io::open_frames(std::vector<std::filesystem::path>{file}, command.input.read_options());
  transport::WindowedRun run = transport::follow_windows([&] { return reader->next(); }, track_options(command, file),
                                                         lengths, terminal_session());
  run.whole.warnings = md::warnings_beside(std::filesystem::path(file));
  return transport::compare_windows(std::move(run), lengths, transport_options(command));
}

void execute(const WindowsCommand& command) {
  command.run.apply();
  std::vector<double> lengths;
  for (const double ps : command.lengths) lengths.push_back(ps * units::ps_in_fs);
  std::vector<transport::WindowedResult> runs;
  Progress progress(terminal_session(), "windows", static_cast<long>(command.runs.size()), "runs");
  for (const std::string& file : command.runs) {
    runs.push_back(measure_windows(command, file, lengths));
    progress.update(static_cast<long>(runs.size()));
  }
  const report::Section section = present::windows_section(runs);
  fmt::print("{}", report::to_text(section));
  command.results.write(transport::windows_kind, transport::to_json(runs), section, command.run);
}

// What both the analysis and its windows are told of the trajectories.
void add_options(TransportCommand& command, CLI::App& sub) {
  sub.add_option("--ion", command.ion, "The mobile element: Li");
  sub.add_option("--frame", command.frame, "Displacements are against: host, host_mass, com or lab")
      ->capture_default_str();
  sub.add_option("--host", command.host,
                 "Species of the host, where not all others stay in place: O, or P,O (with --frame host)");
  sub.add_flag("--diffusing-host", command.diffusing_host,
               "Measure against a host that diffuses; D_J and the Haven ratio are then its own doing");
  sub.add_option("--types", command.input.species, "Elements of types 0, 1, ... where the file names none: Mg,V,O");
  command.input.add_timestep_to(sub);
  command.input.add_units_to(sub);
  sub.add_option("--frames", command.input.frames,
                 "Frames a:b:c (start:stop:step), for instance 100: to drop the start");
  sub.add_option("--format", command.input.format, "Format, when the name and content do not tell");
  sub.add_option("--hop-length", command.hop_length, "Distance between neighbouring sites, Å")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  sub.add_option("--memory", command.memory_MiB, "MiB of ion paths to hold; longer runs go to a scratch file")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  sub.add_option("--scratch", command.scratch, "Folder of the scratch file (default: the system's temporary folder)");
  command.results.add_to(sub);
  command.run.add_to(sub);
}

void add_windows(CLI::App& transport_command) {
  auto command = std::make_shared<WindowsCommand>();
  CLI::App* sub = transport_command.add_subcommand(
      "windows", "Check the error bars on long runs of your own: what windows of them say, against the whole");
  sub->add_option("runs", command->runs, "Trajectories; every one is compared with its own windows")->required();
  sub->add_option("--lengths", command->lengths, "Lengths of the windows, ps")
      ->check(CLI::PositiveNumber)
      ->delimiter(',')
      ->capture_default_str();
  add_options(*command, *sub);
  sub->footer(
      "Examples:\n"
      "  vitrion transport windows production.lammpstrj.gz --ion Li\n"
      "  vitrion transport windows glass-*/production.lammpstrj.gz --ion Li --lengths 50,100,200 --json windows.json\n"
      "\n"
      "A window covers the whole run where their intervals allow one value. 95 % should.");
  sub->callback([command] {
    if (command->ion.empty()) throw InputError("which ion moves?", "Name the mobile element: --ion Li");
    execute(*command);
  });
}

}  // namespace

void add_transport(CLI::App& app) {
  auto command = std::make_shared<TransportCommand>();
  CLI::App* sub =
      app.add_subcommand("transport", "How fast ions move: diffusion, Haven ratio, conductivity, Arrhenius");
  sub->require_subcommand(0, 1);
  sub->add_option("runs", command->runs, "Trajectories, FILE or FILE@KELVIN; runs at one temperature are replicas");
  add_options(*command, *sub);
  sub->add_option("--species", command->species, "Several elements: as --types; one: as --ion, its former name");
  sub->add_option("--temperature", command->temperature, "K, of the runs that do not say @KELVIN")
      ->check(CLI::PositiveNumber);
  sub->add_option("--ids", command->ids, "Only these ions: 3,7,12-40");
  sub->add_option("--within", command->within,
                  "Only ions that are between these heights along the normal in every frame, Å: 12:40");
  sub->add_option("--region", command->region,
                  "Only ions that stay in a region found by vitrion interface: interface/result.json:glass");
  sub->add_option("--normal", command->normal,
                  "Heights of --within and --region are along the normal of this cell vector's planes")
      ->check(CLI::IsMember({"a", "b", "c"}))
      ->capture_default_str();
  sub->add_flag("--series", command->series, "The files are consecutive parts of one run, in natural order");
  sub->add_option("--charge", command->charge, "Charge per ion in e (default: the usual oxidation state)");
  sub->add_option("--volume", command->volume,
                  "Å³ of the material, where the cell holds a vacuum (default: mean volume of the cell)")
      ->check(CLI::PositiveNumber);
  sub->add_option("--extrapolate", command->extrapolate, "Temperatures in K to evaluate the Arrhenius line at")
      ->delimiter(',')
      ->capture_default_str();
  command->strict.add_to(*sub);
  sub->footer(
      "Examples:\n"
      "  vitrion transport run.extxyz --ion Li --temperature 600 --json transport.json\n"
      "  vitrion transport run.dump.gz --ion Mg --types Mg,V,O --timestep 2 --frames 5: --temperature 600\n"
      "  vitrion transport 600K.dump@600 900K-a.dump@900 900K-b.dump@900 1200K.dump@1200 --ion Li \\\n"
      "      --types Li,P,O,N --timestep 1 --plots figures/      (Arrhenius; two replicas at 900 K)\n"
      "  vitrion transport XDATCAR --ion Li --timestep 100 --frame com\n"
      "  vitrion transport mixed.dump --ion Li --host P,O --timestep 1  (Na moves as well: it is no part of the host)\n"
      "  vitrion transport calibration                              (are the error bars right?)\n"
      "  vitrion transport windows long-run.lammpstrj.gz --ion Li   (are they right in this material?)\n"
      "\n"
      "A diffusion coefficient that the run does not resolve is given as an upper bound, never as a value.");
  add_calibration(*sub);
  add_windows(*sub);
  sub->callback([command, sub] {
    if (!sub->get_subcommands().empty()) return;
    if (command->runs.empty()) throw CLI::RequiredError("runs");
    take_species(*command);
    execute(*command);
  });
}

}  // namespace vitrion::cli
