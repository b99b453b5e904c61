#include "vitrion/train/calibration.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>

#include "vitrion/core/parallel.hpp"

namespace vitrion::train {
namespace {

constexpr double limits[] = {0.25, 0.5, 1, 2, 5, 10, INFINITY};

potentials::GradeBin bin_of(double from, double to, std::vector<double> errors) {
  potentials::GradeBin bin{.from = from, .to = to, .n_atoms = static_cast<std::int64_t>(errors.size())};
  double squares = 0;
  for (const double e : errors) squares += e * e;
  bin.rms = std::sqrt(squares / static_cast<double>(errors.size()));
  const auto place = static_cast<std::size_t>(std::ceil(0.95 * static_cast<double>(errors.size()))) - 1;
  std::nth_element(errors.begin(), errors.begin() + static_cast<std::ptrdiff_t>(place), errors.end());
  bin.quantile_95 = errors[place];
  return bin;
}

std::vector<double> ranks(const std::vector<double>& values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  std::vector<double> ranks(values.size());
  for (std::size_t first = 0; first < order.size();) {
    std::size_t end = first + 1;
    while (end < order.size() && values[order[end]] == values[order[first]]) ++end;
    for (std::size_t k = first; k < end; ++k) ranks[order[k]] = static_cast<double>(first + end - 1) / 2;
    first = end;
  }
  return ranks;
}

}  // namespace

GradedErrors graded_errors(const potentials::Potential& potential, const std::vector<Structure>& labelled,
                           const std::vector<Labels>& predictions, const Session& session) {
  std::vector<std::unique_ptr<potentials::Potential>> clones(static_cast<std::size_t>(threads()));
  for (auto& clone : clones) clone = potential.clone();
  std::vector<std::vector<double>> grades(labelled.size());
  parallel_for(labelled.size(), [&](std::size_t i) {
    session.check_stop();
    if (labelled[i].labels.has_forces())
      grades[i] = potentials::grades_of(*clones[static_cast<std::size_t>(thread_number())], labelled[i]);
  });
  GradedErrors graded;
  for (std::size_t i = 0; i < labelled.size(); ++i) {
    if (grades[i].empty()) continue;
    const Eigen::VectorXd errors = (predictions[i].forces - labelled[i].labels.forces).rowwise().norm();
    graded.grades.insert(graded.grades.end(), grades[i].begin(), grades[i].end());
    graded.errors.insert(graded.errors.end(), errors.begin(), errors.end());
  }
  return graded;
}

potentials::Calibration calibrate(const GradedErrors& graded) {
  potentials::Calibration calibration;
  double from = 0;
  for (const double to : limits) {
    std::vector<double> errors;
    for (std::size_t i = 0; i < graded.grades.size(); ++i)
      if ((graded.grades[i] > from || from == 0) && graded.grades[i] <= to) errors.push_back(graded.errors[i]);
    if (!errors.empty()) calibration.push_back(bin_of(from, to, std::move(errors)));
    from = to;
  }
  return calibration;
}

double rank_correlation(const std::vector<double>& x, const std::vector<double>& y) {
  const std::vector<double> a = ranks(x), b = ranks(y);
  const double mean = (static_cast<double>(a.size()) - 1) / 2;
  double ab = 0, aa = 0, bb = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    ab += (a[i] - mean) * (b[i] - mean);
    aa += (a[i] - mean) * (a[i] - mean);
    bb += (b[i] - mean) * (b[i] - mean);
  }
  return aa > 0 && bb > 0 ? ab / std::sqrt(aa * bb) : 0;
}

nlohmann::json to_json(const GradedErrors& graded) {
  return {{"rank_correlation", rank_correlation(graded.grades, graded.errors)},
          {"bins", potentials::to_json(calibrate(graded))}};
}

}  // namespace vitrion::train
