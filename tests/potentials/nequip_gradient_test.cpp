// Gradients of losses on energies, forces and virials, by finite differences, for every block of parameters.
#include "vitrion/potentials/nequip/gradient.hpp"

#include <gtest/gtest.h>

#include "support.hpp"
#include "vitrion/core/random.hpp"
#include "vitrion/potentials/nequip/initial.hpp"

namespace vitrion::potentials::nequip {
namespace {

struct Shape {
  int l_max;
  bool parity;
  int num_layers;
};

std::ostream& operator<<(std::ostream& out, const Shape& a) {
  return out << "l_max " << a.l_max << (a.parity ? " with" : " without") << " parity, " << a.num_layers << " layers";
}

Model random_model(const Shape& a) {
  Hyperparameters h;
  h.r_max = 3.2;
  h.num_layers = a.num_layers;
  h.l_max = a.l_max;
  h.parity = a.parity;
  h.num_features = 3;
  h.num_bessels = 4;
  h.radial_mlp_depth = 2;
  h.radial_mlp_width = 5;
  h.avg_num_neighbors = 12;
  Model model = initial_model(h, parse_species_list("Li,O,P"), 3);
  const ParameterTable table = model.table();
  for (const ParameterBlock& block : table.blocks())
    if (block.name.find("self") != std::string::npos || block.name.ends_with("radial.2"))
      for (double& w : model.parameter(block)) w *= 3;
  model.scales = {0.7, 1.1, 1.6};
  return model;
}

// Six atoms in a cell shorter than the cutoff.
Structure some_structure() {
  Random random(8);
  Structure s;
  Matrix3 cell;
  cell << 4.1, 0, 0, 0.8, 3.9, 0, -0.5, 0.7, 4.3;
  s.cell = Cell(cell);
  s.positions.resize(6, 3);
  const std::vector<Species> species = parse_species_list("Li,O,P");
  for (int i = 0; i < 6; ++i) {
    const Vector3 f(i % 2 * 0.5 + 0.1 * random.uniform(), i / 2 % 2 * 0.5 + 0.1 * random.uniform(),
                    i / 4 * 0.5 + 0.1 * random.uniform());
    s.positions.row(i) = s.cell.to_cartesian(f).transpose();
    s.species.push_back(species[static_cast<std::size_t>(i % 3)]);
  }
  return s;
}

// A loss whose slopes are given: L = a E + sum g.F + sum S.W.
struct LinearLoss {
  LossSlopes slopes;

  explicit LinearLoss(int n_atoms) {
    Random random(5);
    slopes.energy = 0.7;
    slopes.forces.resize(n_atoms, 3);
    for (Eigen::Index k = 0; k < slopes.forces.size(); ++k) slopes.forces.data()[k] = random.normal();
    for (int k = 0; k < 9; ++k) slopes.virial.data()[k] = 0.1 * random.normal();
    slopes.virial = (slopes.virial + slopes.virial.transpose()).eval() / 2;
  }
};

template <class T>
class Problem {
 public:
  explicit Problem(const Model& model)
      : structure_(some_structure()),
        loss_(static_cast<int>(structure_.size())),
        types_(types_of(model)),
        lists_(structure_, types_, model.hyper.r_max) {}

  double loss(const Model& model) {
    evaluate(model);
    double sum = 0;
    for (const double e : result_.energies) sum += loss_.slopes.energy * e;
    const Positions forces = lists_.fold(result_.forces);
    return sum + loss_.slopes.forces.cwiseProduct(forces).sum() +
           loss_.slopes.virial.cwiseProduct(result_.virial).sum();
  }

  std::vector<double> gradient(const Model& model) {
    evaluate(model);
    std::vector<double> gradient(model.parameters.size(), 0.0);
    GradientPass<T>().run(*evaluator_, model, loss_.slopes, gradient);
    return gradient;
  }

 private:
  std::vector<int> types_of(const Model& model) const {
    std::vector<int> types;
    for (const Species s : structure_.species)
      types.push_back(
          static_cast<int>(std::find(model.species.begin(), model.species.end(), s) - model.species.begin()));
    return types;
  }
  void evaluate(const Model& model) {
    evaluator_ = std::make_unique<Evaluator<T>>(std::make_shared<const Network<T>>(model), nullptr, Keep::messages);
    potentials::PeriodicExchange exchange(lists_.n_local(), lists_.owners());
    evaluator_->run(lists_.view(), {}, exchange, result_);
  }

  Structure structure_;
  LinearLoss loss_;
  std::vector<int> types_;
  neighbors::PeriodicNeighborhoods lists_;
  std::unique_ptr<Evaluator<T>> evaluator_;
  potentials::Evaluation result_;
};

class NequipGradient : public ::testing::TestWithParam<Shape> {};

TEST_P(NequipGradient, EqualsFiniteDifferencesInEveryBlock) {
  const Model model = random_model(GetParam());
  Problem<double> problem(model);
  const std::vector<double> gradient = problem.gradient(model);
  const ParameterTable table = model.table();
  Random random(9);
  std::size_t read = 0;
  for (const ParameterBlock& block : table.blocks()) {
    // The largest of the block, and two others.
    const auto begin = gradient.begin() + static_cast<std::ptrdiff_t>(block.offset);
    const auto smaller = [](double a, double b) { return std::abs(a) < std::abs(b); };
    const std::size_t top = static_cast<std::size_t>(
        std::max_element(begin, begin + static_cast<std::ptrdiff_t>(block.size()), smaller) - gradient.begin());
    const double size = std::abs(gradient[top]);
    read += size > 0;
    for (const std::size_t k :
         {top, block.offset + random.below(block.size()), block.offset + random.below(block.size())}) {
      const auto at = [&](double change) {
        Model changed = model;
        changed.parameters[k] += change;
        return problem.loss(changed);
      };
      const double h = 1e-3;
      const double expected = (8 * (at(h) - at(-h)) - (at(2 * h) - at(-2 * h))) / (12 * h);
      EXPECT_NEAR(gradient[k], expected, 1e-6 * size + 1e-10) << block.name << " " << k - block.offset;
    }
  }
  // The energy reads no irrep with l > 0 of the last layer, nor what leads only there.
  EXPECT_GT(2 * read, table.blocks().size());
}

TEST_P(NequipGradient, SinglePrecisionAgrees) {
  const Model model = random_model(GetParam());
  const std::vector<double> expected = Problem<double>(model).gradient(model);
  const std::vector<double> rough = Problem<float>(model).gradient(model);
  double size = 0, difference = 0;
  for (std::size_t k = 0; k < expected.size(); ++k) {
    size += expected[k] * expected[k];
    difference += (rough[k] - expected[k]) * (rough[k] - expected[k]);
  }
  EXPECT_LT(std::sqrt(difference / size), 1e-5);
}

INSTANTIATE_TEST_SUITE_P(All, NequipGradient,
                         ::testing::Values(Shape{0, false, 2}, Shape{1, false, 1}, Shape{2, false, 3},
                                           Shape{2, true, 3}, Shape{3, true, 2}),
                         [](const auto& tested) {
                           return "LMax" + std::to_string(tested.param.l_max) +
                                  (tested.param.parity ? "Parity" : "Rotations");
                         });

}  // namespace
}  // namespace vitrion::potentials::nequip
