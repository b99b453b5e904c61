// Fits to published data sets, against the errors of their authors' own potentials.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "program.hpp"
#include "support.hpp"
#include "vitrion/core/file.hpp"

namespace vitrion::train {
namespace {

// The authors' level-16 MTP of lithium on their test set (Zuo et al. 2020, doi 10.1021/acs.jpca.9b08723): the example
// must do as well. Of its four starts the one that it keeps, that of seed 4, is made here.
TEST(Published, LithiumTestErrorsAreReachedByTheExample) {
  VITRION_NEEDS_REFERENCE("mtp/zuo2020/Li/training.extxyz");
  const auto folder = test::scratch_folder();
  const auto data = test::reference("mtp/zuo2020/Li");
  const test::Run run =
      test::run_program("vitrion train " + test::source("examples/zuo2020/li.yaml").string() + " 'data.train=[" +
                        (data / "training.extxyz").string() + "]' 'data.test=[" + (data / "test.extxyz").string() +
                        "]' output=" + (folder / "li.mtp").string() + " seed=4 optimizer.starts=1 --json " +
                        (folder / "li.json").string());
  ASSERT_EQ(run.exit_code, 0) << run.output;
  const auto test_set = nlohmann::json::parse(read_file(folder / "li.json")).at("test");
  EXPECT_LE(test_set.at("energy").at("rmse_meV_per_atom").get<double>(), 0.660);
  EXPECT_LE(test_set.at("energy").at("mae_meV_per_atom").get<double>(), 0.487);
  EXPECT_LE(test_set.at("force").at("rmse_eV_per_A").get<double>(), 0.0132);
  EXPECT_LE(test_set.at("force").at("mae_eV_per_A").get<double>(), 0.0101);
}

}  // namespace
}  // namespace vitrion::train
