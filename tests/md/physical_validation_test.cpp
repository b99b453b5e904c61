// Do our integrators, thermostats and barostats sample the ensembles they are named after? The tests that every MD
// program should pass: Shirts 2013, doi 10.1021/ct300688p; Merz and Shirts 2018, doi 10.1371/journal.pone.0202764.
#include <gtest/gtest.h>
#include <omp.h>

#include <cmath>
#include <functional>
#include <numeric>

#include "md/oxides.hpp"
#include "vitrion/core/units.hpp"
#include "vitrion/md/run.hpp"
#include "vitrion/md/stage_input.hpp"

namespace vitrion::md {
namespace {

constexpr double kB = units::boltzmann_eV_per_K;

// A repulsive fluid of Mg, V and O with our pair style, the input a run would have, and no guard.
class Fluid {
 public:
  explicit Fluid(const Stage& stage, std::uint64_t seed) {
    options_.potential = zbl_file();
    options_.start = random_oxide(60, 21);
    omp_set_num_threads(1);  // sixty atoms are too few for two
    for (const std::string& line : interaction_commands(options_, mg_v_o).lines) before_.push_back(line);
    session_.create(options_.start, mg_v_o);
    for (const std::string& line : before_) session_.command(line);
    session_.command("minimize 0 1e-2 200 2000");
    session_.command("reset_timestep 0");
    session_.command(velocity_command(stage.temperature_start, seed));
    for (const std::string& line : stage_commands(stage, 1, 0, seed)) session_.command(line);
  }
  void run(int steps) { session_.command("run " + std::to_string(steps) + " post no"); }
  LammpsSession& session() { return session_; }
  Structure atoms() { return session_.gather(mg_v_o); }

 private:
  MdOptions options_;
  std::vector<std::string> before_;
  LammpsSession session_;
};

Stage stage(Ensemble ensemble, double temperature, Thermostat thermostat = Thermostat::nose_hoover) {
  Stage s;
  s.ensemble = ensemble;
  s.thermostat = thermostat;
  s.timestep = 0.5;
  s.temperature_start = s.temperature_end = temperature;
  s.barostat_time = 100;
  return s;
}

struct Mean {
  double value = 0, error = 0;
};

// The mean and its standard error, from 20 blocks.
Mean mean_of(const std::vector<double>& values) {
  constexpr std::size_t n_blocks = 20;
  std::vector<double> blocks;
  for (std::size_t b = 0; b < n_blocks; ++b) {
    const auto from = values.begin() + static_cast<std::ptrdiff_t>(b * values.size() / n_blocks);
    const auto to = values.begin() + static_cast<std::ptrdiff_t>((b + 1) * values.size() / n_blocks);
    blocks.push_back(std::accumulate(from, to, 0.0) / static_cast<double>(to - from));
  }
  Mean mean;
  for (const double b : blocks) mean.value += b / n_blocks;
  for (const double b : blocks) mean.error += (b - mean.value) * (b - mean.value) / (n_blocks * (n_blocks - 1));
  mean.error = std::sqrt(mean.error);
  return mean;
}

void expect_mean(const std::vector<double>& values, double truth, double largest_error, const std::string& what) {
  const Mean mean = mean_of(values);
  EXPECT_LT(std::abs(mean.value - truth), 4 * mean.error) << what << ": " << mean.value << " for " << truth;
  EXPECT_LT(mean.error, largest_error * truth) << what << ": too uncertain to tell";
}

// Kinetic energies of one species over kT/2, less what the resting center of mass takes away, and their squares.
void expect_maxwell_boltzmann(Thermostat thermostat) {
  const double temperature = 1500;
  Fluid fluid(stage(Ensemble::nvt, temperature, thermostat), 3);
  fluid.run(4000);
  std::vector<std::vector<double>> degrees(3);
  std::vector<double> total, total_square, expected(3);
  double n_total = 0;
  for (int sample = 0; sample < 2000; ++sample) {
    fluid.run(25);
    const Structure s = fluid.atoms();
    double mass = 0, all = 0;
    for (const Species& x : s.species) mass += x.mass();
    for (std::size_t k = 0; k < 3; ++k) {
      double sum = 0;
      expected[k] = 0;
      for (std::size_t i = 0; i < s.size(); ++i) {
        if (s.species[i] != mg_v_o[k]) continue;
        sum += s.species[i].mass() * units::u_A2_per_fs2_in_eV *
               s.velocities.row(static_cast<Eigen::Index>(i)).squaredNorm() / (kB * temperature);
        expected[k] += 3 * (1 - s.species[i].mass() / mass);
      }
      degrees[k].push_back(sum);
      all += sum;
    }
    n_total = 3 * static_cast<double>(s.size()) - 3;
    total.push_back(all);
    total_square.push_back((all - n_total) * (all - n_total));
  }
  for (std::size_t k = 0; k < 3; ++k) expect_mean(degrees[k], expected[k], 0.02, mg_v_o[k].name());
  expect_mean(total, n_total, 0.01, "all");
  expect_mean(total_square, 2 * n_total, 0.1, "variance");  // of a chi-square distribution
}

TEST(PhysicalValidation, KineticEnergiesOfEverySpeciesAreMaxwellAndBoltzmanns) {
  expect_maxwell_boltzmann(Thermostat::nose_hoover);
  expect_maxwell_boltzmann(Thermostat::langevin);
}

using Observe = std::function<double(LammpsSession&)>;

std::vector<double> observed(const Stage& s, std::uint64_t seed, const Observe& observe) {
  Fluid fluid(s, seed);
  fluid.run(10000);
  std::vector<double> values;
  for (int sample = 0; sample < 1500; ++sample) {
    fluid.run(50);
    values.push_back(observe(fluid.session()));
  }
  return values;
}

// The slope of ln(p1(x)/p2(x)) by the likelihood of which of two runs a sample comes from, its error by leaving out one
// of 20 parts of both runs at a time.
Mean log_ratio_slope(const std::vector<double>& one, const std::vector<double>& two) {
  constexpr std::size_t n_parts = 20;
  const auto slope_without = [&](std::size_t left_out) {
    std::vector<std::pair<double, double>> samples;  // value, 1 of the first run
    const auto take = [&](const std::vector<double>& from, double of) {
      for (std::size_t i = 0; i < from.size(); ++i)
        if (i * n_parts / from.size() != left_out) samples.emplace_back(from[i], of);
    };
    take(one, 1);
    take(two, 0);
    double center = 0;
    for (const auto& [x, of] : samples) center += x / static_cast<double>(samples.size());
    double constant = 0, slope = 0;
    for (int step = 0; step < 50; ++step) {
      double g0 = 0, g1 = 0, h00 = 0, h01 = 0, h11 = 0;
      for (const auto& [value, of] : samples) {
        const double x = value - center, p = 1 / (1 + std::exp(-constant - slope * x)), w = p * (1 - p);
        g0 += of - p, g1 += (of - p) * x, h00 += w, h01 += w * x, h11 += w * x * x;
      }
      const double det = h00 * h11 - h01 * h01;
      constant += (h11 * g0 - h01 * g1) / det;
      slope += (h00 * g1 - h01 * g0) / det;
    }
    return slope;
  };
  Mean mean{slope_without(n_parts), 0};
  for (std::size_t part = 0; part < n_parts; ++part) {
    const double d = slope_without(part) - mean.value;
    mean.error += d * d * (n_parts - 1) / n_parts;
  }
  mean.error = std::sqrt(mean.error);
  return mean;
}

void expect_slope(const Mean& slope, double truth) {
  EXPECT_LT(std::abs(slope.value - truth), 3.5 * slope.error) << slope.value << " for " << truth;
  EXPECT_LT(slope.error, 0.1 * std::abs(truth)) << "too uncertain to tell";
}

// Hot, so that the fluid forgets where it began: at 1500 K it is nearly a glass.
TEST(PhysicalValidation, EnergiesAtTwoTemperaturesHaveBoltzmannsRatio) {
  const Observe energy = [](LammpsSession& s) { return s.thermo("pe"); };
  for (const Thermostat thermostat : {Thermostat::nose_hoover, Thermostat::langevin}) {
    const std::vector<double> cold = observed(stage(Ensemble::nvt, 5000, thermostat), 5, energy),
                              hot = observed(stage(Ensemble::nvt, 5800, thermostat), 6, energy);
    expect_slope(log_ratio_slope(cold, hot), 1 / (kB * 5800) - 1 / (kB * 5000));
  }
}

TEST(PhysicalValidation, VolumesAtTwoPressuresHaveBoltzmannsRatio) {
  const Observe volume = [](LammpsSession& s) { return s.thermo("vol"); };
  Stage low = stage(Ensemble::npt, 1500), high = low;
  low.pressure = 50;
  high.pressure = 54;
  expect_slope(log_ratio_slope(observed(low, 7, volume), observed(high, 8, volume)),
               (high.pressure - low.pressure) / units::eV_per_A3_in_GPa / (kB * 1500));
}

// Velocity Verlet keeps an energy that differs from the true one by the square of the time step.
TEST(PhysicalValidation, TheEnergysErrorIsOfSecondOrderInTheTimeStep) {
  const auto fluctuation = [](double timestep) {
    Stage s = stage(Ensemble::nve, 1500);
    s.timestep = timestep;
    Fluid fluid(s, 9);
    std::vector<double> energies;
    for (int step = 0; step < static_cast<int>(std::lround(200 / timestep)); ++step) {
      fluid.run(1);
      energies.push_back(fluid.session().thermo("etotal"));
    }
    const double mean = std::accumulate(energies.begin(), energies.end(), 0.0) / static_cast<double>(energies.size());
    double square = 0;
    for (const double e : energies) square += (e - mean) * (e - mean);
    return std::sqrt(square / static_cast<double>(energies.size()));
  };
  const double fine = fluctuation(0.25), coarse = fluctuation(0.5);
  EXPECT_NEAR(coarse / fine, 4, 0.4);
}

}  // namespace
}  // namespace vitrion::md
