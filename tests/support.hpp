// What tests of every room share: where the reference data lie, and scratch folders.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

namespace vitrion::test {

/// A file or folder of the third-party reference data (environment variable VITRION_REFERENCE_DATA overrides the
/// build's).
std::filesystem::path reference(const std::string& name);

/// A file of this repository.
std::filesystem::path source(const std::string& name);

/// A fresh folder for the running test, removed and made anew. Checkouts that are tested at the same time have their
/// own.
std::filesystem::path scratch_folder();

}  // namespace vitrion::test

/// Skips the test when reference data are absent; only they may be missing.
#define VITRION_NEEDS_REFERENCE(name)                                                     \
  do {                                                                                    \
    if (!std::filesystem::exists(vitrion::test::reference(name)))                         \
      GTEST_SKIP() << "no reference data at " << vitrion::test::reference(name).string(); \
  } while (false)
