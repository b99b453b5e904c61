// The few probability distributions that intervals need, by Boost.Math. An argument without a meaning (a negative
// number of degrees of freedom) gives what is not a number.
#pragma once

namespace vitrion::transport {

/// P(X <= x) of a standard normal.
double normal_cdf(double x);
/// x with normal_cdf(x) = p, 0 < p < 1.
double normal_quantile(double p);

/// P(X <= x) of a gamma distribution of mean `shape` and scale 1; the regularized lower incomplete gamma function.
/// shape > 0.
double gamma_cdf(double x, double shape);
/// P(X <= x) of a chi-square with `dof` > 0 degrees of freedom (not necessarily whole).
double chi_square_cdf(double x, double dof);
double chi_square_quantile(double p, double dof);

/// The regularized incomplete beta function I_x(a, b).
double beta_cdf(double x, double a, double b);
/// Student's t with `dof` > 0 degrees of freedom.
double student_quantile(double p, double dof);
/// Fisher's F, ratio of two mean squares with dof1 and dof2 > 0 degrees of freedom.
double f_quantile(double p, double dof1, double dof2);

/// P(X <= x) of a Pearson type III variable: gamma-shaped with this mean, standard deviation and skewness (>= 0); a
/// normal where the skewness vanishes.
double pearson3_cdf(double x, double mean, double deviation, double skewness);

}  // namespace vitrion::transport
