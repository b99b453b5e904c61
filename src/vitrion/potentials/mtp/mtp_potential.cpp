#include "vitrion/potentials/mtp/mtp_potential.hpp"

#include <fmt/format.h>
#include <omp.h>

#include <algorithm>

#include "vitrion/core/error.hpp"
#include "vitrion/core/parallel.hpp"
#include "vitrion/potentials/mtp/kernel.hpp"
#include "vitrion/potentials/mtp/selection_state.hpp"

namespace vitrion::potentials::mtp {

// The kernel's form of the potential, and the memory it works in.
struct MtpPotential::Engine {
  explicit Engine(const MtpParameters& parameters) : model(parameters) {}

  struct Thread {
    KernelScratch scratch;
    AlignedBuffer<double> force_memory;
    double* forces = nullptr;  // shape (n_total + 1, 4)
  };

  /// With `rows` (shape (n_local, row_size(model))) also the derivatives by the parameters; with `grader` their grades.
  void run(const neighbors::Neighborhoods& atoms, Evaluation& result, double* rows, const Grader* grader);

  KernelModel model;
  AlignedBuffer<double> packed_memory;
  std::vector<double> virials;  // xx yy zz yz xz xy, shape (n_local, 6)
  AlignedBuffer<double> row_memory;
  std::vector<Thread> threads;
};

namespace {

std::shared_ptr<const Grader> make_grader(const SelectionState& state, const MtpParameters& p) {
  std::vector<SelectionRows> matrices;
  for (std::size_t type = 0; type < p.n_species(); ++type) {
    const std::vector<std::size_t> places = parameters_of_site(p, type);
    SelectionRows& matrix = matrices.emplace_back(places.size(), p.n_parameters());
    for (std::size_t k = 0; k < places.size(); ++k)
      matrix.row(static_cast<Eigen::Index>(k)) = state.inverse.row(static_cast<Eigen::Index>(places[k]));
  }
  return std::make_shared<const Grader>(state.kind, matrices);
}

void pack(const neighbors::Neighborhoods& atoms, double* packed) {
#pragma omp for schedule(static)
  for (std::size_t i = 0; i < atoms.n_total; ++i) {
    std::copy(atoms.positions + 3 * i, atoms.positions + 3 * i + 3, packed + 4 * i);
    packed[4 * i + 3] = atoms.types[i];
  }
}

Matrix3 symmetric(const double* v) {
  Matrix3 m;
  m << v[0], v[5], v[4],  //
      v[5], v[1], v[3],   //
      v[4], v[3], v[2];
  return m;
}

}  // namespace

void MtpPotential::Engine::run(const neighbors::Neighborhoods& atoms, Evaluation& result, double* rows,
                               const Grader* grader) {
  double* packed = packed_memory.get(4 * atoms.n_total);
  const std::size_t batches = (atoms.n_local + kernel_batch - 1) / kernel_batch;
  const auto team = std::clamp<std::size_t>(batches, 1, static_cast<std::size_t>(std::max(1, vitrion::threads())));
  threads.resize(std::max(threads.size(), team));
  const std::size_t force_size = 4 * (atoms.n_total + 1);

  // Every thread has its own forces and a fixed share of the atoms, so that sums always have the same order.
#pragma omp parallel num_threads(static_cast <int>(team))
  {
    const auto t = static_cast<std::size_t>(omp_get_thread_num());
    const auto n_threads = static_cast<std::size_t>(omp_get_num_threads());
    pack(atoms, packed);
    threads[t].forces = threads[t].force_memory.get(force_size);
    std::fill(threads[t].forces, threads[t].forces + force_size, 0.0);
    const auto share = [&](std::size_t k) { return std::min(batches * k / n_threads * kernel_batch, atoms.n_local); };
    run_kernel({&model, &atoms, packed, share(t), share(t + 1), result.energies.data(), threads[t].forces,
                virials.data(), rows},
               threads[t].scratch);
    if (grader != nullptr) grader->grade(rows, atoms.types, share(t), share(t + 1), result.grades.data());
#pragma omp barrier
    double* forces = result.forces.data();
#pragma omp for schedule(static) nowait
    for (std::size_t i = 0; i < atoms.n_total; ++i)
      for (std::size_t k = 0; k < 3; ++k) {
        double sum = threads[0].forces[4 * i + k];
        for (std::size_t other = 1; other < n_threads; ++other) sum += threads[other].forces[4 * i + k];
        forces[3 * i + k] = sum;
      }
  }
}

MtpPotential::MtpPotential(MtpParameters parameters) : parameters_(std::move(parameters)) {
  validate(parameters_);
  if (!parameters_.is_trained()) throw InputError("the potential is an untrained template: it has no coefficients");
  engine_ = std::make_unique<Engine>(parameters_);
  const std::optional<SelectionState> state = selection_state();
  if (state && state->mode == GradeMode::neighbourhood) grader_ = make_grader(*state, parameters_);
}

MtpPotential::MtpPotential(MtpPotential&&) noexcept = default;

MtpPotential::~MtpPotential() = default;

void MtpPotential::name_species(const std::vector<Species>& names) {
  if (names.size() != parameters_.species.size())
    throw InputError(fmt::format("the potential has {} species, {} are named: {}", parameters_.species.size(),
                                 names.size(), join_names(names)));
  for (std::size_t s = 0; s < names.size(); ++s)
    if (!parameters_.species[s].is_element()) parameters_.species[s] = names[s];
}

bool MtpPotential::has_grades() const {
  return grader_ != nullptr;
}

std::optional<SelectionState> MtpPotential::selection_state() const {
  if (parameters_.selection_state.empty()) return std::nullopt;
  return parse_selection_state(parameters_.selection_state, parameters_.n_parameters());
}

SelectionRows MtpPotential::selection_rows(const neighbors::Neighborhoods& atoms, GhostExchange&) {
  Evaluation result;
  result.energies.resize(atoms.n_local);
  result.forces.resize(static_cast<Eigen::Index>(atoms.n_total), 3);
  engine_->virials.resize(6 * atoms.n_local);
  const std::size_t width = row_size(engine_->model);
  double* compact = engine_->row_memory.get(atoms.n_local * width);
  engine_->run(atoms, result, compact, nullptr);
  std::vector<std::vector<std::size_t>> places;
  for (std::size_t type = 0; type < parameters_.n_species(); ++type)
    places.push_back(parameters_of_site(parameters_, type));
  SelectionRows rows = SelectionRows::Zero(static_cast<Eigen::Index>(atoms.n_local),
                                           static_cast<Eigen::Index>(parameters_.n_parameters()));
  for (std::size_t i = 0; i < atoms.n_local; ++i)
    for (std::size_t k = 0; k < width; ++k)
      rows(static_cast<Eigen::Index>(i),
           static_cast<Eigen::Index>(places[static_cast<std::size_t>(atoms.types[i])][k])) = compact[i * width + k];
  return rows;
}

std::unique_ptr<Potential> MtpPotential::graded_by(SelectionState state, const Calibration&) const {
  MtpParameters parameters = parameters_;
  parameters.selection_state = format_selection_state(state);
  return std::make_unique<MtpPotential>(std::move(parameters));
}

std::unique_ptr<Potential> MtpPotential::clone() const {
  return std::make_unique<MtpPotential>(parameters_);
}

void MtpPotential::compute(const neighbors::Neighborhoods& atoms, const EvaluationRequest& request, GhostExchange&,
                           Evaluation& result) {
  result.energies.resize(atoms.n_local);
  result.forces.resize(static_cast<Eigen::Index>(atoms.n_total), 3);
  engine_->virials.resize(6 * atoms.n_local);
  result.grades.resize(request.grades ? atoms.n_local : 0);
  if (request.grades && !grader_)
    throw InputError("grades are asked for, and the potential holds no active set of site energies",
                     "Make one from its training set: vitrion select active POTENTIAL DATA --output POTENTIAL.almtp");
  double* rows = request.grades ? engine_->row_memory.get(atoms.n_local * row_size(engine_->model)) : nullptr;
  engine_->run(atoms, result, rows, request.grades ? grader_.get() : nullptr);
  double total[6] = {};
  for (std::size_t i = 0; i < atoms.n_local; ++i)
    for (std::size_t k = 0; k < 6; ++k) total[k] += engine_->virials[6 * i + k];
  result.virial = symmetric(total);
  result.atomic_virials.resize(request.atomic_virials ? static_cast<Eigen::Index>(atoms.n_local) : 0, 9);
  for (Eigen::Index i = 0; i < result.atomic_virials.rows(); ++i)
    result.atomic_virials.row(i) =
        Eigen::Map<const Eigen::Matrix<double, 1, 9>>(symmetric(engine_->virials.data() + 6 * i).data());
}

}  // namespace vitrion::potentials::mtp
