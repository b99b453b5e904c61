// Static structure factors: partial (Faber-Ziman), and total as neutrons and X-rays see them.
#pragma once

#include <array>
#include <complex>
#include <vector>

#include "vitrion/core/structure.hpp"

namespace vitrion::structure {

struct StructureFactorOptions {
  double q_max = 12;          ///< 1/Å
  double bin_width = 0.05;    ///< 1/Å
  double complete_below = 4;  ///< 1/Å: every wave vector of the cell up to here, `per_bin` at most of each bin beyond
  int per_bin = 100;
};

/// S(q) on bins that hold at least one wave vector of the cell.
struct StructureFactors {
  std::vector<Species> species;
  std::vector<double> q;                           ///< 1/Å, mean of the bin's vectors, shape (n_bins)
  std::vector<std::pair<Species, Species>> pairs;  ///< a <= b
  std::vector<std::vector<double>> partial;        ///< S_ab(q), shape (n_pairs, n_bins)
  std::vector<double> neutron;                     ///< empty when a species has no known scattering length
  std::vector<double> xray;                        ///< empty when a species has no known form factor
  std::size_t n_frames = 0;

  /// The most intense wave vector below `complete_below`, intensities averaged over the frames.
  struct Bragg {
    double q = 0;              ///< 1/Å
    std::array<int, 3> hkl{};  ///< in units of the reciprocal cell
    double ordered = 0;        ///< |rho|^2 / N^2: 1 for a one-atom lattice, of order 1/N for a glass
    double over_shell = 0;     ///< its intensity over the mean of all vectors of nearly its length (+- 0.3 1/Å)
    double glass_limit = 0;    ///< what disorder stays below in 99 of 100 structures (speckle: exponential statistics)
    std::size_t n_vectors = 0;
  };
  Bragg bragg;
};

/// Direct sums rho_a(q) = sum exp(-i q.r) over wave vectors commensurate with the cell:
///
///   S_ab(q) = 1 + N / (N_a N_b) ( < rho_a* rho_b > - delta_ab N_a )         (Faber and Ziman 1965,
///   S(q) = sum c_a c_b w_a w_b S_ab / < w >^2                                doi 10.1080/14786436508211931)
///
/// w: neutron scattering lengths (Sears 1992, Neutron News 3(3), 26) or X-ray form factors of neutral atoms
/// (International Tables C, 1992, table 6.1.1.4), both from gemmi's tables.
class StructureFactorAccumulator {
 public:
  explicit StructureFactorAccumulator(const StructureFactorOptions& options = {}) : options_(options) {}
  /// Throws InputError when the cell is not periodic or the composition changed.
  void add(const Structure& frame);
  StructureFactors finish() const;

 private:
  void choose_vectors(const Structure& frame);
  StructureFactors::Bragg strongest_vector() const;

  StructureFactorOptions options_;
  std::vector<Species> species_, atoms_;
  std::vector<std::size_t> counts_;
  std::vector<std::array<int, 3>> hkl_;
  std::vector<double> q_;          // mean over frames x n_frames, shape (n_vectors)
  std::vector<double> products_;   // Re rho_a* rho_b, shape (n_vectors, n_species, n_species)
  std::vector<double> intensity_;  // |sum rho|^2, shape (n_vectors)
  std::size_t n_frames_ = 0;
};

/// Bound coherent neutron scattering length, fm (Sears 1992); 0 when unknown.
double neutron_length(Species species);
/// Form factor of the neutral atom at q (1/Å), electrons; 0 when unknown.
double xray_form_factor(Species species, double q);

}  // namespace vitrion::structure
