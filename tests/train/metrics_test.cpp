// Error tables against sums done by hand and against published errors of published potentials.
#include "vitrion/train/metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "support.hpp"
#include "vitrion/core/error.hpp"
#include "vitrion/core/units.hpp"
#include "vitrion/io/frames.hpp"
#include "vitrion/potentials/catalogue.hpp"

namespace vitrion::train {
namespace {

Structure labelled(double energy, double force, const std::string& config_type) {
  Structure s;
  s.cell = Cell::orthorhombic(10, 10, 10);
  s.species = {Species::element("Li"), Species::element("O")};
  s.positions = Positions::Zero(2, 3);
  s.labels.energy = energy;
  s.labels.forces = Positions::Constant(2, 3, force);
  s.labels.stress = Matrix3::Zero();
  if (!config_type.empty()) s.info["config_type"] = config_type;
  return s;
}

TEST(Metrics, AreRootMeanSquareMeanAbsoluteAndMaximum) {
  const std::vector<Structure> frames = {labelled(1, 0, "a"), labelled(2, 0, "b")};
  std::vector<Labels> predictions = {frames[0].labels, frames[1].labels};
  *predictions[0].energy += 0.006;  // 3 meV/atom
  *predictions[1].energy -= 0.002;  // -1 meV/atom
  predictions[1].forces(1, 2) = 0.6;
  (*predictions[0].stress)(0, 0) = 1 / units::eV_per_A3_in_GPa;
  const nlohmann::json json = to_json(compare(frames, predictions, "config_type"));
  EXPECT_NEAR(json["energy"]["rmse_meV_per_atom"].get<double>(), std::sqrt(5.0), 1e-9);
  EXPECT_NEAR(json["energy"]["mae_meV_per_atom"].get<double>(), 2, 1e-9);
  EXPECT_NEAR(json["energy"]["max_meV_per_atom"].get<double>(), 3, 1e-9);
  EXPECT_NEAR(json["force"]["rmse_eV_per_A"].get<double>(), 0.6 / std::sqrt(12.0), 1e-12);
  EXPECT_NEAR(json["stress"]["mae_GPa"].get<double>(), 1.0 / 12, 1e-12);
  EXPECT_EQ(json["n_configurations"], 2);
  EXPECT_EQ(json["groups"]["a"]["force"]["max_eV_per_A"], 0.0);
  EXPECT_NEAR(json["groups"]["b"]["energy"]["rmse_meV_per_atom"].get<double>(), 1, 1e-9);
  EXPECT_EQ(json["species"]["Li"]["max_eV_per_A"], 0.0);
  EXPECT_NEAR(json["species"]["O"]["max_eV_per_A"].get<double>(), 0.6, 1e-12);
}

TEST(Metrics, AbsentLabelsAreNotCompared) {
  std::vector<Structure> frames = {labelled(1, 0, "")};
  const std::vector<Labels> predictions = {frames[0].labels};
  frames[0].labels.forces.resize(0, 3);
  frames[0].labels.stress.reset();
  const nlohmann::json json = to_json(compare(frames, predictions));
  EXPECT_TRUE(json["force"].is_null());
  EXPECT_TRUE(json["stress"].is_null());
  frames[0].labels.energy.reset();
  EXPECT_THROW(compare(frames, predictions), InputError);
}

TEST(Metrics, NotANumberShowsInTheMaximum) {
  Deviations d;
  d.add(std::nan(""));
  EXPECT_TRUE(std::isnan(d.max()));
}

TEST(Metrics, AnUnknownGroupKeyIsRefused) {
  const std::vector<Structure> frames = {labelled(1, 0, "a")};
  EXPECT_THROW(compare(frames, {frames[0].labels}, "confg_type"), InputError);
}

struct Published {
  std::string potential, data, species;
  double energy_rmse, energy_mae, force_rmse, force_mae;  // meV/atom, eV/Å
  double energy_digit, force_digit;                       // half the last printed digit
};

class PublishedErrors : public ::testing::TestWithParam<Published> {};

TEST_P(PublishedErrors, AreReproduced) {
  const Published& p = GetParam();
  VITRION_NEEDS_REFERENCE(p.potential);
  const std::vector<Species> species = p.species.empty() ? std::vector<Species>{} : parse_species_list(p.species);
  const auto potential = potentials::load_potential(test::reference(p.potential), {species});
  const std::vector<Structure> frames = io::read_frames(test::reference(p.data));
  const ErrorTable errors = compare(frames, predict(*potential, frames)).overall;
  EXPECT_NEAR(errors.energy.rmse() * 1e3, p.energy_rmse, p.energy_digit);
  EXPECT_NEAR(errors.force.rmse(), p.force_rmse, p.force_digit);
  if (p.energy_mae == 0) return;  // not published
  EXPECT_NEAR(errors.energy.mae() * 1e3, p.energy_mae, p.energy_digit);
  EXPECT_NEAR(errors.force.mae(), p.force_mae, p.force_digit);
}

INSTANTIATE_TEST_SUITE_P(Zuo2020AndMlip3, PublishedErrors,
                         ::testing::Values(Published{"mtp/zuo2020/Li/fitted.mtp", "mtp/zuo2020/Li/training.extxyz",
                                                     "Li", 0.726, 0.490, 0.0127, 0.0095, 6e-4, 6e-5},
                                           Published{"mtp/zuo2020/Mo/fitted.mtp", "mtp/zuo2020/Mo/training.extxyz",
                                                     "Mo", 3.570, 2.479, 0.1389, 0.0840, 6e-4, 6e-5},
                                           Published{"mtp/zuo2020/Li/fitted.mtp", "mtp/zuo2020/Li/test.extxyz", "Li",
                                                     0.660, 0.487, 0.0132, 0.0101, 6e-4, 6e-5},
                                           Published{"mtp/zuo2020/Mo/fitted.mtp", "mtp/zuo2020/Mo/test.extxyz", "Mo",
                                                     3.978, 2.938, 0.1514, 0.0901, 6e-4, 6e-5},
                                           Published{"mtp/grades/level08.almtp", "mtp/fit/test100.cfg", "", 0.3526, 0,
                                                     0.0270, 0, 6e-5, 6e-5}));

}  // namespace
}  // namespace vitrion::train
