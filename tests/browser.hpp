// Opens a page in a real browser, headless.
#pragma once

#include <filesystem>
#include <string>

namespace vitrion::test {

/// What a report page says of itself after it was drawn.
struct DrawnPage {
  int figures = -1;      ///< figures and structures it holds
  int drawn = -1;        ///< those its script drew
  std::string problems;  ///< errors of the script and of the console; a refused network request is one
  std::string html;      ///< the page after drawing
};

bool have_browser();

/// Throws std::runtime_error when the browser cannot be run. Its files are written beside the page.
DrawnPage draw_in_browser(const std::filesystem::path& page);

}  // namespace vitrion::test

#define VITRION_NEEDS_BROWSER()                                                          \
  do {                                                                                   \
    if (!vitrion::test::have_browser())                                                  \
      GTEST_SKIP() << "chromium is not installed (scripts/install-deps.sh installs it)"; \
  } while (false)
