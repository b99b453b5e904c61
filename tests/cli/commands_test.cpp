// What every command promises: help with examples, exit code 2 with a remedy on bad input.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>
#include <string>
#include <vector>

#include "program.hpp"

namespace vitrion {
namespace {

std::vector<std::string> commands() {
  const std::string help = test::run_program("vitrion --help").output;
  std::vector<std::string> names;
  const std::string list = help.substr(std::min(help.size(), help.find("Subcommands:")));
  const std::regex line(R"(\n  ([a-z]+) )");
  for (std::sregex_iterator i(list.begin(), list.end(), line), end; i != end; ++i) names.push_back((*i)[1]);
  return names;
}

TEST(Commands, EachExplainsItselfWithAnExample) {
  const std::vector<std::string> names = commands();
  ASSERT_FALSE(names.empty());
  for (const std::string& name : names) {
    const test::Run help = test::run_program("vitrion " + name + " --help");
    EXPECT_EQ(help.exit_code, 0) << name;
    EXPECT_NE(help.output.find("vitrion " + name + " "), std::string::npos) << name << " --help shows no example";
  }
}

TEST(Commands, NoWordsAndHelpPrintTheHelp) {
  for (const char* command : {"vitrion", "vitrion help", "vitrion --help"}) {
    const auto help = test::run_program(command);
    EXPECT_EQ(help.exit_code, 0) << command;
    EXPECT_THAT(help.output, ::testing::HasSubstr("transport")) << command;
  }
  EXPECT_EQ(test::run_program("vitrion help transport").output, test::run_program("vitrion transport --help").output);
}

TEST(Commands, BadUsageExitsWithTwo) {
  const auto typo = test::run_program("vitrion transprt run.dump");
  EXPECT_EQ(typo.exit_code, 2);
  EXPECT_THAT(typo.output, ::testing::HasSubstr("did you mean transport?"));
  EXPECT_EQ(test::run_program("vitrion fly").exit_code, 2);
  for (const std::string& name : commands())
    EXPECT_EQ(test::run_program("vitrion " + name + " --no-such-flag").exit_code, 2) << name;
}

TEST(Commands, VersionIsPrinted) {
  const test::Run outcome = test::run_program("vitrion --version");
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(outcome.output, VITRION_VERSION "\n");
}

}  // namespace
}  // namespace vitrion
