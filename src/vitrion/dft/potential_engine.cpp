// An existing potential as an engine: labels in milliseconds, to try the queue and the learning loop before DFT is paid
// for, or to teach a small potential what a large one knows.
#include <fmt/format.h>

#include "vitrion/core/file.hpp"
#include "vitrion/dft/registry.hpp"
#include "vitrion/potentials/registry.hpp"

namespace vitrion::dft {
namespace {

namespace fs = std::filesystem;

class PotentialEngine final : public Engine {
 public:
  explicit PotentialEngine(Config& config) {
    potentials::LoadOptions load;
    load.species = config.elements("species");
    for (const std::string& file : config.paths("file")) {
      parts_.push_back(potentials::load_potential(file, load));
      names_ += (names_.empty() ? "" : " + ") + fs::path(file).filename().string();
      hash_ += (hash_.empty() ? "" : " ") + content_hash_of_file(file);
    }
    if (parts_.empty()) throw config.error("file", "\"file\" names no potential");
    max_force_ = config.number("max_force_eV_per_A", max_force_);
    if (!(max_force_ > 0)) throw config.error("max_force_eV_per_A", "\"max_force_eV_per_A\" must be positive");
  }

  std::string name() const override { return "potential"; }
  std::string fingerprint() const override { return fmt::format("{} max_force {}", hash_, max_force_); }
  std::vector<std::string> tries() const override { return {"evaluate"}; }
  void check(const Structure& structure) const override {
    for (const auto& part : parts_) potentials::types_for(*part, structure);
  }
  void require_program() const override {}
  std::vector<Invocation> prepare(const Structure&, std::size_t, const fs::path&) const override { return {}; }
  Label read(const Structure& structure, std::size_t, const fs::path&) const override;
  std::vector<std::string> scratch_files() const override { return {}; }

 private:
  std::vector<std::unique_ptr<potentials::Potential>> parts_;
  std::string names_, hash_;
  double max_force_ = 1e3;  // eV/Å
};

Label PotentialEngine::read(const Structure& structure, std::size_t, const fs::path&) const {
  Labels sum;
  for (const auto& part : parts_) {
    Labels labels = evaluate(*part->clone(), structure);
    if (!sum.energy) {
      sum = std::move(labels);
      continue;
    }
    *sum.energy += *labels.energy;
    sum.forces += labels.forces;
    if (sum.stress && labels.stress) *sum.stress += *labels.stress;
  }
  sum.atomic_energies.clear();
  const double largest = sum.forces.rowwise().norm().maxCoeff();
  if (!(largest <= max_force_))
    throw NoLabel(
        fmt::format("a force of {:.3g} eV/Å is beyond what this potential is asked about (max_force_eV_per_A "
                    "{:g})",
                    largest, max_force_));
  return {sum, {{"potential_file", names_}, {"potential_hash", hash_}}};
}

}  // namespace

std::unique_ptr<Engine> make_potential_engine(Config& config) {
  return std::make_unique<PotentialEngine>(config);
}

}  // namespace vitrion::dft
