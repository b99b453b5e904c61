#include "vitrion/io/lammps.hpp"

#include <Eigen/LU>
#include <Eigen/QR>
#include <cmath>

#include "vitrion/core/text.hpp"
#include "vitrion/core/trajectory.hpp"
#include "vitrion/core/units.hpp"
#include "vitrion/io/format.hpp"

namespace vitrion::io {

LammpsUnits LammpsUnits::real() {
  const double kcal_per_mol = 4184.0 / (units::avogadro_per_mol * units::elementary_charge_C);
  return {1.0, 1.0, kcal_per_mol};
}

LammpsUnits LammpsUnits::named(std::string_view style, const LineReader& lines) {
  if (style == "metal") return metal();
  if (style == "real") return real();
  lines.fail("units \"" + std::string(style) + "\" cannot be read", "Only units metal and real have Å and fs or ps.");
}

LammpsRunUnits::LammpsRunUnits(const std::string& chosen) : style_(chosen) {
  if (chosen.empty()) return;
  if (chosen != "metal" && chosen != "real")
    throw InputError("units \"" + chosen + "\" of LAMMPS cannot be read", "Choose metal or real.");
  values_ = chosen == "real" ? LammpsUnits::real() : LammpsUnits::metal();
  known_ = true;
}

void LammpsRunUnits::set_named(std::string_view style, const LineReader& lines) {
  values_ = LammpsUnits::named(style, lines);
  if (known_ && style_ != style)
    lines.fail("the file names units " + std::string(style) + ", --units says " + style_, "Leave --units out.");
  style_ = style;
  known_ = true;
}

Matrix3 LammpsBox::matrix() const {
  Matrix3 m;
  m << high[0] - low[0], 0, 0, xy, high[1] - low[1], 0, xz, yz, high[2] - low[2];
  return m;
}

void store_origin(Structure& frame, const Vector3& origin) {
  if (origin.isZero(0)) return;
  frame.info["origin"] = shortest(origin[0]) + " " + shortest(origin[1]) + " " + shortest(origin[2]);
}

void sort_by_id(Structure& frame) {
  if (!std::is_sorted(frame.ids.begin(), frame.ids.end())) reorder(frame, rows_by_id(frame));
}

namespace {

/// Whole multiples of a and b that shorten b and c; throws nothing.
Matrix3 with_reduced_tilts(Matrix3 m) {
  m.row(2) -= std::round(m(2, 1) / m(1, 1)) * m.row(1);
  m.row(2) -= std::round(m(2, 0) / m(0, 0)) * m.row(0);
  m.row(1) -= std::round(m(1, 0) / m(0, 0)) * m.row(0);
  return m;
}

/// Positions with image flags applied in the old cell, flags counted anew in the new one.
void change_cell(Structure& frame, const Matrix3& cell) {
  if (!frame.images.empty()) {
    const Matrix3 inverse = cell.inverse();
    for (std::size_t i = 0; i < frame.size(); ++i) {
      auto x = frame.positions.row(static_cast<Eigen::Index>(i));
      for (int k = 0; k < 3; ++k) x += frame.images[i][static_cast<std::size_t>(k)] * frame.cell.matrix().row(k);
      const Eigen::RowVector3d s = x * inverse;
      for (int k = 0; k < 3; ++k) {
        const double crossed = std::floor(s[k]);
        frame.images[i][static_cast<std::size_t>(k)] = static_cast<int>(crossed);
        x -= crossed * cell.row(k);
      }
    }
  }
  frame.cell = Cell(cell, frame.cell.periodic());
}

}  // namespace

LammpsFrame to_lammps(const Structure& frame, bool reduce_tilts) {
  if (!frame.cell.has_volume())
    throw InputError("a LAMMPS file needs a cell with a volume", "Put the atoms into a cell first, or write extxyz.");
  LammpsFrame out{frame, Vector3::Zero()};
  Structure& s = out.structure;
  if (const auto origin = frame.info.find("origin"); origin != frame.info.end()) {
    const auto words = split_words(origin->second);
    for (std::size_t k = 0; k < 3 && words.size() == 3; ++k)
      out.origin[static_cast<Eigen::Index>(k)] = parse_double(words[k]).value_or(0);
  }
  const Matrix3& m = frame.cell.matrix();
  const bool upright = m(0, 1) == 0 && m(0, 2) == 0 && m(1, 2) == 0 && m(0, 0) > 0 && m(1, 1) > 0 && m(2, 2) > 0;
  if (!upright) {
    // M^T = Q R with positive diagonal of R: the turned cell is R^T, and rows turn by x -> x Q.
    const Eigen::HouseholderQR<Matrix3> qr(m.transpose());
    Matrix3 q = qr.householderQ();
    Matrix3 r = qr.matrixQR().triangularView<Eigen::Upper>();
    const Vector3 sign = r.diagonal().unaryExpr([](double d) { return d < 0 ? -1.0 : 1.0; });
    q = q * sign.asDiagonal();
    r = sign.asDiagonal() * r;
    const Matrix3 turned = r.transpose();
    s.cell = Cell(turned, frame.cell.periodic());
    for (Positions* rows : {&s.positions, &s.velocities, &s.labels.forces}) *rows = (*rows * q).eval();
    if (s.labels.stress) s.labels.stress = Matrix3(q.transpose() * *s.labels.stress * q);
    out.origin.setZero();
  }
  if (reduce_tilts) {
    const Matrix3 reduced = with_reduced_tilts(s.cell.matrix());
    if (!(reduced == s.cell.matrix())) change_cell(s, reduced);
  }
  return out;
}

}  // namespace vitrion::io
