// Sections of many analyses, of one study or several, as one report.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "vitrion/report/report.hpp"

namespace vitrion::report {

/// A section and where it comes from.
struct Source {
  std::string study;  ///< title of the study it belongs to; shown where there are several
  std::string name;   ///< of its stage, in the study; used in ids and to tell two sections of one heading apart
  Section section;
  std::vector<std::pair<std::string, std::string>> provenance = {};  ///< of the report: file and hash, ...
};

/// Replicas (Section::replica) of one study with one heading become one section: of headlines with the same question
/// the most severe stands, tables of one id get all rows, figures of one id all series, lists and callouts of one title
/// all items. Every other block is kept as it is, and so are other sections.
std::vector<Source> merge_replicas(std::vector<Source> sources);

/// One report of all sections, replicas merged, Table::grouped with means in front. Order: that of the first study; the
/// same section of the next study follows at once, so that they stand side by side, each under the name of its study.
/// Ids that would meet twice get the names of study and stage in front.
Report join(const Markup& title, std::vector<Source> sources);

}  // namespace vitrion::report
