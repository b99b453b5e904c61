#include "vitrion/transport/transport.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "vitrion/core/error.hpp"
#include "vitrion/core/text.hpp"
#include "vitrion/core/units.hpp"
#include "vitrion/transport/distributions.hpp"

namespace vitrion::transport {
namespace {

constexpr double wandering_host = 0.1;    // of D*: what a diffusing host may add to D_J
constexpr double noticeable_host = 0.02;  // of D*: what is said
constexpr std::size_t fewest_frames_of_half = 50;
constexpr double molten_host = 3;  // Å: host atoms that end farther from where they began are not a rigid frame

/// Ratio D*/D_J. The two are correlated because they come from the same paths: the covariance of their relative errors
/// is that of the jump part divided by N H (covariance of a mean of squares with the square of a sum of Gaussians).
Estimate haven(const Diffusivity& tracer, const Diffusivity& jump, std::size_t n_ions) {
  if (!tracer.resolved || !jump.resolved) return {};
  const double ratio = tracer.value() / jump.value();
  if (n_ions == 1) return {1.0, Interval{1, 1}, {}};
  // How many hops happened, and how many ions were mobile, is the same luck for both and cancels.
  double events = tracer.estimate.quantum / tracer.value();
  for (const SlopeFit& fit : tracer.fits)
    events += fit.heterogeneity / std::pow(static_cast<double>(tracer.fits.size()), 2);
  const auto without = [&](double relative) { return std::max(relative - events, 0.25 * relative); };
  const double own = without(2 / tracer.estimate.freedom()), other = without(2 / jump.estimate.freedom());
  const double shared = std::min(0.9, 2 / (static_cast<double>(n_ions) * ratio));
  const double dof1 = 2 / own, dof2 = 2 / (other * (1 - shared));
  return {ratio, Interval{ratio / f_quantile(0.975, dof1, dof2), ratio / f_quantile(0.025, dof1, dof2)}, {}};
}

/// What hops add to the variance of D_J, as far as the tracer shows it: the same relative variance, that of a count of
/// events.
double collective_quantum(const Diffusivity& tracer, const std::vector<Displacements>& alone,
                          const std::vector<Displacements>& together) {
  double ratio = 0;
  for (std::size_t r = 0; r < alone.size(); ++r) {
    const std::size_t lag = tracer.fits[r].line.onset;
    ratio += together[r].total[lag] / std::max(alone[r].total[lag], 1e-300) / static_cast<double>(alone.size());
  }
  return tracer.fits.front().slope.quantum * std::max(1.0, ratio);
}

Estimate conductivity_of(const Diffusivity& d, double factor) {
  if (!d.resolved) return {{}, {}, std::isfinite(d.upper_bound) ? std::optional(d.upper_bound * factor) : std::nullopt};
  return {d.value() * factor, Interval{d.ci95.low * factor, d.ci95.high * factor}, {}};
}

void check_replicas(const std::vector<RunMotion>& runs) {
  if (runs.empty()) throw InputError("no run to analyse");
  for (const RunMotion& run : runs) {
    const auto fail = [&](const std::string& what) {
      throw InputError(Location{run.file}, what + " than in " + runs.front().file,
                       "Only runs of the same system can be combined: give others their own temperature or command.");
    };
    if (run.species != runs.front().species) fail("another mobile species");
    if (run.n_ions != runs.front().n_ions) fail("another number of mobile ions");
    if (run.frame != runs.front().frame || run.host != runs.front().host) fail("another reference frame");
    if (std::abs(run.tracer.timestep / runs.front().tracer.timestep - 1) > 1e-6) fail("another time between frames");
  }
}

// Å^2/fs that the host's own diffusion adds to D_J: its mean is the walker that all ions are measured against.
double added_by_host(const RunMotion& run) {
  double sum = 0;
  const std::vector<double> own = own_diffusion(run.checks.host);
  for (std::size_t h = 0; h < own.size(); ++h) sum += run.checks.host[h].squared_weights * own[h];
  return static_cast<double>(run.n_ions) * sum / run.tracer.timestep;
}

std::string staying_in(const std::vector<HostMotion>& host) {
  std::vector<Species> list;
  const std::vector<double> own = own_diffusion(host);
  for (std::size_t h = 0; h < own.size(); ++h)
    if (own[h] == 0) list.push_back(host[h].species);
  return join_names(list, ",");
}

// "Na diffuses (4.9e-05 cm²/s)"
std::string diffusers(const RunMotion& run) {
  std::string text;
  const std::vector<double> own = own_diffusion(run.checks.host);
  for (std::size_t h = 0; h < own.size(); ++h)
    if (own[h] > 0)
      text += fmt::format("{}{} diffuses ({:.2g} cm²/s)", text.empty() ? "" : ", ", run.checks.host[h].species.name(),
                          own[h] / run.tracer.timestep * units::A2_per_fs_in_cm2_per_s);
  return text;
}

// A host that diffuses is no frame to measure against.
void check_host(TransportResult& result, bool accepted) {
  const Diffusivity& d = result.tracer;
  const double scale = d.resolved ? d.value() : d.upper_bound;
  for (const RunMotion& run : result.runs) {
    const double added = added_by_host(run);
    if (!(added > noticeable_host * scale)) continue;
    const std::string what = fmt::format(
        "the host is no frame to measure against: {}, which adds about {:.2g} cm²/s to D_J, and {:.2g} to D* ({:.2g})",
        diffusers(run), added * units::A2_per_fs_in_cm2_per_s,
        added / static_cast<double>(run.n_ions) * units::A2_per_fs_in_cm2_per_s, scale * units::A2_per_fs_in_cm2_per_s);
    const std::string staying = staying_in(run.checks.host);
    if (!accepted && added > wandering_host * scale)
      throw InputError(Location{run.file}, what,
                       (staying.empty() ? std::string("Nothing stays in place: measure against --frame com.")
                                        : "Name what stays as the host: --host " + staying + ".") +
                           " --diffusing-host accepts it as it is.");
    result.warnings.push_back(run.file + ": " + what);
  }
}

// Sentences that several runs share are said once.
void add_new(std::vector<std::string>& list, const std::string& text) {
  if (std::find(list.begin(), list.end(), text) == list.end()) list.push_back(text);
}

void add_run_warnings(TransportResult& result) {
  for (const RunMotion& run : result.runs)
    for (const std::string& text : run.warnings) add_new(result.warnings, text);
  for (const RunMotion& run : result.runs)
    for (const std::string& text : warnings_of(run.checks, run.unwrapping))
      if (!result.volume_given || text.find("--volume") == std::string::npos)
        add_new(result.warnings, run.file + ": " + text);
}

// Whether atoms fly freely from frame to frame: their MSD grows as the square of time, and no collision bends it.
bool flies_straight(const Displacements& tracer) {
  constexpr double straight = 3.6;  // of 4
  return tracer.n_lags() > 2 && tracer.total[1] > 0 && tracer.total[2] > straight * tracer.total[1];
}

// Times that are off by a factor of a thousand look like any other to the fit; to atoms of that mass they do not.
void add_clock_warnings(TransportResult& result) {
  constexpr double fastest = 0.1;   // Å^2/fs, 1e-2 cm^2/s: a hundred times the fastest ions of a melt
  constexpr double margin = 2;      // of the thermal speed, which displacements over any time stay below
  constexpr double slowest = 5;     // an atom in free flight that is so much slower is none
  constexpr double hottest = 5000;  // K, where no temperature is given
  const char* const look = "Look at the time between frames: the unit of the file's times, or --timestep";
  const double temperature = result.temperature.value_or(hottest);
  for (const RunMotion& run : result.runs) {
    if (!run.species.is_element() || run.tracer.n_lags() < 2) continue;
    const double thermal =
        std::sqrt(3 * units::boltzmann_eV_per_K * temperature / (run.species.mass() * units::u_A2_per_fs2_in_eV));
    const double speed = std::sqrt(run.tracer.total[1]) / run.tracer.timestep;
    const std::string moves = fmt::format("{}: {} moves {:.3g} Å in {:.3g} fs from frame to frame", run.file,
                                          run.species.name(), std::sqrt(run.tracer.total[1]), run.tracer.timestep);
    if (speed > margin * thermal)
      add_new(result.warnings, fmt::format("{}, {:.3g} times what thermal speed at {:g} K allows. {}", moves,
                                           speed / thermal, temperature, look));
    else if (result.temperature && flies_straight(run.tracer) && speed * slowest < thermal)
      add_new(result.warnings,
              fmt::format("{}, and twice as far in two: it has not met its neighbors yet and should have its thermal "
                          "speed, which at {:g} K is {:.3g} times that. {}",
                          moves, temperature, thermal / speed, look));
  }
  if (result.tracer.resolved && result.tracer.value() > fastest)
    add_new(result.warnings, fmt::format("D* of {:.2g} cm²/s is more than that of any liquid (up to 1e-4, 1e-3 in the "
                                         "hottest melts). {}",
                                         units::A2_per_fs_in_cm2_per_s * result.tracer.value(), look));
}

// Why there is no conductivity though a temperature is given.
void explain_conductivity(TransportResult& result) {
  if (!result.temperature) return;
  const std::string ion = result.runs.front().species.name();
  if (!result.charge) result.warnings.push_back(ion + " has no usual charge: no conductivity. State it with --charge");
  if (!result.volume) result.warnings.emplace_back("the cell has no volume: no conductivity. State it with --volume");
}

// Whether D along `axis` is beyond doubt smaller than a quarter of that along `other`.
bool is_still(const Diffusivity& axis, const Diffusivity& other) {
  return other.resolved && (axis.resolved ? axis.ci95.high : axis.upper_bound) < other.ci95.low / 4;
}

void note_dimensions(TransportResult& result) {
  constexpr const char* names = "xyz";
  std::string moving;
  double mean = 0;
  for (std::size_t k = 0; k < 3; ++k) {
    const bool still = std::any_of(result.axes.begin(), result.axes.end(),
                                   [&](const Diffusivity& other) { return is_still(result.axes[k], other); });
    if (still) continue;
    moving += names[k];
    mean += result.axes[k].value();
  }
  const std::size_t n = moving.size();
  if (n == 3 || n == 0 || !result.tracer.resolved) return;
  result.notes.push_back(
      fmt::format("the motion is {}-dimensional, along {}: D* and D_J, means over three axes, are {}/3 of "
                  "those there (D* about {:.2g} cm²/s)",
                  n == 2 ? "two" : "one", n == 2 ? fmt::format("{} and {}", moving[0], moving[1]) : moving, n,
                  mean / static_cast<double>(n) * units::A2_per_fs_in_cm2_per_s));
}

// Where every atom is an ion, momentum is all that the sum of their displacements shows.
void withhold_jump(TransportResult& result) {
  const bool all_ions =
      std::all_of(result.runs.begin(), result.runs.end(), [](const RunMotion& run) { return run.nothing_else; });
  if (!all_ions) return;
  const std::string ion = result.runs.front().species.name();
  result.jump.resolved = false;
  result.jump.upper_bound = std::numeric_limits<double>::infinity();
  result.jump.needed_run_length = std::numeric_limits<double>::infinity();
  result.jump.reason = "every atom is " + ion +
                       ": the sum of their displacements is that of the centre of mass, zero by construction. No run, "
                       "however long, gives D_J or a conductivity from it";
}

std::vector<std::string> molten_host_warnings(const TransportResult& result) {
  const RunMotion* worst = nullptr;
  int moved = 0;
  for (const RunMotion& run : result.runs) {
    const bool by_host = run.frame == ReferenceFrame::host || run.frame == ReferenceFrame::host_mass;
    if (!by_host || run.host_displacement <= molten_host) continue;
    ++moved;
    if (worst == nullptr || run.host_displacement > worst->host_displacement) worst = &run;
  }
  if (worst == nullptr) return {};
  const std::string where = result.runs.size() == 1 ? worst->file
                                                    : fmt::format("{} of {} trajectories; most in {}", moved,
                                                                  result.runs.size(), worst->file);
  return {
      fmt::format("a host atom ended up to {:.1f} Å from where it began ({}): the host is no rigid frame (it melts or "
                  "relaxes, or frames were misread)",
                  worst->host_displacement, where)};
}

Spread spread_of(const std::vector<RunMotion>& runs, const DiffusivityOptions& options) {
  Spread spread;
  const WalkerKnowledge walkers{.n_ions = runs.front().n_ions};
  if (runs.size() > 1)
    for (const RunMotion& run : runs) spread.by_run.push_back(diffusivity({run.tracer}, walkers, options));
  const auto n = static_cast<double>(spread.by_run.size());
  double mean = 0, squares = 0, errors = 0;
  for (const Diffusivity& d : spread.by_run) mean += d.value() / n;
  for (const Diffusivity& d : spread.by_run) {
    squares += std::pow(d.value() - mean, 2) / (n - 1);
    errors += std::pow(d.estimate.deviation(), 2) / n;
  }
  spread.deviation_of_runs = std::sqrt(squares);
  spread.error_of_runs = std::sqrt(errors);
  if (std::any_of(runs.begin(), runs.end(), [](const RunMotion& run) { return run.halves.size() != 2; })) return spread;
  for (const std::size_t half : {0U, 1U}) {
    std::vector<Displacements> parts;
    for (const RunMotion& run : runs) parts.push_back(run.halves[half]);
    spread.by_half.push_back(diffusivity(parts, walkers, options));
  }
  return spread;
}

}  // namespace

RunMotion measure_motion(const IonTracks& tracks, const Session& session) {
  RunMotion motion{tracks.file(),
                   tracer_displacements(tracks, session),
                   collective_displacements(tracks, session),
                   tracks.n_ions(),
                   tracks.species(),
                   tracks.frame(),
                   tracks.unwrapping(),
                   tracks.time_source(),
                   tracks.volume(),
                   tracks.host_displacement(),
                   tracks.drift(),
                   tracks.host(),
                   tracks.nothing_else(),
                   tracks.checks(),
                   {}};
  const std::size_t half = tracks.n_frames() / 2;
  if (half >= fewest_frames_of_half)
    for (const std::size_t first : {std::size_t{0}, tracks.n_frames() - half})
      motion.halves.push_back(tracer_displacements(tracks, first, half, session));
  return motion;
}

std::optional<double> default_charge(const Species& species) {
  static const std::map<std::string, double> charges{
      {"H", 1},  {"Li", 1}, {"Na", 1}, {"K", 1},  {"Rb", 1}, {"Cs", 1},  {"Ag", 1},  {"Cu", 1}, {"Mg", 2}, {"Ca", 2},
      {"Sr", 2}, {"Ba", 2}, {"Zn", 2}, {"Al", 3}, {"F", -1}, {"Cl", -1}, {"Br", -1}, {"I", -1}, {"O", -2}, {"S", -2}};
  const auto found = charges.find(species.name());
  return found == charges.end() ? std::nullopt : std::optional<double>(found->second);
}

double conductivity_per_diffusivity(std::size_t n_ions, double charge, double volume, double temperature) {
  constexpr double e_per_A_fs_V_in_S_per_cm = units::elementary_charge_C * 1e25 * 1e-2;
  return static_cast<double>(n_ions) * charge * charge / (volume * units::boltzmann_eV_per_K * temperature) *
         e_per_A_fs_V_in_S_per_cm;
}

TransportResult analyse_transport(std::vector<RunMotion> runs, const TransportOptions& options) {
  check_replicas(runs);
  TransportResult result;
  result.temperature = options.temperature;
  result.hop_length = options.diffusivity.hop_length;
  if (options.temperature && !(*options.temperature > 0)) throw InputError("the temperature must be positive (K)");
  if (options.charge && *options.charge == 0)
    throw InputError("a charge of 0 carries no current",
                     "Give the charge of the ion in e, as --charge 2 or --charge=-1.");
  if (options.volume && !(*options.volume > 0)) throw InputError("the volume must be positive (Å³)");
  result.charge = options.charge ? options.charge : default_charge(runs.front().species);
  const std::size_t n_ions = runs.front().n_ions;

  std::vector<Displacements> tracer, collective;
  std::array<std::vector<Displacements>, 3> axes;
  double volume = 0;
  for (const RunMotion& run : runs) {
    tracer.push_back(run.tracer);
    collective.push_back(run.collective);
    for (std::size_t k = 0; k < 3; ++k) axes[k].push_back(run.tracer.along(static_cast<int>(k)));
    volume += run.volume.value_or(std::nan("")) / static_cast<double>(runs.size());
  }
  WalkerKnowledge walkers{.n_ions = n_ions};
  result.tracer = diffusivity(tracer, walkers, options.diffusivity);
  for (const SlopeFit& fit : result.tracer.fits) walkers.at_least.push_back(fit.line.onset);
  walkers.search_onset = false;

  WalkerKnowledge together{.n_ions = n_ions, .at_least = walkers.at_least, .known_diffusive = result.tracer.resolved};
  // Whether few or many of the ions are mobile at a time shows in D_J as in D*.
  for (const SlopeFit& fit : result.tracer.fits)
    together.heterogeneity = std::max(together.heterogeneity, fit.heterogeneity);
  if (result.tracer.resolved) together.selection = result.tracer.selection;
  together.quantum = collective_quantum(result.tracer, tracer, collective);
  result.jump = diffusivity(collective, together, options.diffusivity);
  // One walker made of all ions scatters too much to tell diffusion from a cage where the ions one by one do not.
  if (result.jump.resolved && !result.tracer.resolved) {
    result.jump.resolved = false;
    result.jump.reason = "D* is not resolved: " + result.tracer.reason;
  }
  DiffusivityOptions one_axis = options.diffusivity;
  one_axis.dimensions = 1;
  for (std::size_t k = 0; k < 3; ++k) result.axes[k] = diffusivity(axes[k], walkers, one_axis);
  result.spread = spread_of(runs, options.diffusivity);
  result.runs = std::move(runs);
  withhold_jump(result);

  result.haven_ratio = haven(result.tracer, result.jump, n_ions);
  result.volume_given = options.volume.has_value();
  result.volume = options.volume ? options.volume : std::isfinite(volume) ? std::optional(volume) : std::nullopt;
  if (result.temperature && result.charge && result.volume) {
    const double factor = conductivity_per_diffusivity(n_ions, *result.charge, *result.volume, *result.temperature);
    result.conductivity = conductivity_of(result.tracer, factor);
    result.conductivity_jump = conductivity_of(result.jump, factor);
  }
  add_run_warnings(result);
  add_clock_warnings(result);
  check_host(result, options.diffusing_host);
  for (const std::string& text : molten_host_warnings(result)) result.warnings.push_back(text);
  explain_conductivity(result);
  note_dimensions(result);
  return result;
}

std::vector<double> mean_msd(const std::vector<RunMotion>& runs, bool collective) {
  std::vector<double> sum, weights;
  for (const RunMotion& run : runs) {
    const Displacements& d = collective ? run.collective : run.tracer;
    if (sum.empty() || d.n_lags() < sum.size()) {
      sum.resize(d.n_lags());
      weights.resize(d.n_lags());
    }
    for (std::size_t lag = 0; lag < sum.size(); ++lag) {
      const auto origins = static_cast<double>(d.n_frames - lag);
      sum[lag] += origins * d.total[lag];
      weights[lag] += origins;
    }
  }
  for (std::size_t lag = 0; lag < sum.size(); ++lag) sum[lag] /= weights[lag];
  return sum;
}

std::vector<std::size_t> lags_to_show(std::size_t n_lags, std::size_t n) {
  std::vector<std::size_t> lags;
  constexpr std::size_t every_one = 100;
  const std::size_t dense = n_lags <= n ? n_lags : every_one;
  for (std::size_t lag = 0; lag < dense; ++lag) lags.push_back(lag);
  if (dense == n_lags) return lags;
  const double ratio = std::pow(static_cast<double>(n_lags - 1) / every_one, 1.0 / static_cast<double>(n - every_one));
  for (double lag = every_one; lags.size() < n; lag *= ratio) {
    const auto whole = std::min(n_lags - 1, static_cast<std::size_t>(std::lround(lag)));
    if (whole > lags.back()) lags.push_back(whole);
    if (whole == n_lags - 1) break;
  }
  return lags;
}

}  // namespace vitrion::transport
