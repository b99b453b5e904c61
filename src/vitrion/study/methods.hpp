// How a study was done, in paragraphs that could stand in a paper, from the settings and results in its folders.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "vitrion/report/report.hpp"

namespace vitrion::study {

/// What only the user knows.
struct MethodNotes {
  std::string labels = {};                   ///< level of theory of the labels: code, functional, basis, k points
  std::vector<std::string> remarks = {};     ///< sentences on what was done and why; each a paragraph
  std::vector<std::string> references = {};  ///< of the data, of the protocol; set after those of the methods
};

/// Data and potential, glasses, production, analysis, programs, references; each paragraph only where the study has
/// what it tells of. `stages` are the folders of its analyses. Nothing where none of them says how it was made.
///
/// Says what the files say: settings (train.yaml, quench.yaml, md.yaml), the potential's card, and results. What the
/// files leave open is said to be left open.
std::optional<report::Section> methods_section(const std::vector<std::filesystem::path>& stages,
                                               const MethodNotes& notes);

}  // namespace vitrion::study
