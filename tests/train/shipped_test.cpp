// The NequIP potential of LiPON that is shipped.
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "core/file.hpp"
#include "io/frames.hpp"
#include "potentials/registry.hpp"
#include "support.hpp"
#include "train/metrics.hpp"

namespace vitrion::train {
namespace {

// Root mean square over both sets of the card.
double rms_of_both(const nlohmann::json& errors, const char* quantity, const char* key, const char* count) {
  double squares = 0, n = 0;
  for (const char* set : {"training", "validation"}) {
    const double weight = errors.at(set).at(count).get<double>();
    squares += weight * std::pow(errors.at(set).at(quantity).at(key).get<double>(), 2);
    n += weight;
  }
  return std::sqrt(squares / n);
}

// On the data it was trained and validated on it has the errors its card states, and it can grade.
TEST(ShippedNequip, HasTheErrorsOfItsCard) {
  const std::unique_ptr<Potential> potential = load_potential(test::source("data/lipon-nequip/lipon.safetensors"));
  std::vector<Structure> frames;
  for (const char* name : {"lipon_pbe", "rattled", "active"})
    for (Structure& frame : io::read_frames(test::source("data/lipon-pbe/" + std::string(name) + ".extxyz")))
      frames.push_back(std::move(frame));
  const ErrorTable found = compare(frames, predict(*potential, frames)).overall;
  const auto errors = nlohmann::json::parse(read_file(test::source("data/lipon-nequip/lipon.card.json"))).at("errors");
  EXPECT_NEAR(1e3 * found.energy.rmse(), rms_of_both(errors, "energy", "rmse_meV_per_atom", "n_configurations"), 1e-6);
  EXPECT_NEAR(found.force.rmse(), rms_of_both(errors, "force", "rmse_eV_per_A", "n_atoms"), 1e-9);
  EXPECT_TRUE(potential->has_grades());
}

}  // namespace
}  // namespace vitrion::train
