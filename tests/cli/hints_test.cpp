// What the program and its docs tell people to type exists: every flag in an error, an example and a page is a flag of
// the very command beside which it stands.
#include <map>
#include <regex>
#include <set>

#include "cli/files.hpp"
#include "vitrion/core/text.hpp"

namespace vitrion::test {
namespace {

using ::testing::HasSubstr;

/// What `vitrion COMMAND --help` prints; asked once.
const std::string& help_of(const std::string& command) {
  static std::map<std::string, std::string> known;
  const auto [at, is_new] = known.try_emplace(command);
  if (is_new) at->second = run_program("vitrion " + command + " --help").output;
  return at->second;
}

/// "select grade" of the words behind `vitrion`: a part of a command counts where its help lists it.
std::string command_of(const std::vector<std::string>& words) {
  if (words.empty()) return "";
  std::string command = words[0];
  const std::string& help = help_of(command);
  const std::size_t list = help.find("Subcommands:");
  if (words.size() > 1 && list != std::string::npos && help.find("\n  " + words[1] + " ", list) != std::string::npos)
    command += " " + words[1];
  return command;
}

std::vector<std::string> flags_in(const std::string& text) {
  static const std::regex flag("(^|[^-a-zA-Z0-9])(--[a-z][a-z-]*[a-z])");
  std::vector<std::string> flags;
  for (std::sregex_iterator i(text.begin(), text.end(), flag), end; i != end; ++i) flags.push_back((*i)[2]);
  return flags;
}

bool has(const std::string& command, const std::string& flag) {
  return std::regex_search(help_of(command), std::regex(flag + "([^a-z-]|$)"));
}

/// Flags of command lines of ours in `text` that their command has not: "transport --frame" and the like.
std::set<std::string> missing_flags(std::string text) {
  text = std::regex_replace(text, std::regex("\\\\\\n *"), " ");  // lines that go on
  static const std::regex line("(^|[^-/a-zA-Z0-9_.])vitrion ([a-z]+[^\\n;|&`]*)");
  std::set<std::string> missing;
  for (std::sregex_iterator i(text.begin(), text.end(), line), end; i != end; ++i) {
    const std::string rest = (*i)[2];
    std::vector<std::string> words;
    for (const std::string_view word : split_words(rest)) words.emplace_back(word);
    words[0] = words[0].substr(0, words[0].find_first_not_of("abcdefghijklmnopqrstuvwxyz"));  // "(vitrion train)"
    // What submit and lammps are handed on has flags of its own; other words are of a sentence.
    if (words[0] == "submit" || words[0] == "lammps" || help_of(words[0]).find("Usage") == std::string::npos) continue;
    const std::string command = command_of(words);
    for (const std::string& flag : flags_in(rest))
      if (!has(command, flag)) missing.insert(command + " " + flag);
  }
  return missing;
}

TEST(Hints, ExamplesOfEveryHelpUseFlagsOfTheirCommand) {
  static const std::regex name("\n  ([a-z]+) ");
  const std::string& all = help_of("");
  const std::string list = all.substr(all.find("Subcommands:"));
  std::size_t n = 0;
  for (std::sregex_iterator i(list.begin(), list.end(), name), end; i != end; ++i, ++n)
    EXPECT_EQ(missing_flags(help_of((*i)[1])), std::set<std::string>()) << (*i)[1];
  EXPECT_GT(n, 15u);
  EXPECT_EQ(missing_flags("vitrion info run.dump --no-such-flag"), std::set<std::string>{"info --no-such-flag"});
}

TEST(Hints, PagesUseFlagsOfTheirCommand) {
  std::vector<std::filesystem::path> pages{source("README.md")};
  for (const auto& entry : std::filesystem::directory_iterator(source("docs")))
    if (entry.path().extension() == ".md") pages.push_back(entry.path());
  EXPECT_GT(pages.size(), 10u);
  for (const std::filesystem::path& page : pages)
    EXPECT_EQ(missing_flags(read_file(page)), std::set<std::string>()) << page;
}

// A dump without elements, met by commands that take --species, by some that take it under another name, and by some
// that read it by their settings.
TEST(Hints, ErrorsNameFlagsOfTheCommandThatWasCalled) {
  const Workplace here;
  here.write("types.dump",
             "ITEM: TIMESTEP\n0\nITEM: NUMBER OF ATOMS\n2\nITEM: BOX BOUNDS pp pp pp\n0 4\n0 4\n0 4\n"
             "ITEM: ATOMS id type x y z\n1 1 0 0 0\n2 2 1 1 1\n");
  here.write("zbl.yaml", "kind: zbl\nspecies: [O]\ninner: 1.0\nouter: 3.0\n");
  here.write("md.yaml",
             "potential: zbl.yaml\nstructure: types.dump\noutput: run\nstages:\n"
             "  - {ensemble: nvt, temperature_K: 900, duration_ps: 0.01, timestep_fs: 1}\n");
  for (const std::string call :
       {"structure types.dump", "transport types.dump --ion Li", "evaluate zbl.yaml types.dump --output p.extxyz",
        "bench zbl.yaml types.dump", "build displace types.dump --output x.extxyz", "label add queue types.dump",
        "dataset split types.dump --validation 0.5 --output parts", "md md.yaml",
        "convert types.dump POSCAR --frames 7", "info types.dump --frames 1:2:0"}) {
    const auto run = here.run("vitrion " + call);
    if (run.exit_code == 0) continue;
    EXPECT_EQ(run.exit_code, 2) << call << "\n" << run.output;
    std::vector<std::string> words;
    for (const std::string_view word : split_words(call)) words.emplace_back(word);
    const std::string command = command_of(words);
    EXPECT_EQ(missing_flags(run.output), std::set<std::string>()) << run.output;
    for (const std::string& flag : flags_in(run.output))
      EXPECT_TRUE(has(command, flag) ||
                  run.output.find("has no " + flag + ": write the file anew") != std::string::npos)
          << command << " has no " << flag << ", but says\n"
          << run.output;
  }
  EXPECT_THAT(
      here.run("vitrion md md.yaml").output,
      HasSubstr("`vitrion md` has no --species: write the file anew with `vitrion convert IN OUT.extxyz --species"));
}

}  // namespace
}  // namespace vitrion::test
