// What belongs to the process stays with the front ends: the library can work several times at once in one process.
#include <gtest/gtest.h>

#include <regex>
#include <set>
#include <thread>

#include "frontend/threads.hpp"
#include "support.hpp"
#include "train/samples.hpp"
#include "vitrion/core/config.hpp"
#include "vitrion/core/error.hpp"
#include "vitrion/core/file.hpp"
#include "vitrion/core/parallel.hpp"
#include "vitrion/io/frames.hpp"
#include "vitrion/potentials/mtp/mtp_potential.hpp"
#include "vitrion/train/metrics.hpp"
#include "vitrion/train/training.hpp"

namespace vitrion::frontend {
namespace {

namespace fs = std::filesystem;

const std::vector<Species> li_o = parse_species_list("Li,O");

std::vector<Structure> labelled_frames(std::uint64_t first_seed, int n) {
  potentials::mtp::MtpParameters truth = potentials::mtp::untrained_mtp(8, li_o, 1.3, 4.0);
  test::randomise(truth, 2);
  potentials::mtp::MtpPotential potential(truth);
  std::vector<Structure> frames;
  for (int k = 0; k < n; ++k) {
    Structure s = test::random_structure(li_o, 2, first_seed + static_cast<std::uint64_t>(k));
    s.labels = evaluate(potential, s);
    s.labels.atomic_energies.clear();
    s.info["traj"] = std::to_string(k / 3);
    frames.push_back(std::move(s));
  }
  return frames;
}

// Which of these words a file of the library holds, outside of comments.
std::string forbidden_word(const fs::path& file) {
  static const std::regex comment("//[^\n]*");
  static const std::regex word(
      R"((fmt::print|\bf?printf *\(|\bputs *\(|std::c(out|err|log)\b|std::signal|\bsigaction\b|(omp|openblas)_set_num_threads|MPI_Init(_thread)?\s*\(|MPI_Finalize\s*\(|\batexit\b))");
  const std::string code = std::regex_replace(read_file(file), comment, "");
  std::smatch found;
  return std::regex_search(code, found, word) ? found.str() : std::string();
}

TEST(Rooms, NothingBelowTheFrontEndsPrintsReadsSignalsSetsThreadsOrStartsMpi) {
  // ThreadsKept puts back what LAMMPS changed. A rank that LAMMPS left alone says why before it ends all others.
  const std::set<std::string> exempt{"parallel.cpp", "errors.cpp"};
  int n_files = 0;
  for (const char* room : {"src/vitrion", "lammps"})
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(test::source(room))) {
      const fs::path& file = entry.path();
      if (file.extension() != ".cpp" && file.extension() != ".hpp") continue;
      ++n_files;
      const bool is_exempt = exempt.contains(file.filename().string()) &&
                             (file.parent_path().filename() == "core" || file.parent_path().filename() == "lammps");
      if (is_exempt) continue;
      EXPECT_EQ(forbidden_word(file), "") << file;
    }
  EXPECT_GT(n_files, 200);
  const fs::path planted = test::scratch_folder() / "planted.cpp";
  write_file_atomically(planted, "void f() { std::cerr << 1; }  // fmt::print\n");
  EXPECT_EQ(forbidden_word(planted), "std::cerr");
}

TEST(Session, TwoEvaluationsAtOnceGiveWhatEachGivesAlone) {
  potentials::mtp::MtpParameters p = potentials::mtp::untrained_mtp(8, li_o, 1.3, 4.0);
  test::randomise(p, 5);
  const potentials::mtp::MtpPotential potential(p);
  const std::vector<Structure> a = labelled_frames(100, 30), b = labelled_frames(200, 30);
  const std::vector<Labels> alone_a = train::predict(potential, a), alone_b = train::predict(potential, b);
  std::vector<Labels> together_a, together_b;
  std::thread first([&] { together_a = train::predict(potential, a); });
  std::thread second([&] { together_b = train::predict(potential, b); });
  first.join();
  second.join();
  for (std::size_t k = 0; k < a.size(); ++k) {
    EXPECT_EQ(*together_a[k].energy, *alone_a[k].energy);
    EXPECT_EQ(together_b[k].forces, alone_b[k].forces);
  }
}

train::TrainOptions training_in(const fs::path& folder, std::uint64_t seed) {
  fs::create_directories(folder);
  io::write_frames(folder / "data.extxyz", labelled_frames(seed, 24));
  Config config = Config::parse(
      "potential: {type: mtp, level: 6, r_max: 4.0}\n"
      "data: {train: [" +
          (folder / "data.extxyz").string() +
          "], group_key: traj, validation_fraction: 0.2}\n"
          "optimizer: {max_iterations: 6}\nseed: " +
          std::to_string(seed) + "\noutput: " + (folder / "fitted.mtp").string() + "\n",
      "train.yaml");
  return train::read_train_options(config);
}

TEST(Session, TwoTrainingsAtOnceGiveWhatEachGivesAlone) {
  const fs::path folder = test::scratch_folder();
  const auto bytes = [&](const char* name) { return read_file(folder / name / "fitted.mtp"); };
  for (const std::uint64_t seed : {1U, 2U}) train::train(training_in(folder / ("alone-" + std::to_string(seed)), seed));
  const train::TrainOptions one = training_in(folder / "together-1", 1), two = training_in(folder / "together-2", 2);
  std::thread first([&] { train::train(one); });
  std::thread second([&] { train::train(two); });
  first.join();
  second.join();
  EXPECT_EQ(bytes("together-1"), bytes("alone-1"));
  EXPECT_EQ(bytes("together-2"), bytes("alone-2"));
}

TEST(Session, AStopReachesOnlyTheWorkItWasMadeFor) {
  potentials::mtp::MtpParameters p = potentials::mtp::untrained_mtp(8, li_o, 1.3, 4.0);
  test::randomise(p, 5);
  const potentials::mtp::MtpPotential potential(p);
  const std::vector<Structure> frames = labelled_frames(300, 5);
  StopSignal mine, other;
  mine.request();
  EXPECT_THROW(train::predict(potential, frames, Session(&mine, nullptr)), Interrupted);
  EXPECT_EQ(train::predict(potential, frames, Session(&other, nullptr)).size(), frames.size());
}

// The number of threads is a setting of the thread that calls.
TEST(Session, ThreadsOfOneCallerAreNotThoseOfAnother) {
  set_threads(1);
  int seen = 0;
  std::thread([&] {
    set_threads(2);
    seen = threads();
  }).join();
  EXPECT_EQ(seen, 2);
  EXPECT_EQ(threads(), 1);
  set_threads(0);
}

}  // namespace
}  // namespace vitrion::frontend
