// An interface as a section: what it says where regions are resolved, and where nothing moves.
#include "vitrion/present/interface.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "../interface/samples.hpp"
#include "schema.hpp"
#include "vitrion/interface/recorder.hpp"
#include "vitrion/report/text.hpp"

namespace vitrion::present {
namespace {

using ::testing::HasSubstr;

interface::InterfaceResult measured(double step) {
  interface::Recorder recorder({.profile = {.ion = Species::element("Li")}, .file = "made up"});
  for (const Structure& frame : test::interface_run(600, step)) recorder.add(frame);
  const interface::Recording recording = recorder.finish();
  interface::InterfaceOptions options;
  options.temperature = 600;
  options.area = recording.area;
  interface::InterfaceResult result = interface::analyse_interface(
      recording.paths, interface::find_regions(recording.profiles, Species::element("Li"), 42, true, 3), options);
  result.file = "made up";
  result.ion = "Li";
  result.profiles = recording.profiles;
  return result;
}

TEST(InterfaceSection, SaysWhatIsResolvedRegionByRegion) {
  const report::Section section = interface_section(measured(0.15));
  const std::string text = report::to_text(section);
  for (const char* said :
       {"metal", "transition", "glass", "Ohm cm", "Does Li cross the interface?", "went all the way"})
    EXPECT_THAT(text, HasSubstr(said));
  EXPECT_EQ(test::violations(with_header(report::section_kind, report::to_json(section)), "section"), "");
}

TEST(InterfaceSection, WhereNothingPassesThereAreBoundsAndNoNumber) {
  const interface::InterfaceResult still = measured(0);
  for (const auto& region : interface::to_json(still)["regions"]) {
    EXPECT_FALSE(region["D_across_cm2_per_s"]["resolved"].get<bool>());
    EXPECT_TRUE(region["D_across_cm2_per_s"]["value"].is_null());
  }
  EXPECT_THAT(report::to_text(interface_section(still)), HasSubstr("NOT RESOLVED"));
}

TEST(InterfaceSection, CoverageIsATableOfEveryQuantity) {
  interface::CoverageReport report;
  report.motion = "a motion";
  report.rows.push_back({.quantity = "D across", .region = "glass", .resolved = 8, .covered = 7});
  EXPECT_EQ(coverage_table({report}, 10).rows.size(), 1U);
}

}  // namespace
}  // namespace vitrion::present
