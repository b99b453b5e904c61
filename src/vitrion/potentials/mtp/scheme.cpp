#include "vitrion/potentials/mtp/scheme.hpp"

#include <algorithm>
#include <map>

#include "vitrion/core/error.hpp"
#include "vitrion/potentials/mtp/configuration.hpp"

namespace vitrion::potentials::mtp {
namespace {

using Power = std::array<int, 3>;

// All monomials up to `max_degree`, by degree, so that parents come first.
std::vector<Scheme::Monomial> make_monomials(int max_degree) {
  std::vector<Scheme::Monomial> list;
  std::map<Power, int> row;
  for (int degree = 0; degree <= max_degree; ++degree)
    for (int nx = degree; nx >= 0; --nx)
      for (int ny = degree - nx; ny >= 0; --ny) {
        Scheme::Monomial m{{nx, ny, degree - nx - ny}, degree, -1, -1, {-1, -1, -1}};
        for (int a = 0; a < 3; ++a) {
          Power lower = m.power;
          if (--lower[static_cast<std::size_t>(a)] < 0) continue;
          m.lowered[static_cast<std::size_t>(a)] = row.at(lower);
          m.parent = m.lowered[static_cast<std::size_t>(a)];
          m.axis = a;
        }
        row[m.power] = static_cast<int>(list.size());
        list.push_back(m);
      }
  return list;
}

}  // namespace

Scheme::Scheme(const MtpParameters& p)
    : n_types(static_cast<int>(p.n_species())),
      n_mu(p.radial_funcs_count),
      n_k(p.radial_basis_size),
      n_k_padded(padded(p.radial_basis_size)),
      min_dist(p.min_dist),
      max_dist(p.max_dist),
      scaling(p.scaling),
      n_moments(p.tables.moments_count),
      max_degree(0),
      basic_of_mu(static_cast<std::size_t>(p.radial_funcs_count)),
      scalars(p.tables.scalars) {
  if (p.radial_basis != RadialBasis::chebyshev)
    throw InputError("only potentials of radial basis RBChebyshev can be trained",
                     "Train a fresh potential (potential: {type: mtp, level: ...}).");
  for (const auto& b : p.tables.basic) max_degree = std::max(max_degree, b.nx + b.ny + b.nz);
  monomials = make_monomials(max_degree);
  std::map<Power, int> row;
  for (std::size_t i = 0; i < monomials.size(); ++i) row[monomials[i].power] = static_cast<int>(i);
  for (const auto& b : p.tables.basic) {
    basic_of_mu[static_cast<std::size_t>(b.mu)].push_back(static_cast<int>(basic.size()));
    basic.push_back({b.mu, row.at({b.nx, b.ny, b.nz})});
  }

  // Rows of one target are moved to where its last row stands: all their sources are complete by then, and whatever
  // reads the target comes later.
  std::vector<int> last_row(static_cast<std::size_t>(n_moments), -1);
  std::vector<bool> is_read(static_cast<std::size_t>(n_moments), false);
  std::vector<std::vector<Product>> rows(static_cast<std::size_t>(n_moments));
  for (std::size_t i = 0; i < p.tables.products.size(); ++i) {
    const auto& product = p.tables.products[i];
    last_row[static_cast<std::size_t>(product.target)] = static_cast<int>(i);
    is_read[static_cast<std::size_t>(product.a)] = is_read[static_cast<std::size_t>(product.b)] = true;
    rows[static_cast<std::size_t>(product.target)].push_back(
        {product.a, product.b, static_cast<double>(product.multiplicity)});
  }
  for (std::size_t i = 0; i < p.tables.products.size(); ++i) {
    const auto t = static_cast<std::size_t>(p.tables.products[i].target);
    if (last_row[t] != static_cast<int>(i)) continue;
    const int first = static_cast<int>(products.size());
    products.insert(products.end(), rows[t].begin(), rows[t].end());
    targets.push_back({static_cast<int>(t), first, static_cast<int>(products.size()), !is_read[t]});
  }
}

}  // namespace vitrion::potentials::mtp
