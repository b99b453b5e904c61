#include "vitrion/md/session.hpp"

#include <lammps/library.h>

#include <Eigen/Geometry>
#include <Eigen/LU>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>

#include "lammps/box.hpp"
#include "lammps/headers.hpp"
#include "lammps/pair_vitrion.hpp"
#include "vitrion/core/error.hpp"
#include "vitrion/core/parallel.hpp"
#include "vitrion/core/units.hpp"
#include "vitrion/md/mpi.hpp"

namespace vitrion::md {
namespace {

constexpr double fs_per_ps = units::ps_in_fs;

std::vector<char*> mutable_words(std::vector<std::string>& words) {
  std::vector<char*> pointers;
  for (std::string& w : words) pointers.push_back(w.data());
  return pointers;
}

}  // namespace

struct LammpsSession::Instance {
  Mpi mpi;
  std::unique_ptr<LAMMPS_NS::LAMMPS> lammps;

  LAMMPS_NS::LAMMPS* operator->() const { return lammps.get(); }
  lammps::PairVitrion* pair() const {
    return dynamic_cast<lammps::PairVitrion*>(lammps->force->pair_match("vitrion", 1));
  }
  // n_atoms * 3 values by id.
  template <class T>
  std::vector<T> gather(std::string name, std::int64_t n_atoms, int width) const {
    std::vector<T> values(static_cast<std::size_t>(n_atoms * width));
    lammps_gather_atoms(lammps.get(), name.data(), std::is_same_v<T, double> ? 1 : 0, width, values.data());
    return values;
  }
  Positions gather_rows(const std::string& name, std::int64_t n_atoms) const {
    const std::vector<double> values = gather<double>(name, n_atoms, 3);
    return Eigen::Map<const Positions>(values.data(), n_atoms, 3);
  }
};

LammpsSession::LammpsSession(Screen screen, const std::vector<std::string>& arguments)
    : instance_(std::make_unique<Instance>()) {
  std::vector<std::string> words{"vitrion"};
  if (screen == Screen::silent) words.insert(words.end(), {"-screen", "none", "-log", "none"});
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> pointers = mutable_words(words);
  // LAMMPS would set one thread, with a warning, where OMP_NUM_THREADS is not set.
  const ThreadsKept kept;
  setenv("OMP_NUM_THREADS", std::to_string(threads()).c_str(), 0);
  instance_->lammps =
      std::make_unique<LAMMPS_NS::LAMMPS>(static_cast<int>(pointers.size()), pointers.data(), MPI_COMM_WORLD);
  lammps::register_pair_style(*instance_->lammps);
}

LammpsSession::~LammpsSession() = default;

void LammpsSession::command(const std::string& line) {
  (*instance_)->input->one(line);
}

void LammpsSession::file(const std::filesystem::path& input) {
  (*instance_)->input->file(input.c_str());
}

void LammpsSession::script(const std::string& text) {
  // In the place of standard input, from which LAMMPS reads where no file is named; it closes it at its end.
  if (instance_->mpi.is_root()) {
    std::FILE* const input = ::fmemopen(nullptr, text.size() + 1, "w+");
    if (!input) throw std::runtime_error("no memory for the LAMMPS input");
    std::fwrite(text.data(), 1, text.size(), input);
    std::rewind(input);
    (*instance_)->infile = input;
  }
  (*instance_)->input->file();
}

void LammpsSession::create(const Structure& structure, const std::vector<Species>& types, bool charges) {
  if (!structure.cell.is_periodic())
    throw InputError("molecular dynamics needs a cell that is periodic along all three vectors",
                     "Put slabs and molecules into a cell with vacuum.");
  lammps::create_atoms(*instance_->lammps, structure, types, charges);
}

LAMMPS_NS::LAMMPS& LammpsSession::lammps() {
  return *instance_->lammps;
}

double LammpsSession::thermo(const std::string& keyword) const {
  return lammps_get_thermo(instance_->lammps.get(), keyword.c_str());
}

double LammpsSession::value(const std::string& expression) {
  command("variable vitrion_value equal \"" + expression + "\"");
  auto* number = static_cast<double*>(lammps_extract_variable(instance_->lammps.get(), "vitrion_value", nullptr));
  if (number == nullptr) throw lammps::LammpsError("\"" + expression + "\" has no value");
  const double result = *number;
  lammps_free(number);
  return result;
}

Matrix3 LammpsSession::stress() const {
  const double xx = thermo("pxx"), yy = thermo("pyy"), zz = thermo("pzz");
  const double xy = thermo("pxy"), xz = thermo("pxz"), yz = thermo("pyz");
  Matrix3 p;
  p << xx, xy, xz, xy, yy, yz, xz, yz, zz;
  return p / -(*instance_)->force->nktv2p;  // LAMMPS's own factor from eV/Å^3 to bar
}

std::int64_t LammpsSession::n_atoms() const {
  const long long mine = (*instance_)->atom->nlocal;
  long long all = 0;
  MPI_Allreduce(&mine, &all, 1, MPI_LONG_LONG, MPI_SUM, (*instance_)->world);
  return all;
}

std::int64_t LammpsSession::step() const {
  return (*instance_)->update->ntimestep;
}

int LammpsSession::rank() const {
  return instance_->mpi.rank();
}

Cell LammpsSession::cell() const {
  double low[3], high[3], xy = 0, yz = 0, xz = 0;
  int periodic[3], changes = 0;
  lammps_extract_box(instance_->lammps.get(), low, high, &xy, &yz, &xz, periodic, &changes);
  Matrix3 m = Matrix3::Zero();
  for (int k = 0; k < 3; ++k) m(k, k) = high[k] - low[k];
  m(1, 0) = xy;
  m(2, 0) = xz;
  m(2, 1) = yz;
  return Cell(m, {periodic[0] != 0, periodic[1] != 0, periodic[2] != 0});
}

Structure LammpsSession::gather(const std::vector<Species>& types) const {
  const std::int64_t expected = (*instance_)->atom->natoms, n = n_atoms();
  if (n != expected) throw lammps::LammpsError(fmt::format("{} of {} atoms are left", n, expected));
  Structure s;
  s.cell = cell();
  s.step = step();
  for (const int t : instance_->gather<int>("type", n, 1))
    s.species.push_back(types.at(static_cast<std::size_t>(t) - 1));
  const std::vector<int> images = instance_->gather<int>("image", n, 3);
  s.positions = instance_->gather_rows("x", n);
  // A barostat moves the corner of the box; ours stays at the origin.
  s.positions.rowwise() -= Eigen::Map<const Vector3>((*instance_)->domain->boxlo).transpose();
  s.velocities = instance_->gather_rows("v", n) / fs_per_ps;
  s.labels.forces = instance_->gather_rows("f", n);
  for (std::size_t i = 0; i < s.size(); ++i) {
    const int* image = &images[3 * i];
    s.images.push_back({image[0], image[1], image[2]});
    s.positions.row(static_cast<Eigen::Index>(i)) +=
        Vector3(image[0], image[1], image[2]).transpose() * s.cell.matrix();
  }
  s.wrapping = Wrapping::unwrapped;
  return s;
}

std::vector<LammpsSession::Closest> LammpsSession::closest_pairs(int n_types) const {
  const auto size = static_cast<std::size_t>(n_types) * static_cast<std::size_t>(n_types);
  std::vector<Closest> closest(size, {std::numeric_limits<double>::infinity(), 0, 0});
  const lammps::PairVitrion* pair = instance_->pair();
  if (pair == nullptr) return closest;
  const std::vector<lammps::PairVitrion::Closest> mine = pair->closest_pairs();
  // Distances and ids of all ranks as doubles: ids are far below 2^53.
  std::vector<double> sent, all(3 * size * static_cast<std::size_t>(instance_->mpi.size()));
  for (const lammps::PairVitrion::Closest& c : mine)
    sent.insert(sent.end(), {c.distance, static_cast<double>(c.id_a), static_cast<double>(c.id_b)});
  const int count = static_cast<int>(3 * size);
  MPI_Allgather(sent.data(), count, MPI_DOUBLE, all.data(), count, MPI_DOUBLE, (*instance_)->world);
  for (std::size_t k = 0; k < all.size() / 3; ++k) {
    Closest& c = closest[k % size];
    if (all[3 * k] < c.distance)
      c = {all[3 * k], static_cast<std::int64_t>(all[3 * k + 1]), static_cast<std::int64_t>(all[3 * k + 2])};
  }
  return closest;
}

LammpsSession::Strongest LammpsSession::strongest_force() const {
  struct {
    double force;
    int id;
  } mine{-1, 0}, all{};
  const LAMMPS_NS::Atom& atom = *(*instance_)->atom;
  for (int i = 0; i < atom.nlocal; ++i) {
    const double f = Eigen::Map<const Vector3>(atom.f[i]).norm();
    if (!(f <= mine.force)) mine = {std::isnan(f) ? std::numeric_limits<double>::infinity() : f, atom.tag[i]};
  }
  MPI_Allreduce(&mine, &all, 1, MPI_DOUBLE_INT, MPI_MAXLOC, (*instance_)->world);
  return {all.force, all.id};
}

bool LammpsSession::has_grades() const {
  const lammps::PairVitrion* pair = instance_->pair();
  return pair != nullptr && pair->has_grades();
}

void LammpsSession::grade_every(std::int64_t every) {
  if (lammps::PairVitrion* pair = instance_->pair()) pair->grade_every(every);
}

std::optional<LammpsSession::Graded> LammpsSession::highest_grade() {
  if (!has_grades()) return std::nullopt;
  const lammps::PairVitrion::Grade here = instance_->pair()->highest_grade();
  struct {
    double grade;
    int id;
  } mine{std::isnan(here.grade) ? std::numeric_limits<double>::infinity() : here.grade, static_cast<int>(here.id)},
      all{};
  MPI_Allreduce(&mine, &all, 1, MPI_DOUBLE_INT, MPI_MAXLOC, (*instance_)->world);
  return Graded{all.grade, all.id};
}

}  // namespace vitrion::md
