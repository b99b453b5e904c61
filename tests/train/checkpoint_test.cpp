// Checkpoints: every number comes back, and a file that is not as it was written is refused.
#include "vitrion/train/checkpoint.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "support.hpp"
#include "vitrion/core/error.hpp"
#include "vitrion/core/file.hpp"

namespace vitrion::train {
namespace {

using ::testing::HasSubstr;

class CheckpointFile : public ::testing::Test {
 protected:
  void SetUp() override {
    file_ = test::scratch_folder() / "lipon.checkpoint";
    written_.kind = "nequip";
    written_.fingerprint = "0123abcd";
    written_.counters = {{"epoch", 7}, {"best_loss", 0.1}, {"finished", ""}};
    written_.numbers = {{"parameters", {0.1, -0.0, 1e-310, 1.0 / 3, std::numeric_limits<double>::max()}}, {"best", {}}};
    written_.log = {"1,0.5", "2,0.25"};
    written_.seconds = 4.5;
    write_checkpoint(file_, written_);
  }

  std::string refusal() const {
    try {
      read_checkpoint(file_);
      return "";
    } catch (const InputError& error) {
      return std::string(error.what()) + " " + error.remedy();
    }
  }

  std::filesystem::path file_;
  Checkpoint written_;
};

TEST_F(CheckpointFile, GivesBackWhatWasWritten) {
  const Checkpoint read = read_checkpoint(file_).value();
  EXPECT_EQ(read.kind, written_.kind);
  EXPECT_EQ(read.fingerprint, written_.fingerprint);
  EXPECT_EQ(read.counters, written_.counters);
  EXPECT_EQ(read.numbers, written_.numbers);
  EXPECT_TRUE(std::signbit(read.numbers.at("parameters")[1]));
  EXPECT_EQ(read.log, written_.log);
  EXPECT_EQ(read.seconds, written_.seconds);
  EXPECT_FALSE(read_checkpoint(file_.parent_path() / "none.checkpoint"));
}

TEST_F(CheckpointFile, IsRefusedWhateverByteOfItChanged) {
  const std::string whole = read_file(file_);
  const std::size_t version = std::string("vitrion-checkpoint ").size();
  for (std::size_t at = 0; at < whole.size(); ++at) {
    if (at == version) continue;  // then it is of another version
    std::string bytes = whole;
    bytes[at] = static_cast<char>(bytes[at] ^ 4);
    write_file_atomically(file_, bytes);
    EXPECT_NE(refusal(), "") << "byte " << at;
  }
}

TEST_F(CheckpointFile, IsRefusedWhereverItWasCut) {
  const std::string whole = read_file(file_);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    write_file_atomically(file_, whole.substr(0, size));
    EXPECT_THAT(refusal(), HasSubstr("damaged")) << size << " bytes";
  }
  EXPECT_THAT(refusal(), HasSubstr("Delete it"));
}

TEST_F(CheckpointFile, OfSomethingElseIsNoCheckpoint) {
  write_file_atomically(file_, "{\"theta\": [1, 2]}");
  EXPECT_THAT(refusal(), HasSubstr("is no checkpoint"));
  EXPECT_THAT(refusal(), HasSubstr("output"));
}

TEST_F(CheckpointFile, OfAnotherVersionBelongsToNoRun) {
  std::string bytes = read_file(file_);
  bytes.replace(0, bytes.find(' ') + 2, "vitrion-checkpoint 2");
  write_file_atomically(file_, bytes);
  EXPECT_EQ(read_checkpoint(file_).value().kind, "");
}

}  // namespace
}  // namespace vitrion::train
