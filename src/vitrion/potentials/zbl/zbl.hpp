// Screened nuclear repulsion at short range (Ziegler, Biersack and Littmark).
#pragma once

#include <vector>

#include "vitrion/potentials/potential.hpp"

namespace vitrion::potentials {

/// Where the repulsion fades out.
struct ZblOptions {
  std::vector<Species> species;  ///< elements, by type index
  double inner = 1.0;            ///< Å: below it the potential is ZBL's own plus a constant
  double outer = 2.0;            ///< Å: from it on there is no interaction
};

/// E_ij(r) = (e^2 / 4 pi eps0) Z_i Z_j / r * phi(r/a) + S(r), a = 0.46850 Å / (Z_i^0.23 + Z_j^0.23), with the universal
/// screening function phi of Ziegler, Biersack and Littmark 1985 ("The Stopping and Range of Ions in Matter",
/// ISBN 0-08-021603-X) in its four-exponential form.
///
/// S(r) is the polynomial that takes energy, force and the force's slope to zero at `outer`: a constant up to `inner`,
/// A/3 (r - inner)^3 + B/4 (r - inner)^4 + constant beyond. It is the switching of LAMMPS's `pair_style zbl`, so
/// results can be compared directly. Its file is YAML: `kind: zbl`, `species: [Li, P]`, `inner: 1.0`, `outer: 2.0` (Å).
class Zbl final : public Potential {
 public:
  /// Throws InputError when a species is no element, when there is none, or unless 0 < inner < outer.
  explicit Zbl(ZblOptions options);

  std::string kind() const override { return "ZBL"; }
  const std::vector<Species>& species() const override { return options_.species; }
  void name_species(const std::vector<Species>& names) override;
  double cutoff() const override { return options_.outer; }
  void compute(const neighbors::Neighborhoods& atoms, const EvaluationRequest& request, GhostExchange& ghosts,
               Evaluation& result) override;
  std::unique_ptr<Potential> clone() const override { return std::make_unique<Zbl>(*this); }

  const ZblOptions& options() const { return options_; }

  struct Value {
    double energy;  ///< eV
    double slope;   ///< dE/dr, eV/Å
  };
  /// One pair of types at distance r (Å).
  Value pair(int type_i, int type_j, double r) const;

 private:
  /// What a pair of elements needs; lengths in Å, energies in eV.
  struct PairTerms {
    double prefactor;  ///< eV Å: e^2 Z_i Z_j / (4 pi eps0)
    double length;     ///< screening length a
    double cubic, quartic, constant;
  };
  const PairTerms& terms(int type_i, int type_j) const {
    return terms_[static_cast<std::size_t>(type_i) * options_.species.size() + static_cast<std::size_t>(type_j)];
  }

  void compute_site(const neighbors::Neighborhoods& atoms, std::size_t i, Evaluation& result);

  ZblOptions options_;
  std::vector<PairTerms> terms_;                                       // shape (n_species, n_species)
  Eigen::Matrix<double, Eigen::Dynamic, 9, Eigen::RowMajor> virials_;  // of sites, scratch
};

}  // namespace vitrion::potentials
