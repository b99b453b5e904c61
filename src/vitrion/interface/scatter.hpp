// The variance of an estimate from what independent pieces of the data add to it.
#pragma once

#include <cstddef>
#include <vector>

#include "vitrion/transport/slope.hpp"  // for Interval

namespace vitrion::interface {

/// What every piece (an ion in a part of the run) adds to the deviation of an estimate, shape (n_ions, n_parts); sum 0.
struct PieceSums {
  std::size_t n_ions = 0, n_parts = 0;
  std::vector<double> value;

  PieceSums(std::size_t ions, std::size_t parts) : n_ions(ions), n_parts(parts), value(ions * parts, 0.0) {}
  double& at(std::size_t ion, std::size_t part) { return value[ion * n_parts + part]; }
  double at(std::size_t ion, std::size_t part) const { return value[ion * n_parts + part]; }
};

/// A variance, and how well it is known.
struct Scatter {
  double variance = 0;
  double freedom = 1;  ///< degrees of freedom of the chi-square that the variance scatters like
  double pieces = 0;   ///< effective number of pieces that add to it: few make it worth little
};

/// Variance of the sum: of the pieces as if all were independent; times what ions as wholes scatter more (an ion that
/// stays slow), and times what parts of the run scatter more (ions that move together), as variances clustered two ways
/// do it (Cameron, Gelbach and Miller 2011, doi 10.1198/jbes.2010.07136). The factor of the parts is at least 1, that
/// of the ions too unless there are many of them.
Scatter scatter_of(const PieceSums& pieces);

/// 95 % interval of a rate found as `value` with relative variance `relative`: that of a count of 1/relative events
/// (Garwood 1936, doi 10.1093/biomet/28.3-4.437), widened as Student's t for a variance known with `freedom`.
transport::Interval interval_of_rate(double value, double relative, double freedom, double confidence = 0.95);

/// One-sided upper limit of a rate (at `probability`), the same way.
double upper_limit_of_rate(double value, double relative, double freedom, double probability);

}  // namespace vitrion::interface
