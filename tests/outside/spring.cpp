// A potential that does not live in src/: soft springs, E = sum over pairs of k/2 (r - r_0)^2 where r < r_0.
#include <cmath>

#include "spring.hpp"
#include "vitrion/core/config.hpp"
#include "vitrion/potentials/catalogue.hpp"

namespace outside {
namespace {

using namespace vitrion;
using namespace vitrion::potentials;

class Spring final : public Potential {
 public:
  Spring(std::vector<Species> species, double stiffness, double length)
      : species_(std::move(species)), stiffness_(stiffness), length_(length) {}

  std::string kind() const override { return "spring"; }
  const std::vector<Species>& species() const override { return species_; }
  void name_species(const std::vector<Species>& names) override { species_ = names; }
  double cutoff() const override { return length_; }
  std::unique_ptr<Potential> clone() const override { return std::make_unique<Spring>(*this); }

  void compute(const neighbors::Neighborhoods& atoms, const EvaluationRequest&, GhostExchange&,
               Evaluation& result) override {
    result.energies.assign(atoms.n_local, 0.0);
    result.forces = Positions::Zero(static_cast<Eigen::Index>(atoms.n_total), 3);
    result.virial.setZero();
    for (std::size_t i = 0; i < atoms.n_local; ++i)
      for (const int j : atoms.of(i)) {
        const Eigen::Map<const Vector3> xi(atoms.positions + 3 * i), xj(atoms.positions + 3 * j);
        const Vector3 d = xj - xi;
        const double r = d.norm();
        if (r >= length_) continue;
        const double slope = stiffness_ * (r - length_);
        result.energies[i] += 0.25 * slope * (r - length_);
        result.forces.row(static_cast<Eigen::Index>(i)) += slope / r * d.transpose();
        result.virial -= 0.5 * slope / r * d * d.transpose();
      }
  }

 private:
  std::vector<Species> species_;
  double stiffness_, length_;  // eV/Å^2, Å
};

std::unique_ptr<Potential> open_spring(const Opening& opening) {
  Config config = Config::parse(std::string(opening.bytes), opening.file.string());
  config.choice("kind", {"spring"}, "spring");
  const std::vector<Species> species = config.elements("species");
  const double stiffness = config.number("stiffness"), length = config.number("length");
  config.finish();
  return std::make_unique<Spring>(species, stiffness, length);
}

}  // namespace

Kind spring_kind() {
  return {.name = "spring",
          .description = "soft springs (YAML: kind: spring)",
          .suffixes = {".spring.yaml"},
          .recognizes = [](std::string_view text) { return says_kind(text, "spring"); },
          .open = open_spring};
}

}  // namespace outside
