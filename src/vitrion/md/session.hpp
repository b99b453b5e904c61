// One LAMMPS instance with our pair style, from construction to destruction.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lammps/errors.hpp"  // for LammpsError
#include "vitrion/core/structure.hpp"

namespace LAMMPS_NS {
class LAMMPS;
}

namespace vitrion::md {

/// A LAMMPS instance on all ranks of MPI_COMM_WORLD (MPI is started when needed). Every member is collective: all ranks
/// call it. Errors of LAMMPS are thrown as LammpsError; destroy the session after one.
///
/// Atoms have ids 1 .. n; row i of every array handed in or out is the atom with id i + 1. Units are metal.
class LammpsSession {
 public:
  enum class Screen { silent, normal };

  /// `pair_style vitrion` is known; `arguments` are LAMMPS command-line switches.
  explicit LammpsSession(Screen screen = Screen::silent, const std::vector<std::string>& arguments = {});
  ~LammpsSession();
  LammpsSession(const LammpsSession&) = delete;
  LammpsSession& operator=(const LammpsSession&) = delete;

  /// One line of LAMMPS input.
  void command(const std::string& line);
  /// A file of LAMMPS input.
  void file(const std::filesystem::path& input);
  /// LAMMPS input that is in no file; the text of the first rank counts.
  void script(const std::string& text);

  /// Makes the box and the atoms; type t + 1 is types[t], with its mass. The cell must be periodic along all three
  /// vectors; it is turned so that a lies along x and b in the xy plane (LAMMPS's convention), velocities with it.
  /// Atoms have a place for a charge where `charges` says so. Throws InputError when a species is not in `types` or the
  /// cell is not periodic.
  void create(const Structure& structure, const std::vector<Species>& types, bool charges = false);

  /// A keyword of `thermo_style`, in LAMMPS's units (eV, Å, K, bar, ps). Between runs, after a run.
  double thermo(const std::string& keyword) const;
  /// An equal-style expression ("c_msd[4] + 1"). Computes in it must be current: let thermo output name them.
  double value(const std::string& expression);
  /// Stress of the last thermo output, eV/Å^3, ASE's sign (tension positive), kinetic part included.
  Matrix3 stress() const;
  /// Positions (unwrapped), image flags, velocities (Å/fs), forces, cell, of all atoms on all ranks. No energy or
  /// stress: see `thermo`. Throws LammpsError when atoms are missing.
  Structure gather(const std::vector<Species>& types) const;
  Cell cell() const;
  /// Atoms there are now, all ranks together.
  std::int64_t n_atoms() const;
  std::int64_t step() const;
  int rank() const;

  /// The smallest distance of each pair of types in the neighbour lists of the pair style, row a * n_types + b, Å;
  /// infinity where there is none. With the ids of one such pair.
  struct Closest {
    double distance;
    std::int64_t id_a, id_b;
  };
  std::vector<Closest> closest_pairs(int n_types) const;
  /// Atom with the largest force: eV/Å, and its id.
  struct Strongest {
    double force;
    std::int64_t id;
  };
  Strongest strongest_force() const;

  /// Steps whose number `every` divides are graded along with their forces (0: none). Only where the potential has
  /// grades does it cost anything.
  void grade_every(std::int64_t every);
  /// Atom with the highest extrapolation grade, where the potential has grades. Costs one evaluation of the potential
  /// at steps that were not graded along with their forces.
  struct Graded {
    double grade;
    std::int64_t id;
  };
  std::optional<Graded> highest_grade();
  bool has_grades() const;

  LAMMPS_NS::LAMMPS& lammps();

 private:
  struct Instance;
  std::unique_ptr<Instance> instance_;
};

}  // namespace vitrion::md
