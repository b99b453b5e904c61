#include "vitrion/dft/structure_json.hpp"

#include <nlohmann/json.hpp>

namespace vitrion::dft {
namespace {

using Json = nlohmann::json;

template <class Matrix>
Json numbers_of(const Matrix& matrix) {
  Json list = Json::array();
  for (Eigen::Index i = 0; i < matrix.rows(); ++i)
    for (Eigen::Index k = 0; k < matrix.cols(); ++k) list.push_back(matrix(i, k));
  return list;
}

Positions rows_of(const Json& list) {
  const std::vector<double> values = list.get<std::vector<double>>();
  if (values.size() % 3 != 0) throw InputError("a list of vectors does not hold three numbers for each");
  return Eigen::Map<const Positions>(values.data(), static_cast<Eigen::Index>(values.size() / 3), 3);
}

Matrix3 matrix_of(const Json& list) {
  const Positions rows = rows_of(list);
  if (rows.rows() != 3) throw InputError("a matrix does not hold nine numbers");
  return rows;
}

/// Runs `read`; what the JSON library objects to becomes an InputError.
template <class Read>
auto reading(const char* what, Read&& read) {
  try {
    return read();
  } catch (const Json::exception& e) {
    throw InputError(std::string(what) + " in the queue is damaged: " + e.what());
  }
}

}  // namespace

Json to_json(const Structure& s) {
  Json species = Json::array();
  for (const Species kind : s.species) species.push_back(kind.name());
  Json j{{"cell", numbers_of(s.cell.matrix())},
         {"periodic", s.cell.periodic()},
         {"species", species},
         {"positions", numbers_of(s.positions)},
         {"info", s.info}};
  if (!s.ids.empty()) j["ids"] = s.ids;
  if (s.time) j["time_fs"] = *s.time;
  if (s.step) j["step"] = *s.step;
  return j;
}

Structure structure_from_json(const Json& j) {
  return reading("a structure", [&] {
    Structure s;
    s.cell = Cell(matrix_of(j.at("cell")), j.at("periodic").get<std::array<bool, 3>>());
    for (const Json& name : j.at("species")) s.species.push_back(Species::element(name.get<std::string>()));
    s.positions = rows_of(j.at("positions"));
    s.info = j.at("info").get<std::map<std::string, std::string>>();
    if (j.contains("ids")) s.ids = j.at("ids").get<std::vector<std::int64_t>>();
    if (j.contains("time_fs")) s.time = j.at("time_fs").get<double>();
    if (j.contains("step")) s.step = j.at("step").get<std::int64_t>();
    validate(s);
    return s;
  });
}

Json to_json(const Label& label) {
  const Labels& l = label.labels;
  Json j{{"energy_eV", l.energy.value()},
         {"forces_eV_per_A", numbers_of(l.forces)},
         {"free_energy", l.energy_kind == EnergyKind::free},
         {"provenance", label.provenance}};
  if (l.stress) j["stress_eV_per_A3"] = numbers_of(*l.stress);
  return j;
}

Label label_from_json(const Json& j) {
  return reading("a label", [&] {
    Label label;
    label.labels.energy = j.at("energy_eV").get<double>();
    label.labels.energy_kind = j.at("free_energy").get<bool>() ? EnergyKind::free : EnergyKind::unspecified;
    label.labels.forces = rows_of(j.at("forces_eV_per_A"));
    if (j.contains("stress_eV_per_A3")) label.labels.stress = matrix_of(j.at("stress_eV_per_A3"));
    label.provenance = j.at("provenance").get<std::map<std::string, std::string>>();
    return label;
  });
}

}  // namespace vitrion::dft
