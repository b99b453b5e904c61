#include "vitrion/build/displace.hpp"

#include <fmt/format.h>

#include "vitrion/build/geometry.hpp"
#include "vitrion/core/error.hpp"
#include "vitrion/core/random.hpp"

namespace vitrion::build {

Structure displaced(const Structure& s, const DisplaceOptions& o) {
  require_solid(s, "the structure to displace");
  if (!(o.size > 0)) throw InputError("random displacements need a positive size (Å)");
  if (!(o.min_distance > 0)) throw InputError("the smallest distance of displaced atoms must be positive (Å)");
  Random random(o.seed, o.copy);
  Structure out = bare(s);
  std::optional<Contact> contact;
  for (int draw = 0; draw < 100; ++draw) {
    for (Eigen::Index i = 0; i < s.positions.rows(); ++i)
      for (int k = 0; k < 3; ++k) {
        const double step = o.distribution == Distribution::gaussian ? random.normal() : 2 * random.uniform() - 1;
        out.positions(i, k) = s.positions(i, k) + o.size * step;
      }
    contact = nearest_contact(out, o.min_distance);
    if (!contact) return out;
  }
  throw InputError(fmt::format("100 draws of displacements of {} Å all brought atoms nearer than {} Å (the last: {})",
                               o.size, o.min_distance, describe(out, *contact)),
                   "Displace less, or allow a smaller distance.");
}

}  // namespace vitrion::build
