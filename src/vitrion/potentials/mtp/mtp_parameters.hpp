// Everything that defines a moment tensor potential, as plain data.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "vitrion/core/species.hpp"
#include "vitrion/potentials/mtp/moment_tables.hpp"

namespace vitrion::potentials::mtp {

/// How a radial function looks.
///
///   phi_k(r) = scaling * T_k(t) * (r - max_dist)^2,   t = (2 r - (min_dist + max_dist)) / (max_dist - min_dist)
///
/// with Chebyshev polynomials T_k; below min_dist the same polynomial goes on. The `_repuls` kind holds phi constant
/// below min_dist and adds 1e4 eV * (exp(-10 (r - 1)) - exp(-10 (min_dist - 1))), r in Å, per ordered pair there.
enum class RadialBasis { chebyshev, chebyshev_repulsive };

/// "RBChebyshev" or "RBChebyshev_repuls", the names in `.mtp` files.
std::string_view name_of(RadialBasis basis);

/// A moment tensor potential (Shapeev 2016, doi 10.1137/15M1054183; file conventions of MLIP).
///
///   V_i = species_coeffs[s_i] + sum_a moment_coeffs[a] B_a(i)                      eV
///   f_mu(r; s_i, s_j) = sum_k c[s_i][s_j][mu][k] phi_k(r)                          first species: the central atom
///
/// The coefficients are absent (empty) in an untrained template. Wherever all parameters stand in one vector the order
/// is: radial_coeffs as [s_i][s_j][mu][k], species_coeffs, moment_coeffs.
struct MtpParameters {
  std::string potential_name = "MTP1m";
  std::string potential_tag;  ///< free text of the file, without the species names Vitrion keeps there

  RadialBasis radial_basis = RadialBasis::chebyshev;
  double scaling = 1;          ///< multiplies every radial function
  double min_dist = 2;         ///< Å, where the Chebyshev variable is -1
  double max_dist = 5;         ///< Å, the cutoff
  int radial_basis_size = 8;   ///< k = 0 .. radial_basis_size-1
  int radial_funcs_count = 0;  ///< mu = 0 .. radial_funcs_count-1

  std::vector<Species> species;        ///< by type; Species::type(label) where the file names none
  std::vector<double> radial_coeffs;   ///< shape (n_species, n_species, radial_funcs_count, radial_basis_size)
  std::vector<double> species_coeffs;  ///< eV, shape (n_species)
  std::vector<double> moment_coeffs;   ///< shape (n_scalars)
  MomentTables tables;

  /// Numbers by which `.mtp` pair labels ("0-1") call the species: 0, 1, ..., or what MLIP-3 wrote (atomic numbers).
  /// Empty: 0, 1, ...
  std::vector<int> labels;
  /// Bytes that follow the potential in the file (the active set of `.almtp`, `.mvs`), kept as they are. They belong to
  /// exactly these coefficients: whoever changes the coefficients empties it.
  std::string selection_state;

  std::size_t n_species() const { return species.size(); }
  std::size_t n_radial() const;
  std::size_t n_scalars() const { return tables.scalars.size(); }
  /// Length of the vector of all parameters.
  std::size_t n_parameters() const { return n_radial() + n_species() + n_scalars(); }
  bool is_trained() const { return !moment_coeffs.empty(); }

  /// c[center][neighbor][mu][0 .. radial_basis_size-1]
  std::span<const double> radial(std::size_t center, std::size_t neighbor, int mu) const;
  std::span<double> radial(std::size_t center, std::size_t neighbor, int mu);

  /// All parameters in one vector, in the order above. Throws InputError for an untrained template.
  std::vector<double> flat() const;
  /// The reverse; also turns a template into a trained potential, and empties `selection_state`. Throws InputError when
  /// the length is not n_parameters().
  void set_flat(std::span<const double> parameters);
};

/// Where, among all parameters, those stand that a site energy of a central atom of `type` depends on: radial
/// coefficients of its species, its species coefficient, all moment coefficients.
std::vector<std::size_t> parameters_of_site(const MtpParameters& parameters, std::size_t type);

/// Throws InputError (at `where`) when sizes, ranges or numbers contradict each other.
void validate(const MtpParameters& parameters, const std::string& where = {});

}  // namespace vitrion::potentials::mtp
