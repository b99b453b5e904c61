// An existing potential as an engine: labels in milliseconds, to try the queue and the learning loop before DFT is paid
// for, or to teach a small potential what a large one knows.
#include <fmt/format.h>

#include "vitrion/core/file.hpp"
#include "vitrion/dft/registry.hpp"
#include "vitrion/potentials/catalogue.hpp"

namespace vitrion::dft {
namespace {

namespace fs = std::filesystem;

class PotentialEngine final : public Engine {
 public:
  explicit PotentialEngine(Config& config) {
    std::vector<potentials::PotentialSource> parts;
    if (config.has("potential")) parts.push_back(potentials::read_source(config, "potential"));
    for (const std::string& file : config.has("file") ? config.paths("file") : std::vector<std::string>())
      parts.emplace_back(file);
    if (parts.empty()) throw config.error("file", "neither \"file\" nor \"potential\" names a potential");
    potential_ = potentials::load_sum(parts, {.species = config.elements("species")});
    for (const potentials::PotentialSource& part : parts) {
      names_ += (names_.empty() ? "" : " + ") + part.name();
      hash_ += (hash_.empty() ? "" : " ") + potentials::content_hash_of(part);
    }
    max_force_ = config.positive("max_force_eV_per_A", max_force_);
  }

  std::string name() const override { return "potential"; }
  std::string fingerprint() const override { return fmt::format("{} max_force {}", hash_, max_force_); }
  std::vector<std::string> tries() const override { return {"evaluate"}; }
  void check(const Structure& structure) const override { potentials::types_for(*potential_, structure); }
  void require_program() const override {}
  std::vector<Invocation> prepare(const Structure&, std::size_t, const fs::path&) const override { return {}; }
  Label read(const Structure& structure, std::size_t, const fs::path&) const override;
  std::vector<std::string> scratch_files() const override { return {}; }

 private:
  std::unique_ptr<potentials::Potential> potential_;
  std::string names_, hash_;
  double max_force_ = 1e3;  // eV/Å
};

Label PotentialEngine::read(const Structure& structure, std::size_t, const fs::path&) const {
  Labels labels = evaluate(*potential_->clone(), structure);
  labels.atomic_energies.clear();
  const double largest = labels.forces.rowwise().norm().maxCoeff();
  if (!(largest <= max_force_))
    throw NoLabel(
        fmt::format("a force of {:.3g} eV/Å is beyond what this potential is asked about (max_force_eV_per_A "
                    "{:g})",
                    largest, max_force_));
  return {std::move(labels), {{"potential_file", names_}, {"potential_hash", hash_}}};
}

}  // namespace

std::unique_ptr<Engine> make_potential_engine(Config& config) {
  return std::make_unique<PotentialEngine>(config);
}

}  // namespace vitrion::dft
