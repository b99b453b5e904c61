// Activation energies: exact on exact data, honest on noisy data, deaf to bounds.
#include "vitrion/transport/arrhenius.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "vitrion/core/random.hpp"
#include "vitrion/core/units.hpp"

namespace vitrion::transport {
namespace {

ArrheniusPoint point(double t, double d, double relative) {
  return {t, true, d, {d * std::exp(-1.96 * relative), d * std::exp(1.96 * relative)}, 2 * d};
}

double law(double t, double ea = 0.4, double d0 = 2.0) {
  return d0 * std::exp(-ea / (units::boltzmann_eV_per_K * t));
}

TEST(Arrhenius, RecoversTheLawItWasMadeFrom) {
  std::vector<ArrheniusPoint> points;
  for (double t : {600.0, 900.0, 1200.0}) points.push_back(point(t, law(t), 0.1));
  const auto fit = fit_arrhenius(points);
  ASSERT_TRUE(fit);
  EXPECT_NEAR(fit->activation_energy, 0.4, 1e-10);
  EXPECT_NEAR(fit->prefactor, 2.0, 1e-9);
  const Extrapolation room = fit->at(300);
  EXPECT_TRUE(room.extrapolated);
  EXPECT_FALSE(fit->at(700).extrapolated);
  EXPECT_NEAR(room.value / law(300), 1, 1e-9);
  EXPECT_GT(std::log(room.ci95.high / room.value), 3 * std::log(fit->at(800).ci95.high / fit->at(800).value));
}

TEST(Arrhenius, PublishedValuesGiveThePublishedEnergy) {
  // Five published diffusivities (doi 10.1002/smll.202505851): an unweighted refit gives 46.6 meV, 1.010e-5 cm^2/s.
  std::vector<ArrheniusPoint> points;
  for (const auto& [t, d] :
       {std::pair{300.0, 1.81e-6}, {600.0, 3.41e-6}, {900.0, 4.75e-6}, {1000.0, 5.63e-6}, {1200.0, 8.71e-6}})
    points.push_back(point(t, d, 0.1));
  const auto fit = fit_arrhenius(points);
  EXPECT_NEAR(fit->activation_energy, 0.0466, 5e-5);
  EXPECT_NEAR(fit->prefactor, 1.010e-5, 5e-9);
}

TEST(Arrhenius, IntervalOfTheEnergyCoversIt) {
  Random random(5);
  int covered = 0;
  const int trials = 2000;
  for (int i = 0; i < trials; ++i) {
    std::vector<ArrheniusPoint> points;
    for (double t : {600.0, 800.0, 1000.0, 1200.0})
      points.push_back(point(t, law(t) * std::exp(0.15 * random.normal()), 0.15));
    const Interval ci = fit_arrhenius(points)->activation_energy_ci95;
    covered += ci.low <= 0.4 && 0.4 <= ci.high;
  }
  // Widening for scatter makes it a little safer than 95 %.
  EXPECT_GE(covered, 0.94 * trials);
  EXPECT_LE(covered, 0.99 * trials);
}

TEST(Arrhenius, BoundsAreLeftOutAndCheckedAgainstTheLine) {
  std::vector<ArrheniusPoint> points{point(900, law(900), 0.1), point(1200, law(1200), 0.1)};
  points.push_back({600, false, 0, {}, 10 * law(600)});
  const auto with = fit_arrhenius(points);
  EXPECT_NEAR(with->activation_energy, 0.4, 1e-10);
  EXPECT_EQ(with->left_out, std::vector<double>{600});
  EXPECT_TRUE(with->broken_bounds.empty());
  points.back().upper_bound = law(600) / 100;
  EXPECT_EQ(fit_arrhenius(points)->broken_bounds, std::vector<double>{600});
}

TEST(Arrhenius, NeedsTwoResolvedTemperatures) {
  EXPECT_FALSE(fit_arrhenius({}));
  EXPECT_FALSE(fit_arrhenius({point(600, law(600), 0.1), point(600, law(600), 0.1)}));
  EXPECT_FALSE(fit_arrhenius({point(600, law(600), 0.1), {900, false, 0, {}, 1}}));
}

}  // namespace
}  // namespace vitrion::transport
