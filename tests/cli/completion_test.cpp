// vitrion completion: what it writes is what the shells and man make something of.
#include <gmock/gmock.h>

#include "program.hpp"

namespace vitrion::test {

using testing::HasSubstr;
using testing::Not;

namespace {

/// What bash offers for the words typed so far, the last of which is being typed.
std::string offered(const std::string& words, int position) {
  return run_program("bash -c '. <($VITRION_PROGRAM completion bash); COMP_WORDS=(" + words +
                     "); COMP_CWORD=" + std::to_string(position) + "; _vitrion; echo \"${COMPREPLY[@]}\"'")
      .output;
}

}  // namespace

TEST(Completion, BashOffersCommandsAndTheirOptions) {
  EXPECT_EQ(offered("vitrion transp", 1), "transport\n");
  EXPECT_THAT(offered("vitrion transport --", 2), HasSubstr("--temperature"));
  EXPECT_THAT(offered("vitrion transport run.dump --", 3), HasSubstr("--temperature"));
  EXPECT_EQ(offered("vitrion completion z", 2), "zsh\n");
  EXPECT_THAT(offered("vitrion completion --", 2), Not(HasSubstr("--temperature")));
}

TEST(Completion, EveryCommandOfTheHelpIsInTheManPageAndForEveryShell) {
  const std::string commands = "vitrion --help | sed -n '/^Subcommands/,/^$/s/^  \\([a-z]*\\) .*/\\1/p'";
  EXPECT_THAT(run_program(commands).output, HasSubstr("transport\n"));
  for (const std::string kind : {"bash", "zsh", "fish", "man"}) {
    const auto missing = run_program("all=$(vitrion completion " + kind + "); for c in $(" + commands +
                                     "); do case \"$all\" in *\"$c\"*) ;; *) echo $c ;; esac; done");
    EXPECT_EQ(missing.output, "") << kind;
  }
}

TEST(Completion, AnUnknownShellIsRefused) {
  EXPECT_EQ(run_program("vitrion completion tcsh").exit_code, 2);
}

}  // namespace vitrion::test
