#include "vitrion/parity_plots.hpp"

#include <nlohmann/json.hpp>

#include "core/file.hpp"
#include "report/parity.hpp"

namespace vitrion::cli {

void write_parity_plots(const std::filesystem::path& folder, const std::map<std::string, train::ParityData>& subsets) {
  struct Quantity {
    const char *id, *name, *unit;
    train::Parity train::ParityData::*points;
  };
  const Quantity quantities[] = {{"parity-energy", "Energy", "eV/atom", &train::ParityData::energy},
                                 {"parity-force", "Force components", "eV/Å", &train::ParityData::force},
                                 {"parity-stress", "Stress components", "GPa", &train::ParityData::stress}};
  for (const Quantity& q : quantities) {
    std::map<std::string, report::ParityPoints> points;
    for (const auto& [name, data] : subsets)
      if (!(data.*q.points).reference.empty()) points[name] = {(data.*q.points).reference, (data.*q.points).predicted};
    if (points.empty()) continue;
    const report::Figure figure = report::parity_figure(q.id, q.name, q.unit, points);
    write_file_atomically(folder / (figure.id + ".svg"), report::to_svg(figure));
    write_file_atomically(folder / (figure.id + ".json"), report::to_json(figure).dump() + "\n");
  }
}

}  // namespace vitrion::cli
