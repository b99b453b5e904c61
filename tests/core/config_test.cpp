// Strict YAML: types, overrides, unknown keys with the nearest valid one.
#include "vitrion/core/config.hpp"

#include <gtest/gtest.h>

namespace vitrion {
namespace {

std::string message_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const InputError& e) {
    return e.what();
  }
  return "no error";
}

TEST(Config, ReadsTypedValues) {
  Config config = Config::parse("r_max: 5.0\nlevel: 16\nname: glass\nweights: [1, 2.5]\nloss: {energy: 1e-3}\n");
  EXPECT_DOUBLE_EQ(config.number("r_max"), 5.0);
  EXPECT_EQ(config.integer("level"), 16);
  EXPECT_EQ(config.text("name"), "glass");
  EXPECT_EQ(config.numbers("weights"), (std::vector<double>{1, 2.5}));
  EXPECT_DOUBLE_EQ(config.section("loss").number("energy"), 1e-3);
  EXPECT_DOUBLE_EQ(config.number("absent", 7), 7);
  config.finish();
}

TEST(Config, NamesTheNearestKeyAndTheLineOfAnUnknownOne) {
  Config config = Config::parse("r_max: 5.0\nlevle: 16\n", "train.yaml");
  config.number("r_max");
  config.integer("level", 8);
  const std::string message = message_of([&] { config.finish(); });
  EXPECT_NE(message.find("train.yaml:2: unknown key \"levle\""), std::string::npos) << message;
  EXPECT_NE(message.find("\"level\""), std::string::npos) << message;
}

TEST(Config, ChecksSectionsToo) {
  Config config = Config::parse("loss:\n  energy_wieght: 1\n", "t.yaml");
  Config loss = config.section("loss");
  loss.number("energy_weight", 1);
  EXPECT_NE(message_of([&] { config.finish(); }).find("t.yaml:2: unknown key \"loss.energy_wieght\""),
            std::string::npos);
}

TEST(Config, RefusesWrongTypes) {
  Config config = Config::parse("level: many\nr_max: .nan\nlist: {a: 1}\n");
  EXPECT_THROW(config.integer("level"), InputError);
  EXPECT_THROW(config.number("r_max"), InputError);
  EXPECT_THROW(config.numbers("list"), InputError);
  EXPECT_THROW(config.number("missing"), InputError);
  EXPECT_THROW(Config::parse("a: [1, 2"), InputError);
  EXPECT_THROW(Config::parse("- 1\n"), InputError);
}

TEST(Config, OverridesReachItemsOfLists) {
  const std::string text =
      "stages:\n  - {name: a, temperature_K: 900}\n  - {name: b, temperature_K: 600}\nlist: [1, 2]\n";
  Config config = Config::parse(text, "md.yaml", {"stages.0.temperature_K=300", "stages.1.ramp.to=5", "list.1=7"});
  std::vector<Config> stages = config.sections("stages");
  ASSERT_EQ(stages.size(), 2u);
  EXPECT_EQ(stages[0].number("temperature_K"), 300);
  EXPECT_EQ(stages[0].text("name"), "a");
  EXPECT_EQ(stages[1].number("temperature_K"), 600);
  EXPECT_EQ(stages[1].section("ramp").number("to"), 5);
  EXPECT_EQ(config.numbers("list"), (std::vector<double>{1, 7}));
  for (const char* override :
       {"stages.2.temperature_K=1", "stages.temperature_K=1", "stages.-1.name=x", "list.two=1"}) {
    try {
      Config::parse(text, "md.yaml", {override});
      FAIL() << override;
    } catch (const InputError& e) {
      EXPECT_NE(std::string(e.what()).find("names no item of the list, which has 2"), std::string::npos) << e.what();
      EXPECT_NE(std::string(e.what()).find("stages.0.temperature_K=300"), std::string::npos) << e.what();
    }
  }
}

}  // namespace
}  // namespace vitrion
