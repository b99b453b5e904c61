// Scattering lengths and form factors, from gemmi's tables.
#include <cmath>
#include <gemmi/it92.hpp>
#include <gemmi/neutron92.hpp>
#include <numbers>

#include "vitrion/structure/structure_factor.hpp"

namespace vitrion::structure {

double neutron_length(Species species) {
  if (!species.is_element()) return 0;
  return gemmi::Neutron92<double>::get_(static_cast<gemmi::El>(species.atomic_number()));
}

double xray_form_factor(Species species, double q) {
  if (!species.is_element()) return 0;
  const auto element = static_cast<gemmi::El>(species.atomic_number());
  if (!gemmi::IT92<double>::has(element)) return 0;
  const double s = q / (4 * std::numbers::pi);  // sin(theta) / lambda
  return gemmi::IT92<double>::get(element).calculate_sf(s * s);
}

}  // namespace vitrion::structure
