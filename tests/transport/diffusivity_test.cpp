// What is called resolved, what is bounded, and the numbers that follow from D.
#include "vitrion/transport/diffusivity.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "vitrion/core/error.hpp"
#include "vitrion/core/units.hpp"
#include "vitrion/transport/transport.hpp"
#include "walks.hpp"

namespace vitrion::transport {
namespace {

RunMotion motion_of(const std::vector<double>& paths, std::size_t n, double dt, double edge = 20) {
  TrackBuilder builder({.species = Species::element("Li"), .file = "simulated"});
  for (const Structure& frame : test::frames(paths, n, dt, edge)) builder.add(frame);
  return measure_motion(builder.finish());
}

TEST(Diffusivity, OfAWalkIsItsStepOverTwiceTheTime) {
  // 0.6 Å^2 per frame of 10 fs: D = 0.6 / (6 * 10) = 0.01 Å^2/fs = 1e-3 cm^2/s.
  const Displacements d = displacements_of(test::walk(47, 4000, {0.2, 0.2, 0.2}, 11), 47, 10);
  const Diffusivity result = diffusivity({d}, {.n_ions = 47});
  EXPECT_TRUE(result.resolved) << result.reason;
  EXPECT_NEAR(result.value(), 0.01, 4 * result.estimate.deviation());
  EXPECT_LT(result.estimate.deviation() / 0.01, 0.03);
  EXPECT_NEAR(result.beta->value, 1, 0.1);
  EXPECT_NEAR(result.effective_hops, 47 * 0.6 * 3999 / 9, 0.1 * 47 * 0.6 * 3999 / 9);
}

TEST(Diffusivity, DoesNotDependOnTheUnitOfTime) {
  const std::vector<double> x = test::walk(8, 500, {0.2, 0.2, 0.2}, 12);
  const Diffusivity a = diffusivity({displacements_of(x, 8, 1)}, {.n_ions = 8});
  const Diffusivity b = diffusivity({displacements_of(x, 8, 1000)}, {.n_ions = 8});
  EXPECT_NEAR(a.value() / b.value(), 1000, 1e-6);
  EXPECT_NEAR(a.ci95.low / b.ci95.low, 1000, 1e-4);
  EXPECT_NEAR(a.ci95.high / b.ci95.high, 1000, 1e-4);
}

TEST(Diffusivity, BoundedVibrationIsNeverResolvedAndItsBoundIsSensible) {
  int resolved = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    Random random(seed);
    double x = 0;  // Ornstein-Uhlenbeck, relaxation time 8 frames, 0.1 Å^2 per axis
    const std::vector<double> paths = test::paths(12, 400, [&](auto, auto, std::size_t) {
      return x = std::exp(-1.0 / 8) * x + std::sqrt(0.1 * (1 - std::exp(-2.0 / 8))) * random.normal();
    });
    const Diffusivity d = diffusivity({displacements_of(paths, 12, 100)}, {.n_ions = 12});
    resolved += d.resolved;
    const double zero_hops = 3 * 9 / (6 * 12 * 399 * 100.0);
    EXPECT_GE(d.upper_bound, zero_hops);
    EXPECT_LT(d.upper_bound, 20 * zero_hops);
    EXPECT_GT(d.needed_run_length, 0);
  }
  EXPECT_EQ(resolved, 0);
}

TEST(Diffusivity, BallisticAndSubdiffusiveMotionAreNotResolved) {
  const std::vector<double> ballistic = test::paths(6, 300, [](std::size_t i, std::size_t k, std::size_t t) {
    return 0.05 * static_cast<double>(t) * (k == i % 3 ? 1 : -0.3);
  });
  EXPECT_FALSE(diffusivity({displacements_of(ballistic, 6, 1)}, {.n_ions = 6}).resolved);

  // Fractional Brownian motion of exponent 1/2 (MSD ~ sqrt t) as a sum of Ornstein-Uhlenbeck motions.
  Random random(13);
  const std::size_t n = 2000, walkers = 20;
  std::vector<double> slow(walkers * 3 * n, 0.0);
  for (double tau = 0.5; tau < 1e5; tau *= 2) {
    double x = 0;
    const double f = std::exp(-1 / tau), amplitude = 0.3 * std::sqrt(tau);
    const std::vector<double> part = test::paths(walkers, n, [&](auto, auto, std::size_t t) {
      x = t == 0 ? std::sqrt(amplitude) * random.normal()
                 : f * x + std::sqrt(amplitude * (1 - f * f)) * random.normal();
      return x;
    });
    for (std::size_t i = 0; i < slow.size(); ++i) slow[i] += part[i];
  }
  const Diffusivity d = diffusivity({displacements_of(slow, walkers, 1)}, {.n_ions = walkers});
  EXPECT_FALSE(d.resolved) << d.beta->value;
}

TEST(Diffusivity, FollowsEachAxisOfAnAnisotropicWalk) {
  const RunMotion run = motion_of(test::walk(40, 3000, {0.4, 0.1, 0.0}, 14), 40, 10);
  const TransportResult result = analyse_transport({run}, {});
  EXPECT_NEAR(result.axes[0].value(), 0.02, 4 * result.axes[0].estimate.deviation());
  EXPECT_NEAR(result.axes[1].value(), 0.005, 4 * result.axes[1].estimate.deviation());
  EXPECT_FALSE(result.axes[2].resolved);
  EXPECT_NEAR(result.tracer.value(), 0.5 / 60, 4 * result.tracer.estimate.deviation());
  // Two unequal axes count as (0.5)^2 / (0.4^2 + 0.1^2) of them.
  EXPECT_NEAR(result.tracer.fits[0].dimensions, 0.25 / 0.17, 0.1);
}

TEST(Diffusivity, FewFramesAreRefused) {
  EXPECT_THROW(diffusivity({displacements_of(test::walk(4, 8, {1, 1, 1}, 15), 4, 1)}, {.n_ions = 4}), InputError);
}

TEST(Diffusivity, ReplicasThatDifferWidenTheInterval) {
  std::vector<Displacements> equal, different;
  for (std::uint64_t r = 0; r < 4; ++r) {
    equal.push_back(displacements_of(test::walk(20, 1000, {1, 1, 1}, 20 + r), 20, 1));
    const double step = r % 2 ? 0.5 : 1.5;
    different.push_back(displacements_of(test::walk(20, 1000, {step, step, step}, 20 + r), 20, 1));
  }
  const Diffusivity a = diffusivity(equal, {.n_ions = 20}), b = diffusivity(different, {.n_ions = 20});
  EXPECT_LT(a.ci95.high - a.ci95.low, 0.15 * 0.5);
  EXPECT_GT(b.ci95.high - b.ci95.low, 0.5 * 0.5);
  EXPECT_NEAR(b.value(), 0.5, 0.1);
}

TEST(Transport, ConductivityIsNernstEinstein) {
  // 10 Li in (20 Å)^3 at 500 K: sigma = n e^2 D / kT in SI.
  const RunMotion run = motion_of(test::walk(10, 2000, {0.2, 0.2, 0.2}, 16), 10, 10);
  const TransportResult result = analyse_transport({run}, {.temperature = 500});
  ASSERT_TRUE(result.tracer.resolved);
  const double d_si = result.tracer.value() * 1e-20 / 1e-15;
  const double sigma_si = 10 / 8e-27 * std::pow(1.602176634e-19, 2) * d_si / (1.380649e-23 * 500);
  EXPECT_NEAR(*result.conductivity.value / (sigma_si / 100), 1, 1e-9);
  const TransportResult doubly = analyse_transport({run}, {.temperature = 500, .charge = 2});
  EXPECT_NEAR(*doubly.conductivity.value / *result.conductivity.value, 4, 1e-9);
  EXPECT_FALSE(analyse_transport({run}, {}).conductivity.value);
}

TEST(Transport, JumpDiffusionIsNoValueWhereTheTracerIsNone) {
  int tracer = 0;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    // Ions in slow cages: the sum of all of them scatters enough to look diffusive.
    Random random(seed);
    double x = 0;
    const std::vector<double> paths = test::paths(24, 500, [&](auto, auto, std::size_t t) {
      const double memory = std::exp(-1.0 / 60);
      return x = t == 0 ? 0.5 * random.normal() : memory * x + 0.5 * std::sqrt(1 - memory * memory) * random.normal();
    });
    const TransportResult result = analyse_transport({motion_of(paths, 24, 100)}, {.temperature = 600});
    tracer += result.tracer.resolved;
    EXPECT_LE(result.jump.resolved, result.tracer.resolved);
    EXPECT_EQ(result.conductivity_jump.value.has_value(), result.jump.resolved);
  }
  EXPECT_LE(tracer, 1);
}

TEST(Transport, BoundsOfTinyRunsAreSensibleOrAbsent) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const RunMotion run = motion_of(test::walk(2, 14, {0.05, 0.05, 0.05}, seed), 2, 100);
    const TransportResult result = analyse_transport({run}, {.temperature = 600});
    for (const Diffusivity& d : {result.tracer, result.jump}) {
      const bool absent = std::isinf(d.upper_bound);
      // No ion hopped; else ten times the fastest displacement seen, which is a few times the true 0.15 Å^2 a frame.
      const double none_hopped = 27 / (6 * 2 * 1300.0);
      EXPECT_TRUE(absent || d.upper_bound < std::max(none_hopped, 10 * 20 * 0.15 / 600)) << seed;
    }
    const nlohmann::json json = to_json(result);
    EXPECT_EQ(json.at("D_jump").at("upper_bound_cm2_per_s").is_null(),
              result.jump.resolved || std::isinf(result.jump.upper_bound));
  }
}

TEST(Transport, JsonHasTheStableKeysAndUnits) {
  const RunMotion run = motion_of(test::walk(10, 2000, {0.2, 0.2, 0.2}, 17), 10, 10);
  const TransportResult result = analyse_transport({run}, {.temperature = 500});
  const nlohmann::json json = to_json(result);
  EXPECT_EQ(json.at("species"), "Li");
  EXPECT_EQ(json.at("frame"), "host");
  EXPECT_EQ(json.at("dt_fs"), 10.0);
  EXPECT_NEAR(json.at("D_tracer").at("value_cm2_per_s").get<double>(), result.tracer.value() * 0.1, 1e-15);
  EXPECT_EQ(json.at("D_tracer").at("ci95_cm2_per_s").size(), 2u);
  EXPECT_TRUE(json.at("D_tracer").at("resolved").get<bool>());
  EXPECT_TRUE(json.at("D_jump").contains("upper_bound_cm2_per_s"));
  EXPECT_TRUE(json.at("haven_ratio").contains("ci95"));
  EXPECT_TRUE(json.at("conductivity_S_per_cm").contains("value"));
  EXPECT_EQ(json.at("msd").at("lag_fs").size(), json.at("msd").at("A2").size());
  EXPECT_EQ(json.at("msd").at("lag_fs").at(3), 30.0);
}

TEST(Transport, ReplicasOfOtherSystemsAreRefused) {
  const RunMotion a = motion_of(test::walk(4, 50, {1, 1, 1}, 18), 4, 10);
  const RunMotion b = motion_of(test::walk(5, 50, {1, 1, 1}, 19), 5, 10);
  EXPECT_THROW(analyse_transport({a, b}, {}), InputError);
}

TEST(Transport, ShownLagsAreFewAndReachTheEnd) {
  EXPECT_EQ(lags_to_show(50).size(), 50u);
  const auto lags = lags_to_show(200000);
  EXPECT_LE(lags.size(), 1000u);
  EXPECT_EQ(lags.back(), 199999u);
  EXPECT_TRUE(std::is_sorted(lags.begin(), lags.end()));
}

}  // namespace
}  // namespace vitrion::transport
