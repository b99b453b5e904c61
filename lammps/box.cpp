#include "lammps/box.hpp"

#include <lammps/library.h>

#include <Eigen/Geometry>
#include <Eigen/LU>
#include <algorithm>
#include <cmath>

#include "lammps/errors.hpp"
#include "vitrion/core/error.hpp"
#include "vitrion/core/units.hpp"

namespace vitrion::lammps {
namespace {

// The same lattice with a along x, b in the xy plane and a right-handed basis: a lower triangular matrix.
Matrix3 in_lammps_axes(Matrix3 m) {
  const bool already = m(0, 1) == 0 && m(0, 2) == 0 && m(1, 2) == 0 && m(0, 0) > 0 && m(1, 1) > 0 && m(2, 2) > 0;
  if (already) return m;
  if (m.determinant() < 0) m.row(2) *= -1;  // (a, b, -c) spans the same lattice
  const Vector3 a = m.row(0), b = m.row(1), c = m.row(2);
  const Vector3 x = a.normalized();
  Matrix3 l = Matrix3::Zero();
  l(0, 0) = a.norm();
  l(1, 0) = b.dot(x);
  l(1, 1) = x.cross(b).norm();
  l(2, 0) = c.dot(x);
  l(2, 1) = (b.dot(c) - l(1, 0) * l(2, 0)) / l(1, 1);
  l(2, 2) = std::sqrt(c.squaredNorm() - l(2, 0) * l(2, 0) - l(2, 1) * l(2, 1));
  for (double* tilt : {&l(1, 0), &l(2, 0), &l(2, 1)})
    if (std::abs(*tilt) < 1e-12 * m.norm()) *tilt = 0;
  return l;
}

int type_number(const std::vector<Species>& types, const Species& species) {
  const auto found = std::find(types.begin(), types.end(), species);
  if (found == types.end())
    throw InputError("the structure holds " + species.name() + "; it is set up for " + join_names(types));
  return static_cast<int>(found - types.begin()) + 1;
}

// What `region` says of the box after its name.
std::string extent(const Matrix3& box) {
  const bool skewed = box(1, 0) != 0 || box(2, 0) != 0 || box(2, 1) != 0;
  std::string text =
      fmt::format("{} 0 {:.17g} 0 {:.17g} 0 {:.17g}", skewed ? "prism" : "block", box(0, 0), box(1, 1), box(2, 2));
  if (skewed) text += fmt::format(" {:.17g} {:.17g} {:.17g}", box(1, 0), box(2, 0), box(2, 1));
  return text + " units box";
}

struct Rotated {
  Matrix3 box, rotation;
};

// A left-handed cell is made right-handed by turning c round, not by mirroring.
Rotated rotated(const Matrix3& cell) {
  const Matrix3 box = in_lammps_axes(cell);
  Matrix3 basis = cell;
  if (basis.determinant() < 0) basis.row(2) *= -1;
  return {box, box != cell ? Matrix3(basis.inverse() * box) : Matrix3::Identity()};
}

}  // namespace

Matrix3 create_atoms(LAMMPS_NS::LAMMPS& lammps, const Structure& structure, const std::vector<Species>& types,
                     bool charges) {
  const auto [box, rotation] = rotated(structure.cell.matrix());
  std::vector<std::string> lines{"units metal",
                                 charges ? "atom_style charge" : "atom_style atomic",
                                 "boundary p p p",
                                 "box tilt large",
                                 "region box " + extent(box),
                                 fmt::format("create_box {} box", types.size())};
  for (std::size_t t = 0; t < types.size(); ++t)
    lines.push_back(fmt::format("mass {} {:.17g}", t + 1, types[t].mass()));
  for (const std::string& line : lines) lammps.input->one(line);

  const Positions positions = structure.positions * rotation;
  const Cell cell(box);
  const int n = static_cast<int>(structure.size());
  std::vector<int> ids, type_numbers, images;
  Positions wrapped(n, 3), velocities = Positions::Zero(n, 3);
  for (int i = 0; i < n; ++i) {
    ids.push_back(i + 1);
    type_numbers.push_back(type_number(types, structure.species[static_cast<std::size_t>(i)]));
    wrapped.row(i) = cell.wrap(positions.row(i)).transpose();
    const Vector3 crossed = cell.to_fractional((positions.row(i) - wrapped.row(i)).transpose());
    int image[3];
    for (int k = 0; k < 3; ++k) {
      image[k] = static_cast<int>(std::lround(crossed[k]));
      if (structure.wrapping == Wrapping::wrapped && !structure.images.empty())
        image[k] += structure.images[static_cast<std::size_t>(i)][static_cast<std::size_t>(k)];
    }
    images.push_back(lammps_encode_image_flags(image[0], image[1], image[2]));
  }
  if (structure.has_velocities()) velocities = structure.velocities * rotation * units::ps_in_fs;
  lammps_create_atoms(&lammps, n, ids.data(), type_numbers.data(), wrapped.data(), velocities.data(), images.data(), 0);
  long long mine = lammps.atom->nlocal, all = 0;
  MPI_Allreduce(&mine, &all, 1, MPI_LONG_LONG, MPI_SUM, lammps.world);
  if (all != n) throw LammpsError(fmt::format("LAMMPS placed {} of {} atoms", all, n));
  return rotation;
}

}  // namespace vitrion::lammps
