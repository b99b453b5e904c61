// Unit conversions and physical constants (CODATA 2018), the only place in the program that holds any.
//
// Inside: Å, eV, eV/Å, eV/Å^3, fs, K, g/mol, e. Names read "what one multiplies by": x_in_GPa = x * eV_per_A3_in_GPa.
#pragma once

#include <numbers>

namespace vitrion::inline core::units {

inline constexpr double boltzmann_eV_per_K = 8.617333262145e-5;
inline constexpr double elementary_charge_C = 1.602176634e-19;
inline constexpr double avogadro_per_mol = 6.02214076e23;
inline constexpr double atomic_mass_kg = 1.66053906660e-27;
inline constexpr double coulomb_eV_A = 14.399645478425668;  ///< e^2 / (4 pi eps0), eV Å

inline constexpr double hartree_in_eV = 27.211386245988;
inline constexpr double bohr_in_A = 0.529177210903;
inline constexpr double hartree_per_bohr_in_eV_per_A = hartree_in_eV / bohr_in_A;

inline constexpr double eV_per_A3_in_GPa = 160.21766340;
inline constexpr double eV_per_A3_in_bar = 1.6021766340e6;
inline constexpr double kbar_in_GPa = 0.1;

inline constexpr double ps_in_fs = 1e3;
inline constexpr double ns_in_fs = 1e6;

inline constexpr double A2_per_fs_in_cm2_per_s = 1e-1;  ///< (1e-8 cm)^2 / 1e-15 s
inline constexpr double u_per_A3_in_g_per_cm3 = atomic_mass_kg * 1e3 / 1e-24;

/// m v^2 with m in g/mol and v in Å/fs is this many eV.
inline constexpr double u_A2_per_fs2_in_eV = atomic_mass_kg * 1e10 / elementary_charge_C;

inline constexpr double degree = std::numbers::pi / 180.0;

}  // namespace vitrion::inline core::units
