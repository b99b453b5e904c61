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

TEST(Config, WholeNumbersAreNeverAnotherNumber) {
  Config config =
      Config::parse("a: 4294967300\nb: -1\nc: 9223372036854775808\nd: 010\ne: 0x10\nf: 1e3\ng: 2147483647\n", "t.yaml");
  EXPECT_EQ(config.integer("a"), 4294967300);
  EXPECT_NE(message_of([&] { config.integer<int>("a"); })
                .find("t.yaml:1: \"a\" must be a whole number from -2147483648 "
                      "to 2147483647, not \"4294967300\""),
            std::string::npos)
      << message_of([&] { config.integer<int>("a"); });
  EXPECT_NE(message_of([&] { config.integer<std::uint64_t>("b"); }).find("t.yaml:2"), std::string::npos);
  EXPECT_NE(message_of([&] { config.integer("c"); }).find("t.yaml:3"), std::string::npos);
  EXPECT_EQ(config.integer("d"), 10);  // and not 8
  EXPECT_NE(message_of([&] { config.integer("e"); }).find("t.yaml:5"), std::string::npos);
  EXPECT_NE(message_of([&] { config.integer("f"); }).find("t.yaml:6"), std::string::npos);
  EXPECT_EQ(config.integer<int>("g"), 2147483647);
  EXPECT_EQ(config.integer<std::size_t>("absent", 3), 3u);
}

TEST(Config, TextIsUtf8AndSettingsAreOneLine) {
  EXPECT_NE(message_of([] {
              Config::parse("a: 1\ntitle: caf\xe9 x\n", "t.yaml");
            }).find("t.yaml:2: the text is not UTF-8: byte 0xe9"),
            std::string::npos);
  Config config = Config::parse(
      "title: >\n  a\n  b\nname: \"a\\nb\"\nfile: \"a\\nb\"\nnote: |\n  a\n  b\nnul: \"a\\0b\"\n", "/x/t.yaml");
  EXPECT_EQ(config.text("title"), "a b");
  EXPECT_NE(message_of([&] { config.text("name"); }).find("/x/t.yaml:4: \"name\" must be one line"), std::string::npos);
  EXPECT_NE(message_of([&] { config.texts("name"); }).find("must be one line"), std::string::npos);
  EXPECT_EQ(config.path("file"), "/x/a\nb");  // a file may be called so
  EXPECT_EQ(config.paragraph("note"), "a\nb\n");
  EXPECT_NE(message_of([&] { config.path("nul"); }), "no error");
}

TEST(Config, RefusesWhatCannotBeWalked) {
  EXPECT_NE(
      message_of([] { Config::parse("a: 1\nb: 2\na: 3\n", "t.yaml"); }).find("t.yaml:3: the key \"a\" stands twice"),
      std::string::npos);
  EXPECT_NE(message_of([] { Config::parse("a: 1\n? [b]\n: 2\n", "t.yaml"); }).find("t.yaml:2"), std::string::npos);
  EXPECT_NE(message_of([] { Config::parse("a: &x [*x]\n"); }), "no error");
  EXPECT_NE(message_of([] { Config::parse("a: " + std::string(200, '[') + std::string(200, ']') + "\n"); }),
            "no error");
  EXPECT_NE(message_of([] { Config::parse("a: " + std::string(100000, '[') + "\n"); }), "no error");
  std::string tower = "a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n";
  for (int k = 1; k < 10; ++k) {
    tower += "a" + std::to_string(k) + ": &a" + std::to_string(k) + " [";
    for (int n = 0; n < 10; ++n) tower += (n > 0 ? ", *a" : "*a") + std::to_string(k - 1);
    tower += "]\n";
  }
  EXPECT_NE(message_of([&] { Config::parse(tower); }).find("values"), std::string::npos);
}

TEST(Config, PartsAreReadForTheirFormOnly) {
  Config config = Config::parse("melt: 5\nquench: {anything: 1}\nstages: [5]\nmore: {a: 1}\n", "t.yaml");
  EXPECT_NE(message_of([&] { config.part("melt"); }).find("t.yaml:1: \"melt\" must hold keys and values"),
            std::string::npos);
  EXPECT_EQ(config.part("quench").integer("anything"), 1);
  EXPECT_NE(message_of([&] { config.parts("stages"); }).find("t.yaml:3"), std::string::npos);
  EXPECT_NE(message_of([&] { config.parts("more"); }).find("t.yaml:4: \"more\" must be a list"), std::string::npos);
  EXPECT_TRUE(config.part("absent").keys().empty());
}

}  // namespace
}  // namespace vitrion
