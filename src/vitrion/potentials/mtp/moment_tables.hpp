// The moments of a moment tensor potential: which basic ones there are, how products of them make the rest.
#pragma once

#include <string>
#include <vector>

namespace vitrion::potentials::mtp {

/// The contraction scheme of an MTP of some level (Shapeev 2016, doi 10.1137/15M1054183), as `.mtp` files hold it.
///
/// Moments are numbered 0 .. moments_count-1; the first `basic.size()` are basic. All others start at zero and are
/// filled by running through `products` in order: m[target] += multiplicity * m[a] * m[b].
struct MomentTables {
  /// m = sum_j f_mu(r_j) (x_j/r_j)^nx (y_j/r_j)^ny (z_j/r_j)^nz: one component of the tensor M_{mu,nx+ny+nz}.
  struct Basic {
    int mu, nx, ny, nz;
    bool operator==(const Basic&) const = default;
  };
  struct Product {
    int a, b, multiplicity, target;
    bool operator==(const Product&) const = default;
  };

  std::vector<Basic> basic;
  std::vector<Product> products;
  int moments_count = 0;
  std::vector<int> scalars;  ///< moment number of each scalar basis function B_a, shape (n_scalars)

  /// 1 + the largest mu: how many radial functions the moments need.
  int radial_funcs_count() const;

  bool operator==(const MomentTables&) const = default;
};

/// What is wrong with the tables, or nothing: numbers out of range, a product that reads a moment which is not yet
/// complete, no scalar.
std::string describe_fault(const MomentTables& tables);

}  // namespace vitrion::potentials::mtp
