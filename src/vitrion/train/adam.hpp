// Adam and AMSGrad with an exponential moving average of the parameters.
#pragma once

#include <cstdint>
#include <vector>

namespace vitrion::train {

struct AdamOptions {
  double beta1 = 0.9, beta2 = 0.999;
  double epsilon = 1e-8;
  bool amsgrad = true;      ///< divide by the largest second moment so far
  double ema_decay = 0.99;  ///< of the averaged parameters; the first steps average less: min(decay, (1+n)/(10+n))
};

/// Parameters and everything the optimiser remembers: with it a run goes on bit for bit.
struct AdamState {
  std::int64_t steps = 0;
  std::vector<double> parameters, average;
  std::vector<double> first, second, largest_second;  ///< moments of the gradient; the last one with amsgrad only

  explicit AdamState(std::vector<double> start = {}, bool amsgrad = true);
};

/// One step along -gradient (Kingma and Ba 2015, arXiv 1412.6980; AMSGrad: Reddi et al. 2018, arXiv 1904.09237), then
/// the average of the parameters moves.
void adam_step(const AdamOptions& options, double learning_rate, const std::vector<double>& gradient, AdamState& state);

}  // namespace vitrion::train
