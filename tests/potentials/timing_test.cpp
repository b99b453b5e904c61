// Timing a potential: the work timed is the real one, and nonsense is refused.
#include "vitrion/potentials/timing.hpp"

#include <gtest/gtest.h>

#include "support.hpp"
#include "vitrion/core/error.hpp"
#include "vitrion/io/frames.hpp"
#include "vitrion/potentials/catalogue.hpp"

namespace vitrion {
namespace {

TEST(Timing, CountsNeighboursAndGivesTheEnergyOfTheStructure) {
  VITRION_NEEDS_REFERENCE("mtp/mgv2o5");
  const auto potential =
      potentials::load_potential(test::reference("mtp/mgv2o5/pot.mtp"), {parse_species_list("Mg,V,O")});
  const Structure frame = io::read_frames(test::reference("mtp/mgv2o5/reference_600K.extxyz")).front();
  const potentials::Timing timing = potentials::time_potential(*potential, frame, {.steps = 3});
  EXPECT_EQ(timing.n_atoms, 768u);
  EXPECT_NEAR(timing.energy, *frame.labels.energy, 1e-9);
  EXPECT_GT(timing.mean_neighbors, 120);
  EXPECT_LT(timing.mean_neighbors, 130);
  EXPECT_GT(timing.listed_neighbors, timing.mean_neighbors);
  EXPECT_GT(timing.fastest, 0);
  EXPECT_LE(timing.fastest, timing.median);
  EXPECT_LE(timing.median, timing.slowest);
}

TEST(Timing, RefusesWhatCannotBeTimed) {
  VITRION_NEEDS_REFERENCE("mtp/mgv2o5");
  const auto potential =
      potentials::load_potential(test::reference("mtp/mgv2o5/pot.mtp"), {parse_species_list("Mg,V,O")});
  Structure one;
  EXPECT_THROW(potentials::time_potential(*potential, one), InputError);
  one.species.push_back(Species::element("Mg"));
  one.positions = Positions::Zero(1, 3);
  EXPECT_THROW(potentials::time_potential(*potential, one, {.steps = 0}), InputError);
  EXPECT_THROW(potentials::time_potential(*potential, one, {.skin = -1.0}), InputError);
  one.species[0] = Species::element("Li");
  EXPECT_THROW(potentials::time_potential(*potential, one), InputError);
}

}  // namespace
}  // namespace vitrion
