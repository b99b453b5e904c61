#include "vitrion/potentials/mtp/mtp_parameters.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "vitrion/core/error.hpp"

namespace vitrion::potentials::mtp {
namespace {

bool all_finite(const std::vector<double>& values) {
  return std::all_of(values.begin(), values.end(), [](double v) { return std::isfinite(v); });
}

std::string fault_of_radial_part(const MtpParameters& p) {
  if (!(p.max_dist > p.min_dist) || !(p.max_dist > 0) || !std::isfinite(p.max_dist) || !(p.min_dist >= 0))
    return fmt::format("min_dist {} and max_dist {} (Å) do not enclose a range", p.min_dist, p.max_dist);
  if (!std::isfinite(p.scaling) || p.scaling == 0) return "scaling must be a finite number other than 0";
  if (p.radial_basis_size < 1) return "radial_basis_size must be at least 1";
  if (p.radial_funcs_count < p.tables.radial_funcs_count())
    return fmt::format("the basic moments use {} radial functions, radial_funcs_count is {}",
                       p.tables.radial_funcs_count(), p.radial_funcs_count);
  return {};
}

std::string fault_of_coefficients(const MtpParameters& p) {
  const bool trained = p.is_trained();
  const auto check = [&](const char* name, const std::vector<double>& values, std::size_t expected) -> std::string {
    if (!trained && values.empty()) return {};
    if (values.size() != expected)
      return fmt::format("{} holds {} numbers, {} are needed", name, values.size(), expected);
    return all_finite(values) ? std::string{} : fmt::format("{} holds a number that is not finite", name);
  };
  if (trained && p.species.empty()) return "the potential has coefficients but no species";
  if (std::string f = check("radial_coeffs", p.radial_coeffs, p.n_radial()); !f.empty()) return f;
  if (std::string f = check("species_coeffs", p.species_coeffs, p.n_species()); !f.empty()) return f;
  return check("moment_coeffs", p.moment_coeffs, p.n_scalars());
}

}  // namespace

std::string_view name_of(RadialBasis basis) {
  return basis == RadialBasis::chebyshev ? "RBChebyshev" : "RBChebyshev_repuls";
}

std::size_t MtpParameters::n_radial() const {
  return n_species() * n_species() * static_cast<std::size_t>(radial_funcs_count) *
         static_cast<std::size_t>(radial_basis_size);
}

std::span<const double> MtpParameters::radial(std::size_t center, std::size_t neighbor, int mu) const {
  const auto size = static_cast<std::size_t>(radial_basis_size);
  const std::size_t function =
      (center * n_species() + neighbor) * static_cast<std::size_t>(radial_funcs_count) + static_cast<std::size_t>(mu);
  return std::span(radial_coeffs).subspan(function * size, size);
}

std::span<double> MtpParameters::radial(std::size_t center, std::size_t neighbor, int mu) {
  const std::span<const double> s = std::as_const(*this).radial(center, neighbor, mu);
  return {radial_coeffs.data() + (s.data() - radial_coeffs.data()), s.size()};
}

std::vector<double> MtpParameters::flat() const {
  if (!is_trained()) throw InputError("the potential is an untrained template: it has no coefficients");
  std::vector<double> all;
  all.reserve(n_parameters());
  for (const auto* part : {&radial_coeffs, &species_coeffs, &moment_coeffs})
    all.insert(all.end(), part->begin(), part->end());
  return all;
}

void MtpParameters::set_flat(std::span<const double> parameters) {
  if (parameters.size() != n_parameters())
    throw InputError(fmt::format("{} parameters given, the potential has {}", parameters.size(), n_parameters()));
  const auto take = [&](std::vector<double>& part, std::size_t count) {
    part.assign(parameters.begin(), parameters.begin() + static_cast<std::ptrdiff_t>(count));
    parameters = parameters.subspan(count);
  };
  take(radial_coeffs, n_radial());
  take(species_coeffs, n_species());
  take(moment_coeffs, n_scalars());
  selection_state.clear();
}

std::vector<std::size_t> parameters_of_site(const MtpParameters& p, std::size_t type) {
  const std::size_t block = p.n_radial() / p.n_species();
  std::vector<std::size_t> places(block);
  std::iota(places.begin(), places.end(), type * block);
  places.push_back(p.n_radial() + type);
  for (std::size_t k = 0; k < p.n_scalars(); ++k) places.push_back(p.n_radial() + p.n_species() + k);
  return places;
}

void validate(const MtpParameters& p, const std::string& where) {
  const Location location{where};
  if (std::string fault = describe_fault(p.tables); !fault.empty()) throw InputError(location, fault);
  if (std::string fault = fault_of_radial_part(p); !fault.empty()) throw InputError(location, fault);
  if (!p.labels.empty() && p.labels.size() != p.species.size())
    throw InputError(location, fmt::format("{} labels for {} species", p.labels.size(), p.species.size()));
  if (std::string fault = fault_of_coefficients(p); !fault.empty()) throw InputError(location, fault);
}

}  // namespace vitrion::potentials::mtp
