#include "vitrion/io/cfg_content.hpp"

#include "vitrion/core/species.hpp"
#include "vitrion/io/atoms.hpp"
#include "vitrion/io/format.hpp"

namespace vitrion::io {

Structure to_structure(CfgContent content, const Location& where) {
  Structure frame = std::move(content.frame);
  const int n = content.n_vectors;
  with_location(where, [&] { frame.cell = Cell(content.cell, {n > 0, n > 1, n > 2}); });
  if (content.fractional) frame.positions = (frame.positions * frame.cell.spanning()).eval();
  const auto store = [&](const std::array<double, 6>& v, double volume, const char* key) {
    if (frame.cell.has_volume()) {
      frame.labels.stress = -from_voigt(v) / volume;
      return;
    }
    // Without a volume there is no stress, only a virial: kept, not read as a label.
    std::string& text = frame.info[key];
    for (const double value : v) text += (text.empty() ? "" : " ") + shortest(value);
  };
  if (content.virial) store(*content.virial, 1.0, "Virial");
  if (content.plus_stress) store(*content.plus_stress, frame.cell.volume(), "PlusStress");
  const auto names = content.features.find("species");
  if (names != content.features.end()) {
    with_location(where, [&] { name_types(frame, parse_species_list(names->second)); });
    content.features.erase(names);
  }
  content.features.merge(frame.info);
  from_keys(std::move(content.features), frame);
  validate(frame, where.file, where.line);
  return frame;
}

}  // namespace vitrion::io
