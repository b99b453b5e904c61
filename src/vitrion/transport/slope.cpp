#include "vitrion/transport/slope.hpp"

#include <algorithm>
#include <cmath>

#include "vitrion/core/error.hpp"
#include "vitrion/transport/distributions.hpp"
#include "vitrion/transport/least_squares.hpp"

namespace vitrion::transport {
namespace {

constexpr double span_of_fit = 32;  // longest lag over onset or cage time: longer lags add nothing to the slope
constexpr double lags_per_octave = 2.5;
constexpr int iterations = 3;              // of the covariance to the line
constexpr std::size_t latest_onset = 4;    // lags beyond the latest onset tried, in units of it
constexpr std::size_t fewest_parts = 32;   // of the run, that a lag must leave to tell how walkers move together
constexpr double fewest_walkers = 4;       // to tell how they differ
constexpr double unknown_decay = 0.5;      // of the drift of the slope an octave: as 1/t
constexpr double slowest_decay = 2.0 / 3;  // of the drift, where it shows: as 1/sqrt(t)
constexpr std::size_t longest_floor = 32;  // the floor of the onset is at most this part of the run
constexpr std::size_t longest_floor_of_walks = 64;  // and this, where no hops stand out
constexpr double significant = 1.645;               // standard deviations of the fourth moment that show hops
constexpr std::size_t early_hops = 4;               // part of the onset where hops of a single walker are looked for
constexpr double false_alarms = 0.005;              // probability to reject a good onset
constexpr double walk_clears_cage = 2;
constexpr std::size_t fewest_lags = 3;
constexpr double at_rest = 1e-12;  // Å^2: an MSD below is rounding
constexpr int most_doublings = 60;
constexpr double selected_confidence = 0.998;  // the farthest that selection moves the end of an interval

/// Lags from first to last, evenly on a logarithmic scale, all different.
std::vector<std::size_t> spread(std::size_t first, std::size_t last) {
  std::vector<std::size_t> lags;
  for (double lag = static_cast<double>(first); lag < static_cast<double>(last) + 0.5;
       lag *= std::exp2(1 / lags_per_octave)) {
    const auto whole = static_cast<std::size_t>(std::lround(lag));
    if (lags.empty() || whole > lags.back()) lags.push_back(whole);
  }
  return lags;
}

/// Moments at the longest of their lags up to `lag`.
const DisplacementMoments& moments_up_to(const Displacements& d, std::size_t lag) {
  const auto after = std::find_if(d.moments.begin() + 1, d.moments.end(), [&](const auto& m) { return m.lag > lag; });
  return *(after - 1);
}

const DisplacementMoments& moments_at(const Displacements& d, std::size_t lag) {
  const auto after = std::find_if(d.moments.begin(), d.moments.end(), [&](const auto& m) { return m.lag >= lag; });
  return after == d.moments.end() ? d.moments.back() : *after;
}

/// Sum over steps of (sum_k w_k windows of lag k that cover the step / N_k)^2: how the count of hops enters the slope.
double counting_weight(const std::vector<std::size_t>& lags, const Eigen::VectorXd& weights, std::size_t n_frames) {
  const std::size_t n_steps = n_frames - 1;
  double sum = 0;
  for (std::size_t t = 0; t < n_steps; ++t) {
    double covered = 0;
    for (std::size_t i = 0; i < lags.size(); ++i) {
      const std::size_t windows = n_frames - lags[i];
      const std::size_t covering = std::min({t + 1, n_steps - t, lags[i], windows});
      covered += weights[static_cast<Eigen::Index>(i)] * static_cast<double>(covering) / static_cast<double>(windows);
    }
    sum += covered * covered;
  }
  return sum;
}

/// Variance of what `weights` make of the MSD at `lags`, Å^4, from hops that raise the fourth moment by `rate` a frame.
double hop_variance(const Displacements& d, const std::vector<std::size_t>& lags, const Eigen::VectorXd& weights,
                    double rate) {
  return rate * counting_weight(lags, weights, d.n_frames) / static_cast<double>(d.n_walkers);
}

/// Adds the variance by which walkers differ more than the model (covariance and hops) has it.
void add_heterogeneity(const Displacements& d, double hop_rate, SlopeFit& fit) {
  const DisplacementMoments& moments = moments_up_to(d, fit.line.onset);
  if (static_cast<double>(d.n_walkers) < fewest_walkers || 4 * moments.lag > d.n_frames) return;
  const std::vector<std::size_t> lags{moments.lag, 2 * moments.lag};
  const Eigen::Vector2d rise(-1, 1);
  const MsdCovariance covariance = msd_covariance(d, fit.line, fit.dimensions, lags);
  const double expected = rise.dot(covariance.at(fit.line.slope) * rise) + hop_variance(d, lags, rise, hop_rate);
  // Known from few walkers: widened as Student's t is.
  const double widening = student_quantile(0.975, static_cast<double>(d.n_walkers - 1)) / normal_quantile(0.975);
  const double excess = widening * widening * std::max(0.0, moments.rise[3].error_squared - expected) /
                        std::pow(static_cast<double>(moments.lag) * d.timestep, 2);
  // Walkers of different D scatter in proportion to D. Where no slope is seen, what differs is their vibration.
  const double slope = fit.slope.value, certain = 2 * fit.slope.deviation();
  if (slope > certain)
    fit.slope.free += fit.heterogeneity = excess / (slope * slope);
  else
    fit.slope.bounded += excess;
}

/// Adds what the covariance of independent Gaussian walkers does not have: hops, walkers that differ, walkers that move
/// together. `weights` make the slope of the MSD at `lags`.
void add_observed_noise(const Displacements& d, const std::vector<std::size_t>& lags, const Eigen::VectorXd& weights,
                        double quantum, SlopeFit& fit) {
  const std::size_t onset = fit.line.onset;
  if (fit.line.slope > 0) {
    // One walker made of all ions has few windows at the onset. Its hops stand out before they pile up.
    const DisplacementMoments& moments = d.n_walkers == 1 ? moments_up_to(d, onset / early_hops) : moments_at(d, onset);
    const FourthMoment excess = excess_fourth_moment(d, moments, fit.dimensions);
    // Noise in it must not make every interval wide or narrow: only what is certain to be there counts.
    const double rate = excess.value > significant * excess.deviation ? excess.value : 0;
    const double hops = hop_variance(d, lags, weights, rate);
    fit.slope.quantum = std::max(quantum, hops / (d.timestep * fit.line.slope));
    fit.slope.mixed += fit.slope.quantum;
    add_heterogeneity(d, rate, fit);
  }
  const double together = moving_together(d, onset);
  for (double* part : {&fit.slope.bounded, &fit.slope.mixed, &fit.slope.free, &fit.slope.quantum}) *part *= together;
}

/// Do displacements come in quanta, at the latest lag that may be the floor of a walk?
bool hops_stand_out(const Displacements& d) {
  const DisplacementMoments& moments = moments_up_to(d, std::max<std::size_t>(1, d.n_frames / longest_floor_of_walks));
  const FourthMoment excess = excess_fourth_moment(d, moments, effective_dimensions(d, moments));
  return excess.value > significant * excess.deviation;
}

/// Did the slope fall over the octave before last by more than noise makes it?
bool bend_is_seen(const std::vector<SlopeFit>& fits, std::size_t i) {
  const double slope = fits[i].slope.value;
  const double noise = fits[i - 1].slope.variance(slope) - fits[i - 2].slope.variance(slope);
  return fits[i - 2].slope.value - fits[i - 1].slope.value > 2 * std::sqrt(std::max(0.0, noise));
}

/// What the slope may still lose after onset `i` of these fits, from what it lost before it.
double remaining_drift(const std::vector<SlopeFit>& fits, std::size_t i, OnsetSearch search) {
  if (fits.size() < 2) return 0;
  const auto loss = [&](std::size_t k) { return fits[k - 1].slope.value - fits[k].slope.value; };
  if (i == 0) return std::max(0.0, loss(1));
  double decay = unknown_decay;
  if (i > 1 && search == OnsetSearch::best && bend_is_seen(fits, i))
    decay = std::clamp(loss(i) / loss(i - 1), 0.0, slowest_decay);
  return std::max(0.0, loss(i)) * decay / (1 - decay);
}

/// Would the later fit, which is nearly unbiased, come out as it did if the earlier slope were true? Part of the data
/// is common to both, which makes the test milder than its level.
bool agrees(const SlopeFit& early, const SlopeFit& late, double comparisons) {
  const double p = late.slope.probability(late.slope.value, early.slope.value), tail = false_alarms / (2 * comparisons);
  return p > tail && p < 1 - tail;
}

/// Of fits of later and later onsets, those from `floor` on allowed.
SlopeFit best_of(std::vector<SlopeFit> fits, std::size_t floor, OnsetSearch search) {
  const double comparisons = std::max<double>(1, static_cast<double>(fits.size() - floor) - 1);
  std::size_t first = floor;
  const auto disagrees = [&](const SlopeFit& late) { return !agrees(fits[first], late, comparisons); };
  while (std::any_of(fits.begin() + static_cast<std::ptrdiff_t>(first) + 1, fits.end(), disagrees)) ++first;
  // Compared at one slope: else a slope that came out small would look well known.
  const double slope = fits[first].slope.value;
  const auto variance = [&](std::size_t i) { return fits[i].slope.variance(slope); };
  // Less what noise makes of the drift: else slopes that came out small would be passed over.
  const auto uncertainty = [&](std::size_t i) {
    const double noise = i > 0 ? variance(i) - variance(i - 1) : 0, drift = fits[i].slope.drift;
    return variance(i) + std::max(0.0, drift * drift - std::max(0.0, noise));
  };
  std::size_t best = first;
  const std::size_t end = search == OnsetSearch::best ? fits.size() : first + 1;
  for (std::size_t i = first; i < end; ++i) {
    fits[i].slope.drift = remaining_drift(fits, i, search);
    if (uncertainty(i) < uncertainty(best)) best = i;
  }
  // A bend seen down to the onset goes on: half of what it may cost is taken off, which leaves the drift as its error.
  if (best > 1 && search == OnsetSearch::best && fits[best].slope.drift > 0 && bend_is_seen(fits, best))
    fits[best].slope.value -= fits[best].slope.drift / 2;
  return fits[best];
}

/// The slope between `low` and `high` up to which `condition` holds.
template <typename Condition>
double where_true(double low, double high, const Condition& condition) {
  for (int i = 0; i < 100 && high - low > 1e-10 * std::abs(high); ++i) {
    const double middle = 0.5 * (low + high);
    (condition(middle) ? low : high) = middle;
  }
  return 0.5 * (low + high);
}

}  // namespace

double moving_together(const Displacements& d, std::size_t onset) {
  if (d.n_walkers < 2) return 1;
  const RiseScatter& rise =
      moments_up_to(d, std::min(onset, std::max<std::size_t>(1, d.n_frames / fewest_parts))).rise[3];
  if (!(rise.together > 1) || rise.parts < 3) return 1;
  // Known from few parts: what it adds is widened as Student's t is.
  const double widening = student_quantile(0.975, rise.parts - 1) / normal_quantile(0.975);
  return 1 + (rise.together - 1) * widening * widening;
}

double SlopeEstimate::variance(double slope) const {
  const double s = std::max(slope, 0.0);
  // The split into parts is that of the fitted line; where parts are negative (ballistic start) their sum still is not.
  return std::max(bounded + mixed * s + free * s * s, 0.5 * (std::max(bounded, 0.0) + free * s * s)) + between;
}

double SlopeEstimate::deviation() const {
  return std::hypot(inflation * std::sqrt(variance(value)), drift);
}

double SlopeEstimate::freedom() const {
  return 2 * value * value / (deviation() * deviation());
}

double SlopeEstimate::probability(double x, double slope) const {
  const double s = std::max(slope, 0.0), spread = inflation * std::sqrt(variance(slope));
  // Third cumulants: of a mean of squares, walk (w) and vibration (v) being parts of what is squared, as (w + v)^3 to
  // first order in v; of a count of hops.
  const double third =
      2 * free * free * s * s * s + 3 * free * std::max(0.0, mixed - quantum) * s * s + quantum * quantum * s;
  return pearson3_cdf(x, slope, spread, third / (spread * spread * spread));
}

Interval SlopeEstimate::interval(double confidence) const {
  const double tail = (1 - confidence) / 2, step = deviation();
  if (!(step > 0) || !std::isfinite(step)) return {value, value};
  double far = value + 2 * step, near = value - 2 * step;
  for (int i = 0; i < most_doublings && probability(value, far) > tail; ++i) far = value + 2 * (far - value);
  for (int i = 0; i < most_doublings && probability(value, near) < 1 - tail; ++i) near = value - 2 * (value - near);
  const double low = value - where_true(near, value, [&](double s) { return probability(value, s) > 1 - tail; });
  const double high = where_true(value, far, [&](double s) { return probability(value, s) > tail; }) - value;
  return {value - std::hypot(low, 2 * drift), value + std::hypot(high, drift)};
}

double SlopeEstimate::low_end_above(double threshold, double confidence) const {
  const double usual = interval(confidence).low;
  const double lowest = std::max(interval(selected_confidence).low, usual / 10);
  if (!(usual > lowest) || !(threshold < value)) return std::min(usual, lowest);
  const double tail = (1 - confidence) / 2;
  const auto too_small = [&](double s) { return 1 - probability(value, s) < tail * (1 - probability(threshold, s)); };
  if (!too_small(lowest)) return lowest;
  return std::min(usual, where_true(lowest, value, too_small));
}

SlopeFit fit_slope(const Displacements& displacements, std::size_t onset, double quantum) {
  const std::size_t longest = displacements.longest_lag();
  SlopeFit fit;
  fit.dimensions = effective_dimensions(displacements, moments_at(displacements, onset));

  if (displacements.total[longest] < at_rest) {
    fit.line.onset = onset;
    fit.last_lag = longest;
    return fit;
  }

  const auto first = static_cast<double>(onset), end = static_cast<double>(longest);
  fit.line = {onset, 0, displacements.total[onset] / first};
  MsdCovariance covariance;
  LineFit line;
  std::vector<std::size_t> lags;
  double slope = 0;
  for (int i = 0; i < iterations; ++i) {
    slope = std::max(fit.line.slope, 1e-6 * std::max(displacements.total[onset], 1e-300) / first);
    fit.last_lag =
        static_cast<std::size_t>(std::min(end, span_of_fit * std::max(first, std::abs(fit.line.intercept) / slope)));
    lags = spread(onset, fit.last_lag);
    if (lags.size() < fewest_lags) throw InputError("too few frames for a fit of the MSD");
    const Eigen::VectorXd x = as_numbers(lags), y = values_at(displacements.total, lags);
    covariance = msd_covariance(displacements, {onset, fit.line.intercept, slope}, fit.dimensions, lags);
    line = generalised_least_squares(x, y, covariance.at(slope));
    fit.line.intercept = line.coefficients[0];
    fit.line.slope = line.coefficients[1];
  }
  const auto variance_of = [&](const Eigen::MatrixXd& part) { return line.weights.dot(part * line.weights); };
  const double dt = displacements.timestep;
  fit.slope.value = fit.line.slope / dt;
  fit.slope.bounded = variance_of(covariance.bounded) / (dt * dt);
  fit.slope.mixed = variance_of(covariance.mixed) / dt;
  fit.slope.free = variance_of(covariance.free);
  add_observed_noise(displacements, lags, line.weights, quantum, fit);
  return fit;
}

SlopeFit fit_diffusive_slope(const Displacements& displacements, std::size_t at_least, double quantum,
                             OnsetSearch search) {
  const std::size_t longest = displacements.longest_lag();
  // Up to two octaves below the floor, to see what the slope loses there.
  std::vector<SlopeFit> fits;
  std::size_t earliest = at_least, floor = 0;
  for (; floor < 2 && earliest > 1; ++floor) earliest /= 2;
  for (std::size_t i = 0; i < floor; ++i) fits.push_back(fit_slope(displacements, at_least >> (floor - i), quantum));
  for (std::size_t onset = at_least; fits.size() == floor || latest_onset * onset <= longest; onset *= 2)
    fits.push_back(fit_slope(displacements, onset, quantum));
  return best_of(std::move(fits), floor, search);
}

SlopeEstimate combine(const std::vector<SlopeEstimate>& runs) {
  if (runs.size() == 1) return runs.front();
  SlopeEstimate mean;
  double between = 0, sum = 0, squares = 0;
  std::vector<double> weights(runs.size(), 1.0 / static_cast<double>(runs.size()));
  for (int round = 0; round < 5; ++round) {
    mean.value = 0;
    for (std::size_t r = 0; r < runs.size(); ++r) mean.value += weights[r] * runs[r].value;
    const auto weigh = [&] {
      sum = squares = 0;
      for (std::size_t r = 0; r < runs.size(); ++r) {
        weights[r] = 1 / (runs[r].variance(mean.value) + between);
        sum += weights[r];
        squares += weights[r] * weights[r];
      }
    };
    between = 0;
    weigh();
    double centre = 0, scatter = 0;
    for (std::size_t r = 0; r < runs.size(); ++r) centre += weights[r] * runs[r].value / sum;
    for (std::size_t r = 0; r < runs.size(); ++r) scatter += weights[r] * std::pow(runs[r].value - centre, 2);
    between = std::max(0.0, (scatter - static_cast<double>(runs.size() - 1)) / (sum - squares / sum));
    weigh();
    for (double& w : weights) w /= sum;
  }
  for (std::size_t r = 0; r < runs.size(); ++r) {
    const double square = weights[r] * weights[r];
    mean.bounded += square * runs[r].bounded;
    mean.mixed += square * runs[r].mixed;
    mean.free += square * runs[r].free;
    mean.quantum += square * runs[r].quantum;
    mean.between += square * between;
    mean.drift += weights[r] * runs[r].drift;  // a bias: more runs do not make it smaller
  }
  if (mean.between > 0) {
    const double share = mean.variance(mean.value) / mean.between;
    mean.inflation =
        student_quantile(0.975, share * share * static_cast<double>(runs.size() - 1)) / normal_quantile(0.975);
  }
  return mean;
}

std::size_t onset_floor(const Displacements& displacements, double msd) {
  const std::size_t part =
      displacements.n_frames / (hops_stand_out(displacements) ? longest_floor : longest_floor_of_walks);
  const std::size_t most = std::max<std::size_t>(1, part);
  std::size_t lag = 1;
  while (lag < most && displacements.total[lag] < msd) ++lag;
  return lag;
}

double cage_time(const SlopeFit& fit) {
  return std::abs(fit.line.intercept) / fit.line.slope;
}

std::optional<LogSlope> log_slope(const Displacements& displacements, const SlopeFit& fit) {
  const std::size_t longest = displacements.longest_lag();
  if (!(fit.line.slope > 0)) return {};
  const double cage = cage_time(fit);
  if (!(walk_over_cage * cage < static_cast<double>(longest))) return {};
  const std::size_t first = std::max(fit.line.onset, static_cast<std::size_t>(std::ceil(walk_clears_cage * cage)));
  const std::vector<std::size_t> lags = spread(first, longest);
  if (lags.size() < fewest_lags) return {};
  const Eigen::VectorXd walk = values_at(displacements.total, lags).array() - fit.line.intercept;
  if (!(walk.minCoeff() > 0)) return {};
  const MsdCovariance covariance = msd_covariance(displacements, fit.line, fit.dimensions, lags);
  const Eigen::VectorXd inverse = (as_numbers(lags) * fit.line.slope).cwiseInverse();
  const Eigen::MatrixXd relative = inverse.asDiagonal() * covariance.at(fit.line.slope) * inverse.asDiagonal();
  const LineFit line =
      generalised_least_squares(as_numbers(lags).array().log().matrix(), walk.array().log().matrix(), relative);
  return LogSlope{line.coefficients[1], std::sqrt(line.slope_variance)};
}

}  // namespace vitrion::transport
