// The only test file that knows where this checkout lies: all others compile alike in every checkout.
#include "support.hpp"

#include <cstdlib>
#include <functional>

#include "program.hpp"

namespace vitrion::test {

std::filesystem::path reference(const std::string& name) {
  const char* chosen = std::getenv("VITRION_REFERENCE_DATA");
  return std::filesystem::path(chosen ? chosen : VITRION_REFERENCE_DATA) / name;
}

std::filesystem::path source(const std::string& name) {
  return std::filesystem::path(VITRION_SOURCE_DIR) / name;
}

std::filesystem::path scratch_folder() {
  const auto* info = ::testing::UnitTest::GetInstance()->current_test_info();
  const std::filesystem::path folder = std::filesystem::temp_directory_path() / "vitrion-tests" /
                                       std::to_string(std::hash<std::string>()(VITRION_SOURCE_DIR)) /
                                       (std::string(info->test_suite_name()) + "." + info->name());
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  return folder;
}

std::string program() {
  return VITRION_PROGRAM;
}

}  // namespace vitrion::test
