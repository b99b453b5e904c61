// What a report adds to the sections of its stages: the study beside other work, and how it was done.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "support.hpp"
#include "vitrion/core/file.hpp"
#include "vitrion/report/text.hpp"
#include "vitrion/study/comparison.hpp"
#include "vitrion/study/methods.hpp"

namespace vitrion::study {
namespace {

using ::testing::HasSubstr;
using Json = nlohmann::json;

// D = 1e-6 cm2/s at 1000 K and 0.3 eV; the line is known to a tenth of ln D at 800 K.
Json transport() {
  constexpr double kB = 8.617333262e-5;
  const double slope = -0.3 / kB, centre = 1.0 / 800;
  Json at{{"temperature_K", 1000.0},
          {"ion", "Li"},
          {"frame_description", "host"},
          {"n_ions", 48},
          {"charge_e", 1.0},
          {"volume_A3", 1300.0},
          {"D_tracer", {{"resolved", true}, {"value_cm2_per_s", 1e-6}, {"ci95_cm2_per_s", {0.8e-6, 1.25e-6}}}},
          {"conductivity_S_per_cm", {{"value", 0.069}, {"ci95", {0.055, 0.086}}, {"upper_bound", nullptr}}}};
  return {{"vitrion", {{"kind", "transport"}}},
          {"temperatures", {at}},
          {"arrhenius",
           {{"fitted_K", {700.0, 1000.0}},
            {"activation_energy_eV", {{"value", 0.3}, {"ci95", {0.25, 0.35}}}},
            {"line",
             {{"ln_cm2_per_s_at_centre", std::log(1e-6) + slope * (centre - 1e-3)},
              {"slope_K", slope},
              {"centre_per_K", centre},
              {"deviation_at_centre", 0.1},
              {"slope_deviation_K", 300.0},
              {"coverage_factor", 1.96}}}}}};
}

// Text is wrapped; what is looked for may stand across a break.
std::string one_line(const std::string& text) {
  std::string out;
  for (const char c : text)
    if (c != '\n' && (c != ' ' || out.empty() || out.back() != ' '))
      out += c;
    else if (c == '\n' && !out.empty() && out.back() != ' ')
      out += ' ';
  return out;
}

std::vector<LiteratureValue> literature(const std::string& yaml) {
  Config config = Config::parse(yaml);
  return read_literature(config);
}

TEST(Comparison, ReadsTheLineOffAtTheTemperatureOfOthers) {
  const auto values = literature(
      "literature:\n  - {quantity: ionic conductivity (S/cm), value: 3e-6, temperature_K: 300, source: a}\n"
      "  - {quantity: diffusion coefficient (cm2/s), value: 1e-6, temperature_K: 1000, source: b}\n");
  const auto far = own_value(values[0], {transport()});
  ASSERT_TRUE(far && far->value);
  // Nernst-Einstein by hand: 48 e^2 / (1300 Å^3 k 300 K) = 0.2288 (S/cm) / (1e-6 cm^2/s).
  const double d = 1e-6 * std::exp(-0.3 / 8.617333262e-5 * (1.0 / 300 - 1e-3));
  EXPECT_NEAR(*far->value / (0.22884e6 * d), 1, 1e-3);
  EXPECT_THAT(far->basis, HasSubstr("EXTRAPOLATED from 700 K"));
  const double spread = 1.96 * std::hypot(0.1, 300 * (1.0 / 300 - 1.0 / 800));
  EXPECT_NEAR(std::log(far->high / *far->value), spread, 1e-9);
  const auto near = own_value(values[1], {transport()});
  ASSERT_TRUE(near && near->value);
  EXPECT_EQ(*near->value, 1e-6);
  EXPECT_EQ(near->high, 1.25e-6);
}

TEST(Comparison, SaysWhereItDisagrees) {
  const auto values = literature(
      "literature:\n  - {quantity: ionic conductivity (S/cm), value: 1e-9, temperature_K: 300, source: Someone}\n"
      "  - {quantity: activation energy (eV), value: 0.33, source: b}\n"
      "  - {quantity: activation energy (eV), value: 0.5, range: [0.34, 0.6], source: c}\n"
      "  - {quantity: colour, value: 1, source: d}\n");
  const report::Section section = comparison_section(values, {transport()});
  EXPECT_EQ(section.headlines.at(0).answer, "in 2 of 3 values");
  EXPECT_EQ(section.headlines[0].severity, report::Severity::warning);
  const std::string text = report::to_text(section);
  for (const char* said : {"warning: This work disagrees", "elsewhere (Someone)", "times more", "not measured here"})
    EXPECT_THAT(text, HasSubstr(said));
  const auto& callout = std::get<report::Callout>(section.blocks.at(0));
  EXPECT_EQ(callout.details.items.size(), 1u);
}

TEST(Comparison, DensityIsThatOfTheGlasses) {
  Json glass{{"vitrion", {{"kind", "quench"}}}, {"replicas", Json::array()}};
  std::vector<Json> results;
  for (const double density : {2.10, 2.20, 2.15}) {
    glass["replicas"] = {{{"stages", {{{"density_g_per_cm3", density}, {"target_temperature_K", 300.0}}}}}};
    results.push_back(glass);
  }
  const auto values = literature("literature: [{quantity: density (g/cm3), value: 2.3, source: a}]");
  const auto own = own_value(values[0], results);
  ASSERT_TRUE(own && own->value);
  EXPECT_NEAR(*own->value, 2.15, 1e-12);
  EXPECT_NEAR(own->high - *own->value, 4.30 * 0.05 / std::sqrt(3.0), 0.003);  // Student's t of two degrees
}

TEST(Comparison, RefusesARangeWithoutItsValue) {
  EXPECT_THROW(literature("literature: [{quantity: x, value: 1, range: [2, 3], source: a}]"), InputError);
  EXPECT_THROW(literature("literature: [{quantity: x, value: 1, compare: colour, source: a}]"), InputError);
}

TEST(Methods, TellWhatTheFilesTell) {
  const auto folder = test::scratch_folder();
  write_file_atomically(folder / "train" / "lipon.card.json", R"({"kind": "MTP",
    "basis": {"level": 14, "parameters": 568, "r_max_A": 5.0},
    "split": {"n_train": 206, "n_validation": 23, "n_test": 7, "group_key": "traj"},
    "training_data": {"atoms_of": {"Li": 3, "O": 4}},
    "loss": {"energy_weight": 1.0, "force_weight": 0.01, "stress_weight": 0.001},
    "errors": {"test": {"energy": {"rmse_meV_per_atom": 6.4}, "force": {"rmse_eV_per_A": 0.15}, "stress": {"rmse_GPa": 0.6}}}})");
  write_file_atomically(folder / "quench-1" / "quench.yaml",
                        "packed: {composition: Li3 P1 O4, density_g_per_cm3: 2.2}\nwall_eV: 5\n"
                        "melt: {temperature_K: 2000, duration_ps: 50}\n"
                        "quench: {temperature_K: 250, rate_K_per_ps: 250}\n"
                        "equilibrate: {ensemble: npt, temperature_K: 300, duration_ps: 10, timestep_fs: 2}\n");
  write_file_atomically(folder / "md-900K-1" / "md.yaml",
                        "stages: [{name: production, temperature_K: 900, duration_ps: 100, timestep_fs: 2}]\n");
  const std::vector<std::filesystem::path> stages{folder / "train", folder / "quench-1", folder / "md-900K-1"};
  const auto section = methods_section(
      stages, {.labels = "PBE, CP2K", .remarks = {"The cell is small."}, .references = {"The protocol, 2025"}});
  ASSERT_TRUE(section);
  const std::string text = one_line(report::to_text(*section));
  for (const char* said :
       {"moment tensor potential [1] of level 14 with 568 parameters", "206 labelled configurations of Li and O",
        "Labels: PBE, CP2K.", "6.40 meV/atom", "melted at 2000 K for 50 ps (NVT, 1 fs)", "at 250 K/ps",
        "equilibrated at 300 K for 10 ps (NPT, 0 GPa, 2 fs)", "wall [2] of 5 eV", "production for 100 ps (NVT, 2 fs)",
        "The cell is small.", "10.1137/15M1054183", "The protocol, 2025"})
    EXPECT_THAT(text, HasSubstr(said));
  const auto silent = methods_section(stages, {});
  EXPECT_THAT(one_line(report::to_text(*silent)), HasSubstr("not stated in the study's settings"));
  EXPECT_FALSE(methods_section({folder / "nothing"}, {}));
}

}  // namespace
}  // namespace vitrion::study
