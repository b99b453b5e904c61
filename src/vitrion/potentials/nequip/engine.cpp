#include "vitrion/potentials/nequip/engine.hpp"

#include <algorithm>

#include "vitrion/potentials/nequip/evaluator.hpp"

namespace vitrion::potentials::nequip {
namespace {

template <class T>
class EngineOf final : public Engine {
 public:
  EngineOf(const Model& model, bool tabulated)
      : evaluator_(std::make_shared<const Network<T>>(model), tabulated ? tables_of(model) : nullptr, Keep::nothing) {}

  void run(const neighbors::Neighborhoods& atoms, const EvaluationRequest& request, GhostExchange& ghosts,
           Evaluation& result) override {
    evaluator_.run(atoms, request, ghosts, result);
  }
  void rows(double* rows) const override {
    const Network<T>& network = evaluator_.network();
    for (std::size_t i = 0; i < evaluator_.types().size(); ++i) {
      for (std::size_t n = 0; n < network.layers.size(); ++n) {
        const T* features = evaluator_.layers()[n].features.data() + i * network.layers[n].output_width;
        rows = std::copy_n(features, network.features, rows);
      }
      *rows++ = 1;
    }
  }
  std::vector<std::size_t> bytes_to_ghosts() const override { return evaluator_.bytes_to_ghosts(); }

 private:
  static std::shared_ptr<const std::vector<RadialTable<T>>> tables_of(const Model& model) {
    auto tables = std::make_shared<std::vector<RadialTable<T>>>();
    const Network<double> exact(model);
    for (const LayerWeights<double>& layer : exact.layers) tables->emplace_back(exact, layer.radial);
    return tables;
  }

  Evaluator<T> evaluator_;
};

}  // namespace

std::unique_ptr<Engine> make_engine(const Model& model, const EngineOptions& options) {
  if (options.precision == Precision::single_precision)
    return std::make_unique<EngineOf<float>>(model, options.tabulated);
  return std::make_unique<EngineOf<double>>(model, options.tabulated);
}

}  // namespace vitrion::potentials::nequip
