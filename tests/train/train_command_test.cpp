// vitrion train as a user runs it: results, refusals, and going on after being killed.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "program.hpp"
#include "samples.hpp"
#include "support.hpp"
#include "vitrion/core/file.hpp"
#include "vitrion/io/frames.hpp"
#include "vitrion/potentials/catalogue.hpp"
#include "vitrion/potentials/mtp/mtp_potential.hpp"

namespace vitrion {
namespace {

using ::testing::HasSubstr;

// A folder with data of a known potential and a configuration that trains on them.
class TrainCommand : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = test::scratch_folder();
    const std::vector<Species> species = parse_species_list("Li,O");
    potentials::mtp::MtpParameters truth = potentials::mtp::untrained_mtp(8, species, 1.3, 4.0);
    test::randomise(truth, 2);
    potentials::mtp::MtpPotential potential(truth);
    std::vector<Structure> frames;
    for (std::uint64_t seed = 1; seed <= 40; ++seed) {
      Structure s = test::random_structure(species, 2, seed);
      s.labels = evaluate(potential, s);
      s.labels.energy_kind = EnergyKind::unspecified;
      s.labels.atomic_energies.clear();
      s.info["traj"] = "md" + std::to_string(seed / 3);
      s.info["config_type"] = seed % 2 == 0 ? "even" : "odd";
      frames.push_back(std::move(s));
    }
    io::write_frames(folder_ / "data.extxyz", frames);
    write_file_atomically(folder_ / "train.yaml", R"(
potential: {type: mtp, level: 8, r_max: 4.0}
data: {train: [data.extxyz], group_key: traj, validation_fraction: 0.1, test_fraction: 0.15, subset_key: config_type}
optimizer: {max_iterations: 12, ridge: 1.0e-10}
checkpoint_seconds: 0
output: fitted.mtp
)");
  }

  test::Run train(const std::string& arguments = "") const {
    return test::run_program("cd " + folder_.string() + " && vitrion train train.yaml " + arguments);
  }
  std::string potential(const std::string& name) const { return read_file(folder_ / name); }

  // Starts a run in the background and ends it with a signal once a few iterations are saved.
  void end_early(int signal) const {
    const pid_t child = fork();
    if (child == 0) {
      if (chdir(folder_.c_str()) != 0) _exit(127);
      const int quiet = ::open("/dev/null", 1);
      dup2(quiet, 1);
      dup2(quiet, 2);
      execl(test::program().c_str(), "vitrion", "train", "train.yaml", "output=ended.mtp", "optimizer.starts=2",
            nullptr);
      _exit(127);
    }
    const auto log = folder_ / "ended.training.csv";
    for (int tries = 0; tries < 6000; ++tries) {
      std::ifstream in(log);
      if (std::count(std::istreambuf_iterator<char>(in), {}, '\n') > 5) break;
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    kill(child, signal);
    int status = 0;
    waitpid(child, &status, 0);
  }

  std::filesystem::path folder_;
};

TEST_F(TrainCommand, WritesAPotentialItsErrorsAndItsCard) {
  // After 12 iterations the error still depends on how a compiler ordered the random numbers of the data.
  const test::Run run = train("optimizer.max_iterations=25 --json result.json --plots plots");
  ASSERT_EQ(run.exit_code, 0) << run.output;
  const auto result = nlohmann::json::parse(read_file(folder_ / "result.json"));
  const auto card = nlohmann::json::parse(read_file(folder_ / "fitted.card.json"));
  const double force_rms = card["training_data"]["force_rms_eV_per_A"].get<double>();
  EXPECT_LT(result["test"]["force"]["rmse_eV_per_A"].get<double>(), 0.3 * force_rms);
  EXPECT_EQ(card["species"], nlohmann::json({"Li", "O"}));
  EXPECT_EQ(card["split"]["n_train"].get<int>() + card["split"]["n_validation"].get<int>() +
                card["split"]["n_test"].get<int>(),
            40);
  EXPECT_EQ(card["training_data"]["hash"].get<std::string>().size(), 32u);
  double shortest = 1e9;
  for (const auto& distance : card["training_data"]["min_distance_A"])
    shortest = std::min(shortest, distance.get<double>());
  EXPECT_NEAR(card["basis"]["min_dist_A"].get<double>(), 0.99 * shortest, 1e-12);
  EXPECT_TRUE(std::filesystem::exists(folder_ / "plots/parity-force.svg"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "fitted.checkpoint"));
  EXPECT_EQ(potentials::load_potential(folder_ / "fitted.mtp")->species(), parse_species_list("Li,O"));
}

// One run of 30 frames, split frame by frame, whose forces have the wrong sign; then a level for which it is too short.
TEST_F(TrainCommand, WarnsOfWrongSignsTornRunsAndTooFewData) {
  const std::vector<Species> species = parse_species_list("Li,O");
  potentials::mtp::MtpParameters truth = potentials::mtp::untrained_mtp(8, species, 1.3, 4.0);
  test::randomise(truth, 2);
  potentials::mtp::MtpPotential potential(truth);
  Structure s = test::random_structure(species, 2, 1);
  std::vector<Structure> frames;
  for (int t = 0; t < 30; ++t) {
    for (Eigen::Index i = 0; i < s.positions.rows(); ++i)
      for (Eigen::Index k = 0; k < 3; ++k)
        s.positions(i, k) += 0.02 * std::sin(0.4 * t + 1.3 * static_cast<double>(3 * i + k));
    s.labels = evaluate(potential, s);
    s.labels.energy_kind = EnergyKind::unspecified;
    s.labels.atomic_energies.clear();
    frames.push_back(s);
    frames.back().labels.forces *= -1;
  }
  io::write_frames(folder_ / "run.extxyz", frames);
  write_file_atomically(folder_ / "run.yaml", R"(
potential: {type: mtp, level: 8, r_max: 4.0}
data: {train: [run.extxyz], validation_fraction: 0.2}
optimizer: {max_iterations: 1}
output: run.mtp
)");
  const auto warnings = [&](const std::string& flags) {
    const test::Run run =
        test::run_program("cd " + folder_.string() + " && vitrion train run.yaml --json run.json " + flags);
    EXPECT_EQ(run.exit_code, 0) << run.output;
    EXPECT_THAT(run.output, HasSubstr("The validation set is torn from the runs of the training set"));
    return nlohmann::json::parse(read_file(folder_ / "run.json")).at("warnings").dump();
  };
  const std::string found = warnings("");
  EXPECT_THAT(found, HasSubstr("6 of 6 validation frames come right before or after a training frame of the same run"));
  EXPECT_THAT(found, HasSubstr("data.group_key"));
  EXPECT_THAT(found, HasSubstr("times what energies say (from frame to frame"));
  EXPECT_THAT(found, ::testing::Not(HasSubstr("Too few data")));
  std::vector<Structure> short_run(frames.begin(), frames.begin() + 6);
  io::write_frames(folder_ / "run.extxyz", short_run);
  EXPECT_THAT(warnings("potential.level=20"), HasSubstr("Too few data for this level: 5 training frames give "));
}

TEST_F(TrainCommand, WritesTheActiveSetIntoAlmtp) {
  const test::Run run = train("output=graded.almtp optimizer.max_iterations=3");
  ASSERT_EQ(run.exit_code, 0) << run.output;
  const auto graded = potentials::load_potential(folder_ / "graded.almtp");
  EXPECT_TRUE(graded->has_grades());
  train("output=plain.mtp optimizer.max_iterations=3");
  const auto plain = potentials::load_potential(folder_ / "plain.mtp");
  EXPECT_FALSE(plain->has_grades());
  // The active set changes nothing else.
  const std::string with = potential("graded.almtp"), without = potential("plain.mtp");
  EXPECT_EQ(with.substr(0, with.find("#MVS")), without);
}

TEST_F(TrainCommand, KilledGoesOnToTheSamePotential) {
  ASSERT_EQ(train("optimizer.starts=2").exit_code, 0);
  end_early(SIGKILL);
  ASSERT_TRUE(std::filesystem::exists(folder_ / "ended.checkpoint"));
  const test::Run run = train("output=ended.mtp optimizer.starts=2 --threads 1");
  ASSERT_EQ(run.exit_code, 0) << run.output;
  EXPECT_THAT(run.output, HasSubstr("Going on from iteration"));
  EXPECT_EQ(potential("ended.mtp"), potential("fitted.mtp"));
}

// Limits say when to end: what was done before stays done.
TEST_F(TrainCommand, GoesOnUnderHigherLimitsToTheSamePotential) {
  ASSERT_EQ(train("optimizer.starts=2 optimizer.max_iterations=20 output=straight.mtp").exit_code, 0);
  end_early(SIGTERM);
  ASSERT_TRUE(std::filesystem::exists(folder_ / "ended.checkpoint"));
  const test::Run run = train("output=ended.mtp optimizer.starts=2 optimizer.max_iterations=20");
  ASSERT_EQ(run.exit_code, 0) << run.output;
  EXPECT_THAT(run.output, HasSubstr("Going on from iteration"));
  EXPECT_EQ(potential("ended.mtp"), potential("straight.mtp"));
}

TEST_F(TrainCommand, SaysThatItStartsAnewAndKeepsTheOldState) {
  end_early(SIGTERM);
  const std::string old = read_file(folder_ / "ended.checkpoint");
  const test::Run run = train("output=ended.mtp optimizer.ridge=1e-6");
  ASSERT_EQ(run.exit_code, 0) << run.output;
  EXPECT_THAT(run.output, HasSubstr("training starts anew"));
  EXPECT_EQ(read_file(folder_ / "ended.checkpoint.old"), old);
}

TEST_F(TrainCommand, ADamagedCheckpointIsRefusedWithItsRemedy) {
  end_early(SIGTERM);
  std::string bytes = read_file(folder_ / "ended.checkpoint");
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  write_file_atomically(folder_ / "ended.checkpoint", bytes);
  const test::Run run = train("output=ended.mtp optimizer.starts=2");
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_THAT(run.output, HasSubstr("ended.checkpoint: the checkpoint is damaged"));
  EXPECT_THAT(run.output, HasSubstr("Delete it"));
  EXPECT_EQ(read_file(folder_ / "ended.checkpoint"), bytes);
}

TEST_F(TrainCommand, AskedToStopItSavesAndGoesOn) {
  ASSERT_EQ(train("optimizer.starts=2").exit_code, 0);
  end_early(SIGTERM);
  ASSERT_TRUE(std::filesystem::exists(folder_ / "ended.checkpoint"));
  ASSERT_FALSE(std::filesystem::exists(folder_ / "ended.mtp"));
  ASSERT_EQ(train("output=ended.mtp optimizer.starts=2").exit_code, 0);
  EXPECT_EQ(potential("ended.mtp"), potential("fitted.mtp"));
}

// Kept is what one of the single fits gives, and no single fit has a lower validation loss.
TEST_F(TrainCommand, OfSeveralStartsTheBestIsKept) {
  ASSERT_EQ(train("output=best.mtp optimizer.starts=3 optimizer.max_iterations=5").exit_code, 0);
  const auto optimizer = nlohmann::json::parse(read_file(folder_ / "best.card.json")).at("optimizer");
  const nlohmann::json& starts = optimizer.at("starts");
  ASSERT_EQ(starts.size(), 3u);
  EXPECT_NE(starts[0].at("loss"), starts[1].at("loss"));
  double lowest = 1e9, kept = 0;
  for (const auto& start : starts) {
    const double loss = start.at("loss").get<double>();
    lowest = std::min(lowest, loss);
    if (start.at("seed") == optimizer.at("kept_seed")) kept = loss;
  }
  EXPECT_EQ(kept, lowest);
  ASSERT_EQ(train("output=one.mtp optimizer.max_iterations=5").exit_code, 0);
  EXPECT_EQ(potential("best.mtp") == potential("one.mtp"), optimizer.at("kept_seed") == 1);
}

TEST_F(TrainCommand, SeveralStartsNeedSomethingToVary) {
  ASSERT_EQ(train("optimizer.max_iterations=1").exit_code, 0);
  const test::Run run = train("potential.start=fitted.mtp output=second.mtp optimizer.starts=2");
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_THAT(run.output, HasSubstr("\"starts\" needs"));
}

TEST_F(TrainCommand, GoesOnFromAnEarlierPotential) {
  ASSERT_EQ(train().exit_code, 0);
  const test::Run run = train("potential.start=fitted.mtp output=second.mtp optimizer.max_iterations=2 --json r.json");
  ASSERT_EQ(run.exit_code, 0) << run.output;
  const auto result = nlohmann::json::parse(read_file(folder_ / "r.json"));
  const auto before = nlohmann::json::parse(read_file(folder_ / "fitted.card.json"))["errors"];
  EXPECT_LT(result["training"]["force"]["rmse_eV_per_A"].get<double>(),
            1.05 * before["training"]["force"]["rmse_eV_per_A"].get<double>());
}

TEST_F(TrainCommand, WithZblTheSumOfBothFitsTheData) {
  const test::Run run = train("potential.short_range.type=zbl potential.short_range.outer=2.2 --json r.json");
  ASSERT_EQ(run.exit_code, 0) << run.output;
  const auto result = nlohmann::json::parse(read_file(folder_ / "r.json"));
  const auto card = nlohmann::json::parse(read_file(folder_ / "fitted.card.json"));
  EXPECT_EQ(card["short_range"]["outer_A"], 2.2);
  EXPECT_LT(result["test"]["force"]["rmse_eV_per_A"].get<double>(),
            0.4 * card["training_data"]["force_rms_eV_per_A"].get<double>());
  EXPECT_EQ(potentials::load_potential(folder_ / "fitted.zbl.yaml")->kind(), "ZBL");
  // `evaluate` finds the errors that training told, of the potential and of the sum written out.
  write_file_atomically(folder_ / "sum.yaml", "kind: sum\nparts: [fitted.mtp, fitted.zbl.yaml]\n");
  const auto training = result["training"]["force"]["rmse_eV_per_A"].get<double>();
  const auto errors_of = [&](const std::string& file) {
    const test::Run found =
        test::run_program("cd " + folder_.string() + " && vitrion evaluate " + file + " data.extxyz --json e.json");
    EXPECT_EQ(found.exit_code, 0) << found.output;
    return nlohmann::json::parse(read_file(folder_ / "e.json"));
  };
  const auto of_sum = errors_of("sum.yaml");
  EXPECT_LT(of_sum["force"]["rmse_eV_per_A"].get<double>(), 1.5 * training);
  EXPECT_EQ(errors_of("fitted.mtp"), of_sum);
}

TEST_F(TrainCommand, RefusesWhatCannotBeMeant) {
  const std::pair<const char*, const char*> cases[] = {
      {"potential.levle=8", "level"},  {"potential.level=7", "train.yaml"},
      {"loss.type=hubber", "huber"},   {"data.train=[none.extxyz]", "none.extxyz"},
      {"data.group_key=trj", "trj"},   {"optimizer.ridge=-1", "ridge"},
      {"potential.species=[Li]", "O"}, {"potential.r_max=0.5", "r_max"}};
  for (const auto& [argument, says] : cases) {
    const test::Run run = train(std::string("'") + argument + "'");
    EXPECT_EQ(run.exit_code, 2) << argument << "\n" << run.output;
    EXPECT_THAT(run.output, HasSubstr(says)) << argument;
  }
}

TEST_F(TrainCommand, NumbersAreNotCutToSize) {
  for (const char* setting : {"potential.level=4294967300", "optimizer.max_iterations=4294967297", "seed=-1"}) {
    const test::Run run = train(setting);
    EXPECT_EQ(run.exit_code, 2) << run.output;
    EXPECT_THAT(run.output, HasSubstr("must be a whole number from"));
  }
  const test::Run large = train(
      "potential='{type: nequip, num_layers: 64, num_features: 4096, radial_mlp_width: 4096}' "
      "output=pot.safetensors");
  EXPECT_EQ(large.exit_code, 2) << large.output;
  EXPECT_THAT(large.output, HasSubstr("parameters needs"));
}

// Two at once would write each into the other's table.
TEST_F(TrainCommand, OnePotentialHasOneTraining) {
  const test::Run run = test::run_program("cd " + folder_.string() + R"(
$VITRION_PROGRAM train train.yaml potential.level=16 optimizer.max_iterations=100000 > first.log 2>&1 & p=$!
n=0; while ! ls *.lock > /dev/null 2>&1 && [ $n -lt 600 ]; do n=$((n+1)); sleep 0.1; done
vitrion train train.yaml potential.level=6; echo "second exit $?"
kill -TERM $p; wait $p; ls)");
  EXPECT_THAT(run.output, HasSubstr("second exit 2"));
  EXPECT_THAT(run.output, HasSubstr("writes this file"));
  EXPECT_THAT(run.output, ::testing::Not(HasSubstr(".lock\n")));
}

}  // namespace
}  // namespace vitrion
