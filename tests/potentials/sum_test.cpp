// Sums of potentials: what adds, whose grades they are, which files they come from; and files that lead nowhere.
#include "vitrion/potentials/sum/sum.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "potentials/samples.hpp"
#include "support.hpp"
#include "vitrion/core/error.hpp"
#include "vitrion/core/file.hpp"
#include "vitrion/potentials/catalogue.hpp"
#include "vitrion/potentials/mtp/mtp_file.hpp"
#include "vitrion/potentials/mtp/mtp_potential.hpp"
#include "vitrion/potentials/zbl/zbl.hpp"

namespace vitrion::potentials {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

const Cell cell = Cell::orthorhombic(6, 6.5, 7);

// A folder with a.mtp (Li, Be), b.zbl.yaml (the same elements in another order) and sum.yaml.
class SumFiles : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = test::scratch_folder();
    mtp::write_mtp(folder_ / "a.mtp", parameters_);
    write("b.zbl.yaml", "kind: zbl\nspecies: [Be, Li]\ninner: 0.7\nouter: 2.5\n");
    write("sum.yaml", "kind: sum\nparts: [a.mtp, b.zbl.yaml]\n");
  }
  void write(const std::string& name, const std::string& text) const { write_file_atomically(folder_ / name, text); }
  std::string refusal(const std::string& name) const {
    try {
      load_potential(folder_ / name);
    } catch (const InputError& e) {
      return e.what();
    }
    return "no error";
  }

  fs::path folder_;
  mtp::MtpParameters parameters_ = test::random_mtp(6, 2, 4);
  Structure atoms_ = test::random_structure(cell, 14, 2, 3, 1.5);
};

void expect_sum(Potential& sum, const std::vector<Potential*>& parts, const Structure& s) {
  const Labels whole = evaluate(sum, s);
  double energy = 0;
  Positions forces = Positions::Zero(whole.forces.rows(), 3);
  Matrix3 stress = Matrix3::Zero();
  for (Potential* part : parts) {
    const Labels one = evaluate(*part, s);
    energy += *one.energy;
    forces += one.forces;
    stress += *one.stress;
  }
  EXPECT_NEAR(*whole.energy, energy, 1e-12 * std::abs(energy));
  EXPECT_LT((whole.forces - forces).cwiseAbs().maxCoeff(), 1e-12 * forces.cwiseAbs().maxCoeff());
  EXPECT_LT((*whole.stress - stress).cwiseAbs().maxCoeff(), 1e-12 * stress.cwiseAbs().maxCoeff());
}

TEST_F(SumFiles, PartsAddWhateverTheOrderOfTheirSpecies) {
  mtp::MtpPotential a(parameters_);
  Zbl b({parameters_.species, 0.7, 2.5});
  ASSERT_GT(evaluate(b, atoms_).forces.cwiseAbs().maxCoeff(), 0.1);
  const auto sum = load_potential(folder_ / "sum.yaml");
  EXPECT_EQ(sum->title(), "MTP + ZBL");
  EXPECT_EQ(sum->cutoff(), parameters_.max_dist);
  expect_sum(*sum, {&a, &b}, atoms_);
}

// A potential that was trained on top of ZBL is not itself without it.
TEST_F(SumFiles, AModelCardMakesASum) {
  write("a.card.json", R"({"short_range": {"type": "zbl", "inner_A": 0.7, "outer_A": 2.5}})");
  mtp::MtpPotential a(parameters_);
  Zbl b({parameters_.species, 0.7, 2.5});
  const auto sum = load_potential(folder_ / "a.mtp");
  expect_sum(*sum, {&a, &b}, atoms_);
  // The sum that names the repulsion too counts it once; what has another is refused.
  expect_sum(*load_potential(folder_ / "sum.yaml"), {&a, &b}, atoms_);
  write("b.zbl.yaml", "kind: zbl\nspecies: [Be, Li]\ninner: 0.7\nouter: 2.4\n");
  EXPECT_THAT(refusal("sum.yaml"), HasSubstr("two parts bring ZBL"));
  // Written elsewhere, the card goes along.
  write_potential(folder_ / "other" / "c.mtp", *sum);
  expect_sum(*load_potential(folder_ / "other" / "c.mtp"), {&a, &b}, atoms_);
  EXPECT_EQ(load_potential(folder_ / "a.mtp", {.with_card = false})->kind(), "MTP");
}

TEST_F(SumFiles, AreReadAsTheyAreWritten) {
  const auto sum = load_potential(folder_ / "sum.yaml");
  write_potential(folder_ / "copy.yaml", *sum);
  const auto copy = load_potential(folder_ / "copy.yaml");
  EXPECT_EQ(evaluate(*copy, atoms_).forces, evaluate(*sum, atoms_).forces);
  EXPECT_EQ(files_of(folder_ / "copy.yaml").size(), 3u);
  const std::string before = content_hash_of(folder_ / "sum.yaml");
  write("b.zbl.yaml", "kind: zbl\nspecies: [Be, Li]\ninner: 0.8\nouter: 2.5\n");
  EXPECT_NE(content_hash_of(folder_ / "sum.yaml"), before);
}

TEST_F(SumFiles, ThatMakeNoSenseAreRefused) {
  write("empty.yaml", "kind: sum\nparts: []\n");
  EXPECT_THAT(refusal("empty.yaml"), HasSubstr("names no potential"));
  write("typo.yaml", "kind: sum\npart: [a.mtp]\n");
  EXPECT_THAT(refusal("typo.yaml"), HasSubstr("typo.yaml"));
  write("missing.yaml", "kind: sum\nparts: [a.mtp, nowhere.mtp]\n");
  EXPECT_THAT(refusal("missing.yaml"), HasSubstr("nowhere.mtp"));
  write("self.yaml", "kind: sum\nparts: [a.mtp, ./self.yaml]\n");
  EXPECT_THAT(refusal("self.yaml"), HasSubstr("a part of itself"));
  write("x.yaml", "kind: sum\nparts: [a.mtp, y.yaml]\n");
  write("y.yaml", "kind: sum\nparts: [x.yaml]\n");
  EXPECT_THAT(refusal("x.yaml"), HasSubstr("a part of itself"));
  EXPECT_THROW(content_hash_of(folder_ / "x.yaml"), InputError);
  write("li.zbl.yaml", "kind: zbl\nspecies: [Li]\ninner: 0.7\nouter: 2.5\n");
  write("unknown.yaml", "kind: sum\nparts: [a.mtp, li.zbl.yaml]\n");
  EXPECT_THAT(refusal("unknown.yaml"), HasSubstr("not Be"));
  write("broken.yaml", "kind: sum\nparts: [a.mtp\n");
  EXPECT_THAT(refusal("broken.yaml"), HasSubstr("YAML"));
  write("other.yaml", "kind: summ\nparts: [a.mtp]\n");
  EXPECT_THAT(refusal("other.yaml"), HasSubstr("is not a potential"));
}

TEST(Catalogue, BearsRegistrationFromManyThreads) {
  const std::size_t before = kinds().size();
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([] {
      for (int k = 0; k < 50; ++k) {
        add_kind({.name = "test-" + std::to_string(k), .recognizes = [](std::string_view) { return false; }});
        EXPECT_FALSE(kinds().empty());
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(kinds().size(), before + 50);
}

}  // namespace
}  // namespace vitrion::potentials
