#include "lammps/lammps_potential.hpp"

#include <fmt/format.h>
#include <lammps/library.h>

#include <Eigen/Geometry>
#include <algorithm>
#include <cstdlib>
#include <mutex>

#include "lammps/box.hpp"
#include "lammps/errors.hpp"
#include "lammps/headers.hpp"
#include "vitrion/core/error.hpp"
#include "vitrion/core/file.hpp"
#include "vitrion/core/parallel.hpp"

namespace vitrion::lammps {
namespace {

// LAMMPS and MPI bear one caller at a time.
std::mutex& turn() {
  static std::mutex mutex;
  return mutex;
}

std::unique_ptr<LAMMPS_NS::LAMMPS> silent_lammps() {
  int started = 0, ended = 0;
  MPI_Initialized(&started);
  MPI_Finalized(&ended);
  if (started == 0 || ended != 0) throw std::logic_error("MPI is not running: start it before a LAMMPS potential");
  std::vector<std::string> words{"vitrion", "-screen", "none", "-log", "none"};
  std::vector<char*> pointers;
  pointers.reserve(words.size());
  for (std::string& word : words) pointers.push_back(word.data());
  // LAMMPS would set one thread, with a warning, where OMP_NUM_THREADS is not set.
  const ThreadsKept kept;
  setenv("OMP_NUM_THREADS", std::to_string(threads()).c_str(), 0);
  auto lammps = std::make_unique<LAMMPS_NS::LAMMPS>(static_cast<int>(pointers.size()), pointers.data(), MPI_COMM_SELF);
  lammps->input->one("atom_modify map yes");
  return lammps;
}

// Directions that are not periodic become so, across all others, with vacuum between the images: `reach`, Å.
Structure enclosed(const Structure& s, double reach) {
  std::vector<Vector3> axes;  // orthonormal
  const auto beyond_axes = [&](const Vector3& v) {
    Vector3 rest = v.normalized();
    for (const Vector3& axis : axes) rest -= rest.dot(axis) * axis;
    return rest;
  };
  Matrix3 m = s.cell.matrix();
  for (int k = 0; k < 3; ++k)
    if (s.cell.periodic()[static_cast<std::size_t>(k)]) axes.push_back(beyond_axes(m.row(k).transpose()).normalized());
  for (int k = 0; k < 3; ++k) {
    if (s.cell.periodic()[static_cast<std::size_t>(k)]) continue;
    for (const Vector3& guess : {Vector3(Vector3::UnitX()), Vector3(Vector3::UnitY()), Vector3(Vector3::UnitZ())})
      if (const Vector3 rest = beyond_axes(guess); rest.norm() > 0.5) {
        const Eigen::VectorXd along = s.positions * rest.normalized();
        m.row(k) = (along.maxCoeff() - along.minCoeff() + reach) * rest.normalized().transpose();
        axes.push_back(rest.normalized());
        break;
      }
  }
  Structure closed = s;
  closed.cell = Cell(m);
  return closed;
}

// One atom of each species, far apart: enough to see whether LAMMPS takes the settings.
Structure probe(const std::vector<Species>& species) {
  Structure s;
  s.species = species;
  s.positions.resize(static_cast<Eigen::Index>(species.size()), 3);
  for (Eigen::Index i = 0; i < s.positions.rows(); ++i) s.positions.row(i).setConstant(4.0 * static_cast<double>(i));
  s.cell = Cell::orthorhombic(30, 30, 30 + 4.0 * static_cast<double>(species.size()));
  return s;
}

Matrix3 pressure(LAMMPS_NS::LAMMPS& lammps) {
  const auto p = [&](const char* name) { return lammps_get_thermo(&lammps, name); };
  Matrix3 m;
  m << p("pxx"), p("pxy"), p("pxz"), p("pxy"), p("pyy"), p("pyz"), p("pxz"), p("pyz"), p("pzz");
  return m / lammps.force->nktv2p;  // LAMMPS's own factor from eV/Å^3 to bar
}

}  // namespace

// A LAMMPS that holds a structure.
struct LammpsPotential::Instance {
  Instance(const Settings& settings, Structure s) : lammps(silent_lammps()), structure(std::move(s)) {
    structure.velocities.resize(0, 3);  // pressures then hold no kinetic part
    rotation = create_atoms(*lammps, structure, settings.species, needs_charges(settings));
    for (const char* line : {"neighbor 0.3 bin", "neigh_modify every 1 delay 0 check yes"}) lammps->input->one(line);
    const InputLines input = input_lines(settings);
    for (const std::string& line : input.lines) lammps->input->one(line);
    for (const char* line : {"thermo_style custom step pe pxx pyy pzz pxy pxz pyz", "thermo_modify norm no"})
      lammps->input->one(line);
  }

  bool holds(const Structure& s) const {
    return s.species == structure.species && s.cell.matrix() == structure.cell.matrix() &&
           s.cell.periodic() == structure.cell.periodic();
  }
  void move(const Positions& positions) {
    Positions turned = positions * rotation;
    std::string name = "x";
    lammps_scatter_atoms(lammps.get(), name.data(), 1, 3, turned.data());
  }
  Labels run() {
    lammps->input->one("run 0 post no");
    const auto n = static_cast<Eigen::Index>(structure.size());
    Labels labels;
    labels.energy = lammps_get_thermo(lammps.get(), "pe");
    labels.energy_kind = EnergyKind::free;
    labels.forces.resize(n, 3);
    std::string name = "f";
    lammps_gather_atoms(lammps.get(), name.data(), 1, 3, labels.forces.data());
    labels.forces = Positions(labels.forces * rotation.transpose());
    labels.stress = Matrix3(-(rotation * pressure(*lammps) * rotation.transpose()));
    return labels;
  }

  std::unique_ptr<LAMMPS_NS::LAMMPS> lammps;
  Structure structure;
  Matrix3 rotation;
};

LammpsPotential::LammpsPotential(Settings settings) : settings_(std::move(settings)) {
  const std::lock_guard lock(turn());
  const Instance instance(settings_, probe(settings_.species));
  instance.lammps->init();
  cutoff_ = instance.lammps->force->pair->cutforce;
}

LammpsPotential::LammpsPotential(Settings settings, double cutoff) : settings_(std::move(settings)), cutoff_(cutoff) {}

LammpsPotential::~LammpsPotential() {
  const std::lock_guard lock(turn());
  instance_.reset();
}

void LammpsPotential::name_species(const std::vector<Species>& names) {
  if (names != settings_.species)
    throw InputError("the LAMMPS potential is made for " + join_names(settings_.species) + ", not " +
                     join_names(names));
}

void LammpsPotential::compute(const neighbors::Neighborhoods&, const potentials::EvaluationRequest&,
                              potentials::GhostExchange&, potentials::Evaluation&) {
  throw InputError(title() + " computes whole structures only",
                   "In LAMMPS inputs use its own pair_style in place of vitrion.");
}

Labels LammpsPotential::evaluate(const Structure& structure) {
  potentials::types_for(*this, structure);  // throws for a species that is not known
  if (!settings_.kspace_style.empty() && !structure.cell.is_periodic())
    throw InputError("kspace_style needs a cell that is periodic along all three vectors");
  if (structure.size() == 0) {
    Labels none;
    none.energy = 0;
    none.forces.resize(0, 3);
    return none;
  }
  const std::lock_guard lock(turn());
  const bool has_stress = structure.cell.has_volume() && structure.cell.is_periodic();
  try {
    // Where there is vacuum the cell follows the atoms.
    if (instance_ && structure.cell.is_periodic() && instance_->holds(structure)) {
      instance_->move(structure.positions);
    } else {
      instance_.reset();
      instance_ = std::make_unique<Instance>(settings_, enclosed(structure, cutoff_ + 1));
    }
    Labels labels = instance_->run();
    if (!has_stress) labels.stress.reset();
    return labels;
  } catch (...) {
    instance_.reset();
    throw;
  }
}

std::unique_ptr<potentials::Potential> LammpsPotential::clone() const {
  return std::unique_ptr<LammpsPotential>(new LammpsPotential(settings_, cutoff_));
}

const Settings* native_settings(const potentials::Potential& potential) {
  const auto* own = dynamic_cast<const LammpsPotential*>(&potential);
  return own != nullptr ? &own->settings() : nullptr;
}

void register_potential(const std::function<void()>& start_mpi) {
  const auto open = [start_mpi](const potentials::Opening& opening) -> std::unique_ptr<potentials::Potential> {
    Settings settings = read_settings(opening);
    start_mpi();
    try {
      return std::make_unique<LammpsPotential>(std::move(settings));
    } catch (const LammpsError& e) {
      throw InputError(Location{opening.file.string()},
                       fmt::format("LAMMPS does not take it: {} (at \"{}\")", e.what(), e.command()));
    }
  };
  potentials::add_kind({.name = "LAMMPS",
                        .description = "any pair style of LAMMPS (YAML: kind: lammps)",
                        .suffixes = {".lammps.yaml"},
                        .recognizes = [](std::string_view text) { return potentials::says_kind(text, "lammps"); },
                        .open = open,
                        .write =
                            [](const std::filesystem::path& file, const potentials::Potential& potential) {
                              const auto& own = dynamic_cast<const LammpsPotential&>(potential);
                              write_file_atomically(file, format_settings(own.settings()));
                            },
                        .further_files = [](const potentials::Opening& o) { return read_settings(o).files; }});
}

}  // namespace vitrion::lammps
