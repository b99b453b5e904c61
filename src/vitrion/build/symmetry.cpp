#include "vitrion/build/symmetry.hpp"

#include <fmt/format.h>
#include <spglib.h>

#include <Eigen/LU>
#include <algorithm>
#include <memory>

#include "vitrion/build/geometry.hpp"
#include "vitrion/build/lattice.hpp"
#include "vitrion/core/error.hpp"
#include "vitrion/core/text.hpp"

namespace vitrion::build {
namespace {

struct FreeDataset {
  void operator()(SpglibDataset* d) const { spg_free_dataset(d); }
};
using Dataset = std::unique_ptr<SpglibDataset, FreeDataset>;

Dataset analysed(const Structure& s, double precision) {
  require_solid(s, "the crystal");
  if (!(precision > 0)) throw InputError("the symmetry precision must be positive (Å)");
  double lattice[3][3];  // columns are a, b, c
  for (int i = 0; i < 3; ++i)
    for (int j = 0; j < 3; ++j) lattice[j][i] = s.cell.matrix()(i, j);
  const Positions fractional = s.positions * s.cell.matrix().inverse();
  std::vector<std::array<double, 3>> places(s.size());
  std::vector<int> types(s.size());
  const std::vector<Species> kinds = distinct_species(s);
  for (std::size_t i = 0; i < s.size(); ++i) {
    for (int k = 0; k < 3; ++k) places[i][static_cast<std::size_t>(k)] = fractional(static_cast<Eigen::Index>(i), k);
    types[i] = static_cast<int>(std::find(kinds.begin(), kinds.end(), s.species[i]) - kinds.begin()) + 1;
  }
  Dataset data(spg_get_dataset(lattice, reinterpret_cast<double(*)[3]>(places.data()), types.data(),
                               static_cast<int>(s.size()), precision));
  if (!data)
    throw InputError(fmt::format("no symmetry found: {}", spg_get_error_message(spg_get_error_code())),
                     "Check the crystal, or change the symmetry precision.");
  return data;
}

SymmetryOperation operation(const int rotation[3][3], const double translation[3]) {
  SymmetryOperation op;
  for (int i = 0; i < 3; ++i) {
    for (int j = 0; j < 3; ++j) op.rotation(i, j) = rotation[i][j];
    op.translation[i] = translation[i];
  }
  return op;
}

constexpr int hall_numbers = 530;

std::string without_blanks_and_bars(std::string text) {
  std::erase_if(text, [](char c) { return c == ' ' || c == '_'; });
  return text;
}

// The first setting of the International Tables that goes by this name; 0: none.
int hall_number(const std::string& name) {
  const std::string wanted = without_blanks_and_bars(name);
  if (wanted.rfind("hall", 0) == 0) {
    const auto number = parse_integer(wanted.substr(4));
    return number && *number >= 1 && *number <= hall_numbers ? static_cast<int>(*number) : 0;
  }
  const auto number = parse_integer(wanted);
  for (int hall = 1; hall <= hall_numbers; ++hall) {
    const SpglibSpacegroupType type = spg_get_spacegroup_type(hall);
    if (number ? type.number == *number : without_blanks_and_bars(type.international_short) == wanted) return hall;
  }
  return 0;
}

}  // namespace

std::vector<SymmetryOperation> symmetry_of(const Structure& s, double precision) {
  const Dataset data = analysed(s, precision);
  std::vector<SymmetryOperation> list;
  for (int i = 0; i < data->n_operations; ++i) list.push_back(operation(data->rotations[i], data->translations[i]));
  return list;
}

std::string space_group_of(const Structure& s, double precision) {
  const Dataset data = analysed(s, precision);
  return fmt::format("{} ({})", data->international_symbol, data->spacegroup_number);
}

std::vector<SymmetryOperation> space_group_operations(const std::string& name) {
  const int hall = hall_number(name);
  if (hall == 0)
    throw InputError("\"" + name + "\" is no space group",
                     "Write its short symbol (Pnma, Pmn2_1, Fm-3m), its number, or \"hall N\" for setting N of 530.");
  int rotations[192][3][3];
  double translations[192][3];
  const int n = spg_get_symmetry_from_database(rotations, translations, hall);
  std::vector<SymmetryOperation> list;
  for (int i = 0; i < n; ++i) list.push_back(operation(rotations[i], translations[i]));
  return list;
}

Matrix3 primitive_vectors(const Cell& cell, const std::vector<SymmetryOperation>& operations) {
  std::vector<Vector3> translations = {Vector3::UnitX(), Vector3::UnitY(), Vector3::UnitZ()};
  std::size_t n = 0;  // lattice points in the cell
  for (const SymmetryOperation& op : operations)
    if (op.rotation == Eigen::Matrix3i::Identity()) {
      ++n;
      translations.push_back(op.translation - op.translation.array().round().matrix());
    }
  // Translations found numerically are multiples of 1/n of the cell vectors.
  const auto whole = static_cast<double>(n);
  for (Vector3& t : translations) t = (t * whole).array().round() / whole;
  std::erase_if(translations, [](const Vector3& t) { return t.isZero(); });
  const auto length = [&](const Vector3& t) { return (t.transpose() * cell.matrix()).norm(); };
  std::stable_sort(translations.begin(), translations.end(),
                   [&](const Vector3& a, const Vector3& b) { return length(a) < length(b) - 1e-9; });
  // The shortest three that span 1/n of the cell; such a triple exists among lattice vectors this short.
  for (std::size_t k = 2; k < translations.size(); ++k)
    for (std::size_t j = 1; j < k; ++j)
      for (std::size_t i = 0; i < j; ++i) {
        Matrix3 rows;
        rows << translations[i].transpose(), translations[j].transpose(), translations[k].transpose();
        if (std::abs(std::abs(rows.determinant()) * whole - 1) > 1e-6) continue;
        if (rows.determinant() < 0) rows.row(2) = -rows.row(2);
        return reduced(rows, cell.matrix());
      }
  return Matrix3::Identity();
}

std::vector<std::vector<int>> permutations(const Cell& cell, const Positions& positions, const std::vector<int>& kinds,
                                           const std::vector<SymmetryOperation>& operations, double precision) {
  const Eigen::Index n = positions.rows();
  const Positions fractional = positions * cell.matrix().inverse();
  std::vector<std::vector<int>> all;
  for (const SymmetryOperation& op : operations) {
    std::vector<int> to(static_cast<std::size_t>(n), -1);
    for (Eigen::Index i = 0; i < n; ++i) {
      const Vector3 moved = op.rotation.cast<double>() * fractional.row(i).transpose() + op.translation;
      for (Eigen::Index j = 0; j < n && to[static_cast<std::size_t>(i)] < 0; ++j) {
        if (kinds[static_cast<std::size_t>(i)] != kinds[static_cast<std::size_t>(j)]) continue;
        Vector3 d = moved - fractional.row(j).transpose();
        d -= d.array().round().matrix();
        // Sites this near in a fraction of the cell need no search for the shortest image.
        if ((d.transpose() * cell.matrix()).norm() < 3 * precision)
          to[static_cast<std::size_t>(i)] = static_cast<int>(j);
      }
      if (to[static_cast<std::size_t>(i)] < 0)
        throw InputError(fmt::format("a symmetry operation takes site {} to no other", i + 1),
                         "Symmetrise the crystal, or make the symmetry precision smaller.");
    }
    all.push_back(std::move(to));
  }
  return all;
}

}  // namespace vitrion::build
