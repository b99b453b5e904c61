// A trainer that does not live in src/: the catalogue, the options and the loop serve it as they serve the others.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "samples.hpp"
#include "support.hpp"
#include "vitrion/core/error.hpp"
#include "vitrion/core/file.hpp"
#include "vitrion/core/session.hpp"
#include "vitrion/io/frames.hpp"
#include "vitrion/potentials/catalogue.hpp"
#include "vitrion/potentials/zbl/zbl.hpp"
#include "vitrion/train/options.hpp"
#include "vitrion/train/run.hpp"
#include "vitrion/train/training_data.hpp"

namespace vitrion::train {
namespace {

using ::testing::HasSubstr;

// "Trains" a ZBL repulsion: halves a number as often as it is told; the stop signal, if any, comes at some step.
struct HalvingOptions final : KindOptions {
  int halvings = 3;
  std::unique_ptr<TrainingRun> begin(const TrainOptions&, const TrainingData& data, const Session&) const override;
};

StopSignal stop;
int stop_at = -1;

class Halving final : public TrainingRun {
 public:
  Halving(const HalvingOptions& options, const TrainingData& data)
      : o_(options), zbl_(potentials::ZblOptions{data.description.species, 0.7, 1.4}) {}

  Extent extent() const override { return {o_.halvings, "halvings"}; }
  std::string finished() const override { return done_ < o_.halvings ? "" : "halved enough"; }
  FitStep step(const Stopwatch&) override {
    if (done_ == stop_at) stop.request();
    value_ /= 2;
    ++done_;
    return {done_, std::to_string(value_), ""};
  }
  std::string next_step() const override { return "halving " + std::to_string(done_ + 1); }
  void save(Checkpoint& to) const override {
    to.counters["done"] = done_;
    to.numbers["value"] = {value_};
  }
  bool resume(const Checkpoint& from) override {
    value_ = from.numbers.at("value").at(0);
    from.counters.at("done").get_to(done_);
    return true;
  }
  void write(const TrainFiles& files) override { potentials::write_potential(files.potential, zbl_); }
  const potentials::Potential& written() const override { return zbl_; }
  std::vector<Labels> predict(const std::vector<Structure>& structures) const override {
    return train::predict(zbl_, structures);
  }
  std::string held_out() const override { return "test"; }
  CardOfPotential card(const TrainResult&) const override { return {"halving", {}, {}, {{"value", value_}}, {}}; }

 private:
  const HalvingOptions& o_;
  potentials::Zbl zbl_;
  double value_ = 1;
  int done_ = 0;
};

std::unique_ptr<TrainingRun> HalvingOptions::begin(const TrainOptions&, const TrainingData& data,
                                                   const Session&) const {
  return std::make_unique<Halving>(*this, data);
}

Trainer halving_trainer() {
  return {.kind = "halving",
          .steps = "halvings",
          .suffix = ".yaml",
          .log_header = "value",
          .limits = {"halvings"},
          .read =
              [](Config& potential, Config& optimizer, const TrainOptions&) {
                potential.number("width", 1);
                auto o = std::make_shared<HalvingOptions>();
                o->halvings = static_cast<int>(optimizer.integer("halvings", o->halvings));
                return o;
              },
          .check_optimizer = [](Config& optimizer) { optimizer.integer("halvings", 0); }};
}

// Keeps what the user is told.
struct Notes final : Log {
  std::string text;
  void say(const std::string& line) override { text += line + "\n"; }
  void status(const std::string&) override {}
  std::unique_ptr<ProgressDisplay> begin(const Work&) override { return nullptr; }
};

class OutsideTrainer : public ::testing::Test {
 protected:
  void SetUp() override {
    add_trainer(halving_trainer());
    folder_ = test::scratch_folder();
    std::vector<Structure> frames;
    for (std::uint64_t seed = 1; seed <= 10; ++seed)
      frames.push_back(test::random_structure(parse_species_list("Li,O"), 2, seed));
    io::write_frames(folder_ / "data.extxyz", frames);
    stop.clear();
    stop_at = -1;
  }

  TrainOptions options(const std::string& optimizer) const {
    Config config = Config::parse("potential: {type: halving}\ndata: {train: [" + (folder_ / "data.extxyz").string() +
                                      "]}\noptimizer: {" + optimizer +
                                      "}\ncheckpoint_seconds: 1000\noutput: " + (folder_ / "out.yaml").string() + "\n",
                                  "train.yaml");
    return read_train_options(config);
  }

  std::string refusal(const std::string& optimizer) const {
    try {
      options(optimizer);
      return "";
    } catch (const InputError& error) {
      return error.what();
    }
  }

  TrainResult train_until_stopped_or_done(const std::string& optimizer) {
    notes_.text.clear();
    return train(options(optimizer), Session(&stop, &notes_));
  }

  double trained_value() const {
    return nlohmann::json::parse(read_file(folder_ / "out.card.json"))["basis"]["value"].get<double>();
  }

  void stop_after(int steps, const std::string& optimizer) {
    stop_at = steps - 1;
    EXPECT_THROW(train_until_stopped_or_done(optimizer), Interrupted);
    stop_at = -1;
    stop.clear();
  }

  std::filesystem::path folder_;
  Notes notes_;
};

TEST_F(OutsideTrainer, IsTrainedByTheCommonLoop) {
  const TrainResult result = train_until_stopped_or_done("halvings: 4");
  EXPECT_EQ(result.log.size(), 4u);
  EXPECT_EQ(result.stopped_because, "halved enough");
  EXPECT_EQ(trained_value(), 1.0 / 16);
  EXPECT_EQ(read_file(folder_ / "out.training.csv"), "value\n0.500000\n0.250000\n0.125000\n0.062500\n");
  EXPECT_FALSE(std::filesystem::exists(folder_ / "out.checkpoint"));
}

TEST_F(OutsideTrainer, StoppedItGoesOnUnderOtherLimits) {
  stop_after(2, "halvings: 4");
  EXPECT_EQ(read_checkpoint(folder_ / "out.checkpoint").value().numbers.at("value"), std::vector<double>{0.25});
  const TrainResult result = train_until_stopped_or_done("halvings: 6");
  EXPECT_THAT(notes_.text, HasSubstr("Going on from halving 3"));
  EXPECT_EQ(result.log.size(), 6u);
  EXPECT_EQ(trained_value(), 1.0 / 64);
}

TEST_F(OutsideTrainer, OfOtherDataStartsAnewAndKeepsTheOldState) {
  stop_after(2, "halvings: 4");
  io::write_frames(folder_ / "data.extxyz",
                   std::vector<Structure>(6, test::random_structure(parse_species_list("Li,O"), 2, 50)));
  train_until_stopped_or_done("halvings: 4");
  EXPECT_THAT(notes_.text, HasSubstr("training starts anew"));
  EXPECT_EQ(trained_value(), 1.0 / 16);
  EXPECT_TRUE(std::filesystem::exists(folder_ / "out.checkpoint.old"));
}

TEST_F(OutsideTrainer, AStateWithoutItsPartsIsDamaged) {
  stop_after(2, "halvings: 4");
  Checkpoint saved = read_checkpoint(folder_ / "out.checkpoint").value();
  saved.numbers.clear();
  write_checkpoint(folder_ / "out.checkpoint", saved);
  EXPECT_THROW(train_until_stopped_or_done("halvings: 4"), InputError);
}

TEST_F(OutsideTrainer, AnEarlierFormOfCheckpointIsSetAside) {
  for (const char* name : {"out.checkpoint.json", "out.checkpoint.safetensors"}) {
    write_file_atomically(folder_ / name, "of an earlier version");
    train_until_stopped_or_done("halvings: 1");
    EXPECT_THAT(notes_.text, HasSubstr(std::string(name) + " was written by an earlier version"));
    EXPECT_EQ(read_file(folder_ / (std::string(name) + ".old")), "of an earlier version");
    EXPECT_FALSE(std::filesystem::exists(folder_ / name));
  }
}

TEST_F(OutsideTrainer, APotentialToGoOnFromThatChangedMakesAnotherRun) {
  TrainOptions o = options("halvings: 1");
  const dataset::Description data = read_training_data(o).description;
  o.start = (folder_ / "start.yaml").string();
  write_file_atomically(o.start, "one");
  const std::string before = run_fingerprint(o, data);
  EXPECT_EQ(run_fingerprint(o, data), before);
  write_file_atomically(o.start, "another");
  EXPECT_NE(run_fingerprint(o, data), before);
}

TEST_F(OutsideTrainer, ItsKeysAreCheckedAtTheirLines) {
  EXPECT_EQ(refusal("halvings: 3"), "");
  EXPECT_THAT(refusal("halvngs: 3"), HasSubstr("train.yaml:3"));
  EXPECT_THAT(refusal("max_epochs: 3"), HasSubstr("train.yaml:3"));
  // A section for each kind: the others' are read for their mistakes.
  EXPECT_EQ(refusal("halving: {halvings: 2}, mtp: {max_iterations: 5}, nequip: {max_epochs: 3}"), "");
  EXPECT_THAT(refusal("halving: {halvings: 2}, mtp: {max_epochs: 5}"), HasSubstr("max_epochs"));
  EXPECT_THAT(refusal("halving: {halvings: 2}, nequip: {batch_size: 0}"), HasSubstr("batch_size"));
}

TEST_F(OutsideTrainer, HasAUsualOutput) {
  Config config = Config::parse("potential: {type: halving}", "train.yaml");
  EXPECT_EQ(usual_output(config), "potential.yaml");
  Config of_none = Config::parse("seed: 1", "train.yaml");
  EXPECT_EQ(usual_output(of_none), "potential.almtp");
}

}  // namespace
}  // namespace vitrion::train
