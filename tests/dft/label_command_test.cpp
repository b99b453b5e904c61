// `vitrion label` from outside.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "dft/samples.hpp"
#include "program.hpp"
#include "vitrion/core/file.hpp"
#include "vitrion/io/frames.hpp"

namespace vitrion::dft {
namespace {

using namespace test;
using ::testing::HasSubstr;

using vitrion::test::run_program;

/// A folder with two structures and settings that name `program`.
std::string folder_with(const std::string& program) {
  const auto folder = scratch_folder();
  io::write_frames(folder / "data.extxyz", {lithium_hydride(0), lithium_hydride(1)});
  write_file_atomically(folder / "settings.yaml", "command: \"" + program + "\"\n");
  return "cd '" + folder.string() + "' && ";
}

TEST(LabelCommand, LabelsShowsAndExports) {
  const std::string in = folder_with(source("tests/dft/fake_cp2k.sh").string());
  const vitrion::test::Run first =
      run_program(in + "vitrion label data.extxyz --settings settings.yaml --output out.extxyz --json a.json");
  EXPECT_EQ(first.exit_code, 0) << first.output;
  EXPECT_THAT(first.output, HasSubstr("2 structures: 2 new in the queue"));
  const vitrion::test::Run again = run_program(in + "vitrion label data.extxyz --settings settings.yaml && cat a.json");
  EXPECT_THAT(again.output, HasSubstr("0 new in the queue, 2 were there"));
  EXPECT_THAT(again.output, HasSubstr("0 labels computed"));
  const auto json = nlohmann::json::parse(again.output.substr(again.output.find("\n{") + 1));
  EXPECT_EQ(json["counts"]["done"], 2);
  EXPECT_EQ(json["jobs"][1]["composition"], "Li1 H1");
  const vitrion::test::Run exported =
      run_program(in + "vitrion label export labels again.extxyz && cmp out.extxyz again.extxyz");
  EXPECT_EQ(exported.exit_code, 0) << exported.output;
  EXPECT_THAT(run_program(in + "vitrion label status labels").output, HasSubstr("done           2"));
}

TEST(LabelCommand, WithoutCp2kItSaysHowToInstallIt) {
  const std::string in = folder_with("no-such-cp2k");
  const vitrion::test::Run run = run_program(in + "vitrion label data.extxyz --settings settings.yaml");
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_THAT(run.output, HasSubstr("apt-get install cp2k"));
}

TEST(LabelCommand, RefusesWhatMakesNoSense) {
  const std::string in = folder_with("no-such-cp2k");
  EXPECT_EQ(run_program(in + "vitrion label").exit_code, 2);
  EXPECT_EQ(run_program(in + "vitrion label status nowhere").exit_code, 2);
  EXPECT_EQ(run_program(in + "ls nowhere").exit_code, 2);  // and made no folder
  const vitrion::test::Run run =
      run_program(in + "echo 'cutof_Ry: 300' > bad.yaml; vitrion label data.extxyz --settings bad.yaml");
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_THAT(run.output, HasSubstr("bad.yaml:1: unknown key"));
}

TEST(LabelCommand, SetWorksWithoutASettingsFile) {
  const std::string in = folder_with("no-such-cp2k");
  const auto add = [&](const std::string& flags) {
    return run_program(in + "vitrion label add labels data.extxyz" + flags);
  };
  EXPECT_THAT(add("").output, HasSubstr("2 new in the queue"));
  // Another cutoff is another calculation; the default's own value is the same one.
  EXPECT_THAT(add(" --set cutoff_Ry=450").output, HasSubstr("2 new in the queue"));
  EXPECT_THAT(add(" --set engine=cp2k").output, HasSubstr("0 new in the queue"));
  const vitrion::test::Run typo = add(" --set cutof_Ry=450");
  EXPECT_EQ(typo.exit_code, 2);
  EXPECT_THAT(typo.output, HasSubstr("(--set)"));
  EXPECT_THAT(typo.output, HasSubstr("Did you mean \"cutoff_Ry\"?"));
}

TEST(LabelCommand, CancelNamesWhatItEndsBeforeAndAfter) {
  const std::string in = folder_with(source("tests/dft/fake_cp2k.sh").string());
  const vitrion::test::Run run =
      run_program(in +
                  "export FAKE_SECONDS=60; vitrion label add labels data.extxyz --settings settings.yaml; "
                  "$VITRION_PROGRAM label run labels > run.out 2>&1 & "
                  "until vitrion label status labels | grep -q running; do sleep 0.05; done; "
                  "vitrion label cancel labels; wait $!; vitrion label status labels; vitrion label cancel labels");
  EXPECT_THAT(run.output,
              HasSubstr("running, and to be ended: 1\npending, and to be taken out: 2\n2 jobs cancelled; "));
  EXPECT_THAT(run.output, HasSubstr("vitrion label retry labels"));
  EXPECT_THAT(run.output, HasSubstr("cancelled      2"));
  EXPECT_THAT(run.output, HasSubstr("\n0 jobs cancelled\n"));
}

TEST(LabelCommand, StoppedItGivesItsJobsBack) {
  const std::string in = folder_with(source("tests/dft/fake_cp2k.sh").string());
  const vitrion::test::Run run =
      run_program(in +
                  "export FAKE_SECONDS=60; vitrion label add labels data.extxyz --settings settings.yaml; "
                  "$VITRION_PROGRAM label run labels & "
                  "until vitrion label status labels | grep -q running; do sleep 0.05; done; "
                  "kill -TERM $!; wait $!; echo code $?; vitrion label status labels; "
                  "vitrion label cancel labels 2; vitrion label status labels");
  EXPECT_THAT(run.output, HasSubstr("stopped on request"));
  EXPECT_THAT(run.output, HasSubstr("code 1"));
  EXPECT_THAT(run.output, HasSubstr("pending        2"));
  EXPECT_THAT(run.output, HasSubstr("cancelled      1"));
}

}  // namespace
}  // namespace vitrion::dft
