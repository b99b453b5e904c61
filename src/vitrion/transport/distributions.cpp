#include "vitrion/transport/distributions.hpp"

#include <boost/math/distributions/chi_squared.hpp>
#include <boost/math/distributions/fisher_f.hpp>
#include <boost/math/distributions/normal.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <boost/math/special_functions/beta.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>

namespace vitrion::transport {
namespace {

using namespace boost::math::policies;
// Arguments without a meaning give what is not a number, and what has no end infinity; neither throws.
using Quiet = policy<domain_error<ignore_error>, pole_error<ignore_error>, overflow_error<ignore_error>,
                     evaluation_error<ignore_error>, promote_double<false>>;
constexpr Quiet quiet;

}  // namespace

double normal_cdf(double x) {
  return cdf(boost::math::normal_distribution<double, Quiet>(), x);
}

double normal_quantile(double p) {
  return quantile(boost::math::normal_distribution<double, Quiet>(), p);
}

double gamma_cdf(double x, double shape) {
  return x > 0 ? boost::math::gamma_p(shape, x, quiet) : 0.0;
}

double chi_square_cdf(double x, double dof) {
  return gamma_cdf(x / 2, dof / 2);
}

double chi_square_quantile(double p, double dof) {
  return quantile(boost::math::chi_squared_distribution<double, Quiet>(dof), p);
}

double beta_cdf(double x, double a, double b) {
  return x > 0 ? x < 1 ? boost::math::ibeta(a, b, x, quiet) : 1.0 : 0.0;
}

double student_quantile(double p, double dof) {
  return quantile(boost::math::students_t_distribution<double, Quiet>(dof), p);
}

double f_quantile(double p, double dof1, double dof2) {
  return quantile(boost::math::fisher_f_distribution<double, Quiet>(dof1, dof2), p);
}

double pearson3_cdf(double x, double mean, double deviation, double skewness) {
  const double z = (x - mean) / deviation;
  if (skewness < 1e-3) return normal_cdf(z);
  const double shape = 4 / (skewness * skewness);
  return gamma_cdf(shape + z * std::sqrt(shape), shape);
}

}  // namespace vitrion::transport
