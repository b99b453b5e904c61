#include "vitrion/train/nequip/batches.hpp"

#include <algorithm>
#include <numeric>

#include "vitrion/core/error.hpp"
#include "vitrion/core/parallel.hpp"
#include "vitrion/train/nequip/batch_loss.hpp"

namespace vitrion::train::nequip {
namespace {

std::vector<int> types_in(const std::vector<Species>& known, const Structure& structure) {
  std::vector<int> types;
  for (const Species& s : structure.species) {
    const auto found = std::find(known.begin(), known.end(), s);
    if (found == known.end())
      throw InputError("the data hold " + s.name() + ", the potential is for " + join_names(known));
    types.push_back(static_cast<int>(found - known.begin()));
  }
  return types;
}

template <class T>
class BatchesOf final : public Batches {
 public:
  BatchesOf(const potentials::nequip::Model& model, std::vector<Structure> structures, const Session& session)
      : structures_(std::move(structures)),
        session_(session),
        network_(std::make_shared<potentials::nequip::Network<T>>(model)) {
    for (const Structure& s : structures_) lists_.emplace_back(s, types_in(model.species, s), model.hyper.r_max);
  }

  double loss_and_gradient(const potentials::nequip::Model& model, const LossOptions& loss,
                           std::span<const std::size_t> batch, std::vector<double>& gradient) override;
  std::vector<Labels> predict(const potentials::nequip::Model& model) override;
  const std::vector<Structure>& structures() const override { return structures_; }

 private:
  // What one thread works with.
  struct Worker {
    std::unique_ptr<potentials::nequip::Evaluator<T>> evaluator;
    potentials::nequip::GradientPass<T> pass;
    potentials::Evaluation result;
  };
  Worker& evaluate(std::size_t n);
  void make_workers();

  std::vector<Structure> structures_;
  Session session_;
  std::vector<neighbors::PeriodicNeighborhoods> lists_;
  std::shared_ptr<potentials::nequip::Network<T>> network_;
  std::vector<Worker> workers_;
  std::vector<std::vector<double>> gradients_;  // of every structure of a batch
};

template <class T>
void BatchesOf<T>::make_workers() {
  workers_.resize(std::max(workers_.size(), static_cast<std::size_t>(threads())));
  for (Worker& worker : workers_)
    if (!worker.evaluator)
      worker.evaluator =
          std::make_unique<potentials::nequip::Evaluator<T>>(network_, nullptr, potentials::nequip::Keep::messages);
}

template <class T>
typename BatchesOf<T>::Worker& BatchesOf<T>::evaluate(std::size_t n) {
  Worker& worker = workers_[static_cast<std::size_t>(thread_number())];
  potentials::PeriodicExchange exchange(lists_[n].n_local(), lists_[n].owners());
  worker.evaluator->run(lists_[n].view(), {}, exchange, worker.result);
  return worker;
}

template <class T>
double BatchesOf<T>::loss_and_gradient(const potentials::nequip::Model& model, const LossOptions& loss,
                                       std::span<const std::size_t> batch, std::vector<double>& gradient) {
  network_->load(model);
  make_workers();
  LabelCounts counts;
  for (const std::size_t n : batch) counts.add(structures_[n]);
  gradients_.resize(std::max(gradients_.size(), batch.size()));
  std::vector<double> values(batch.size());
  parallel_for(batch.size(), [&](std::size_t b) {
    session_.check_stop();
    const std::size_t n = batch[b];
    Worker& worker = evaluate(n);
    const double energy = std::accumulate(worker.result.energies.begin(), worker.result.energies.end(), 0.0);
    const StructureLoss part = structure_loss(loss, counts, structures_[n], energy,
                                              lists_[n].fold(worker.result.forces), worker.result.virial);
    values[b] = part.value;
    gradients_[b].assign(model.parameters.size(), 0.0);
    worker.pass.run(*worker.evaluator, model, part.slopes, gradients_[b]);
  });
  gradient.assign(model.parameters.size(), 0.0);
  for (std::size_t b = 0; b < batch.size(); ++b)
    for (std::size_t k = 0; k < gradient.size(); ++k) gradient[k] += gradients_[b][k];
  return std::accumulate(values.begin(), values.end(), 0.0);
}

template <class T>
std::vector<Labels> BatchesOf<T>::predict(const potentials::nequip::Model& model) {
  network_->load(model);
  make_workers();
  std::vector<Labels> predictions(structures_.size());
  parallel_for(structures_.size(), [&](std::size_t n) {
    session_.check_stop();
    const Worker& worker = evaluate(n);
    Labels& labels = predictions[n];
    labels.energy = std::accumulate(worker.result.energies.begin(), worker.result.energies.end(), 0.0);
    labels.forces = lists_[n].fold(worker.result.forces);
    const Cell& cell = structures_[n].cell;
    if (cell.has_volume() && cell.is_periodic()) labels.stress = -worker.result.virial / cell.volume();
  });
  return predictions;
}

}  // namespace

double Batches::loss(const LossOptions& options, const std::vector<Labels>& predictions) const {
  LabelCounts counts;
  for (const Structure& s : structures()) counts.add(s);
  double sum = 0;
  for (std::size_t n = 0; n < predictions.size(); ++n) {
    const Labels& p = predictions[n];
    const Matrix3 virial = p.stress ? Matrix3(-structures()[n].cell.volume() * *p.stress) : Matrix3(Matrix3::Zero());
    sum += structure_loss(options, counts, structures()[n], *p.energy, p.forces, virial).value;
  }
  return sum;
}

std::unique_ptr<Batches> make_batches(const potentials::nequip::Model& model, std::vector<Structure> structures,
                                      potentials::Precision precision, const Session& session) {
  if (precision == potentials::Precision::single_precision)
    return std::make_unique<BatchesOf<float>>(model, std::move(structures), session);
  return std::make_unique<BatchesOf<double>>(model, std::move(structures), session);
}

double mean_neighbors(const std::vector<Structure>& structures, double r_max) {
  std::vector<double> pairs(structures.size());
  parallel_for(structures.size(), [&](std::size_t n) {
    const Structure& s = structures[n];
    const neighbors::PeriodicNeighborhoods lists(s, std::vector<int>(s.size(), 0), r_max);
    pairs[n] = lists.mean_neighbors() * static_cast<double>(s.size());
  });
  double atoms = 0;
  for (const Structure& s : structures) atoms += static_cast<double>(s.size());
  return atoms > 0 ? std::accumulate(pairs.begin(), pairs.end(), 0.0) / atoms : 0;
}

}  // namespace vitrion::train::nequip
