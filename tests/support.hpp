// What tests of every room share: where the reference data lie.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <string>

namespace vitrion::test {

/// A file or folder of the third-party reference data (environment variable VITRION_REFERENCE_DATA overrides the
/// build's).
inline std::filesystem::path reference(const std::string& name) {
  const char* chosen = std::getenv("VITRION_REFERENCE_DATA");
  return std::filesystem::path(chosen ? chosen : VITRION_REFERENCE_DATA) / name;
}

/// A file of this repository.
inline std::filesystem::path source(const std::string& name) {
  return std::filesystem::path(VITRION_SOURCE_DIR) / name;
}

/// A fresh folder for the running test, removed and made anew. Checkouts that are tested at the same time have their
/// own.
inline std::filesystem::path scratch_folder() {
  const auto* info = ::testing::UnitTest::GetInstance()->current_test_info();
  const std::filesystem::path folder = std::filesystem::temp_directory_path() / "vitrion-tests" /
                                       std::to_string(std::hash<std::string>()(VITRION_SOURCE_DIR)) /
                                       (std::string(info->test_suite_name()) + "." + info->name());
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  return folder;
}

}  // namespace vitrion::test

/// Skips the test when reference data are absent; only they may be missing.
#define VITRION_NEEDS_REFERENCE(name)                                                     \
  do {                                                                                    \
    if (!std::filesystem::exists(vitrion::test::reference(name)))                         \
      GTEST_SKIP() << "no reference data at " << vitrion::test::reference(name).string(); \
  } while (false)
