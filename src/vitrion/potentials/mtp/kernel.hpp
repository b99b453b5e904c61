// The fast evaluation of an MTP over a range of atoms, compiled for several instruction sets.
#pragma once

#include <hwy/aligned_allocator.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "vitrion/neighbors/neighborhoods.hpp"
#include "vitrion/potentials/mtp/moment_program.hpp"
#include "vitrion/potentials/mtp/mtp_parameters.hpp"

namespace vitrion::potentials::mtp {

/// A potential in the form in which the kernel reads it.
struct KernelModel {
  explicit KernelModel(const MtpParameters& parameters);

  const double* radial_of(int center, int neighbor) const {
    return radial.data() + (center * n_species + neighbor) * basis_size * radial_funcs;
  }

  MomentProgram program;
  int n_species, radial_funcs, basis_size;
  double min_dist, max_dist;  ///< Å
  double scaling;
  bool repulsive;                      ///< RadialBasis::chebyshev_repulsive
  std::vector<double> radial;          ///< scaling * c, shape (center, neighbor, basis_size, radial_funcs)
  std::vector<double> species_coeffs;  ///< eV
  std::vector<double> moment_coeffs;   ///< shape (n_scalars)
  std::vector<double> seeds;           ///< dV/d(slot), shape (n_slots)
};

/// Memory aligned for vector instructions that grows and is reused.
template <class T>
class AlignedBuffer {
 public:
  /// At least `count` values; what was in the buffer is lost when it grows.
  T* get(std::size_t count) {
    if (count > size_) {
      data_ = hwy::AllocateAligned<T>(count);
      size_ = count;
    }
    return data_.get();
  }

 private:
  hwy::AlignedFreeUniquePtr<T[]> data_;
  std::size_t size_ = 0;
};

/// Working memory of one thread.
struct KernelScratch {
  AlignedBuffer<double> near, sorted, records, monomials, sums, moments, adjoints, radial_sums;
  AlignedBuffer<std::int64_t> near_atoms, sorted_atoms, record_atoms;
  std::vector<std::size_t> first_records;
};

/// What one call computes.
struct KernelJob {
  const KernelModel* model;
  const neighbors::Neighborhoods* atoms;
  const double* packed;    ///< x, y, z (Å), type of every atom, shape (n_total, 4), aligned to 32 bytes
  std::size_t begin, end;  ///< local atoms of this call
  double* energies;        ///< eV, shape (n_local); written for begin .. end-1
  double* forces;          ///< eV/Å, shape (n_total + 1, 4); added to. The last row is scratch.
  double* virials;         ///< eV, xx yy zz yz xz xy of each site, shape (n_local, 6); written for begin .. end-1
  /// Derivatives of each site energy by the parameters it can depend on, or nullptr: radial coefficients
  /// [s_j][mu][k] of its own species, then 1 (its species coefficient), then moment coefficients; shape (n_local,
  /// row_size(model)); written for begin .. end-1.
  double* rows = nullptr;
};

/// Numbers in a row of KernelJob::rows.
inline std::size_t row_size(const KernelModel& model) {
  return static_cast<std::size_t>(model.n_species * model.radial_funcs * model.basis_size) + 1 +
         model.moment_coeffs.size();
}

/// Runs on the best instruction set of the processor (or the one that hwy::SetSupportedTargetsForTest chose).
void run_kernel(const KernelJob& job, KernelScratch& scratch);

/// Atoms are worked on in batches of at most this many, so that ranges should begin at multiples of it.
inline constexpr std::size_t kernel_batch = 8;

}  // namespace vitrion::potentials::mtp
