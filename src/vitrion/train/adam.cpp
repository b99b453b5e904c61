#include "vitrion/train/adam.hpp"

#include <algorithm>
#include <cmath>

namespace vitrion::train {

AdamState::AdamState(std::vector<double> start, bool amsgrad)
    : parameters(std::move(start)),
      average(parameters),
      first(parameters.size(), 0.0),
      second(parameters.size(), 0.0),
      largest_second(amsgrad ? parameters.size() : 0, 0.0) {}

void adam_step(const AdamOptions& o, double learning_rate, const std::vector<double>& gradient, AdamState& s) {
  ++s.steps;
  const auto n = static_cast<double>(s.steps);
  const double unbias_first = 1 - std::pow(o.beta1, n), unbias_second = 1 - std::pow(o.beta2, n);
  const double decay = std::min(o.ema_decay, (1 + n) / (10 + n));
  for (std::size_t k = 0; k < gradient.size(); ++k) {
    const double g = gradient[k];
    s.first[k] += (1 - o.beta1) * (g - s.first[k]);
    s.second[k] += (1 - o.beta2) * (g * g - s.second[k]);
    double square = s.second[k];
    if (o.amsgrad) square = s.largest_second[k] = std::max(s.largest_second[k], square);
    s.parameters[k] -= learning_rate * (s.first[k] / unbias_first) / (std::sqrt(square / unbias_second) + o.epsilon);
    s.average[k] += (1 - decay) * (s.parameters[k] - s.average[k]);
  }
}

}  // namespace vitrion::train
