// The potentials of LiPON that are shipped.
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "support.hpp"
#include "vitrion/core/file.hpp"
#include "vitrion/io/frames.hpp"
#include "vitrion/potentials/catalogue.hpp"
#include "vitrion/train/metrics.hpp"

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
void expect_errors_of_card(const std::string& file, const std::vector<std::string>& data) {
  const std::unique_ptr<potentials::Potential> potential = potentials::load_potential(test::source(file));
  std::vector<Structure> frames;
  for (const std::string& name : data)
    for (Structure& frame : io::read_frames(test::source("data/lipon-pbe/" + name + ".extxyz")))
      frames.push_back(std::move(frame));
  const ErrorTable found = compare(frames, predict(*potential, frames)).overall;
  const std::filesystem::path card = std::filesystem::path(file).replace_extension(".card.json");
  const auto errors = nlohmann::json::parse(read_file(test::source(card.string()))).at("errors");
  EXPECT_NEAR(1e3 * found.energy.rmse(), rms_of_both(errors, "energy", "rmse_meV_per_atom", "n_configurations"), 1e-6);
  EXPECT_NEAR(found.force.rmse(), rms_of_both(errors, "force", "rmse_eV_per_A", "n_atoms"), 1e-9);
  EXPECT_TRUE(potential->has_grades());
}

TEST(Shipped, NequipHasTheErrorsOfItsCard) {
  expect_errors_of_card("data/lipon-nequip/lipon.safetensors", {"lipon_pbe", "rattled", "active"});
}

TEST(Shipped, MtpHasTheErrorsOfItsCard) {
  expect_errors_of_card("data/lipon-mtp/lipon.almtp", {"lipon_pbe", "rattled", "active", "learned"});
}

}  // namespace
}  // namespace vitrion::train
