// A report that holds every kind of block.
#pragma once

#include <limits>

#include "vitrion/core/random.hpp"
#include "vitrion/report/report.hpp"

namespace vitrion::test {

using namespace vitrion::report;

inline Structure phosphate() {
  Structure s;
  s.cell = Cell::orthorhombic(6, 7, 8);
  for (const char* e : {"P", "O", "O", "O", "O", "Li", "Li", "Li"}) s.species.push_back(Species::element(e));
  s.positions.resize(8, 3);
  s.positions << 0.2, 3, 3, 1.1, 3.9, 3.9, 1.1, 2.1, 2.1, 5.3, 3.9, 2.1, 5.3, 2.1, 3.9, 3, 0.5, 7, 4, 6, 1, 2, 5, 6;
  return s;
}

// Every kind of block and mark; text that would break a careless page.
inline Report everything() {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  Report r{.title = "Li_{3}PO_{4} </script><!-- & \"quotes\"", .subtitle = "<b>not bold</b>"};
  r.headlines = {{"Is it a glass?", "Yes", "because", Severity::good},
                 {"How fast?", "2×10^{\u22128} cm^{2}/s", "95 %", Severity::info},
                 {"Trust?", "No", "", Severity::error}};
  Figure f{.id = "all-marks", .title = "All marks </script>", .x = {"x", "Å"}, .y = {"y", "eV", Scale::logarithmic}};
  f.series = {{.name = "line_{1}", .x = {1, 2, 3, 4}, .y = {1, nan, 3, 4}, .dashed = true},
              {.name = "points",
               .mark = Mark::points,
               .x = {1, 2, 3},
               .y = {1, 2, 3},
               .low = {.5, 1, 2},
               .high = {2, 3, 4},
               .hover = {"a", "b", "<c>"}},
              {.name = "band", .mark = Mark::band, .x = {1, 2, 3}, .low = {.5, 1, 2}, .high = {2, 3, 4}}};
  f.annotations = {{AnnotationKind::vertical_line, 2, 0, "here"},
                   {AnnotationKind::horizontal_line, 0, 2, "level"},
                   {AnnotationKind::text, 3, 1, "remark"}};
  Figure h{.id = "histogram", .title = "Bars", .x = {"angle", "degree"}, .y = {"density", ""}};
  h.series = {{.name = "", .mark = Mark::bars, .x = {1, 2, 3}, .y = {1, 4, 2}}};
  Figure parity{.id = "parity", .title = "Parity", .x = {"DFT", "eV"}, .y = {"MTP", "eV"}};
  Series cloud{.name = "many", .mark = Mark::points};
  Random random(1);
  for (int i = 0; i < 30000; ++i) {
    cloud.x.push_back(random.normal());
    cloud.y.push_back(cloud.x.back() + 0.1 * random.normal());
  }
  parity.series = {cloud};
  parity.annotations = {{AnnotationKind::identity}};
  r.sections = {{.heading = "Structure",
                 .blocks = {Paragraph{"Text with H_{2}O."},
                            Callout{Severity::warning, "Mind this", "Reason.", {{"One <i>", "Two"}}},
                            StructureView{.id = "cell",
                                          .title = "The cell",
                                          .structure = phosphate(),
                                          .sticks = {{Species::element("P"), Species::element("O"), 1.9}}},
                            Table{.id = "table",
                                  .title = "Numbers",
                                  .columns = {"pair", "CN"},
                                  .rows = {{"P-O", "4.00 ± 0.01"}, {"Li-O", "\u22121"}}}}},
                {.heading = "Plots", .blocks = {f, h, parity}}};
  r.provenance = {{"seed", "42"}, {"hash", "00ff"}};
  return r;
}

}  // namespace vitrion::test
