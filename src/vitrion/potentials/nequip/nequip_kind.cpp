// NequIP models in the catalogue.
#include "vitrion/potentials/kinds.hpp"
#include "vitrion/potentials/nequip/model_file.hpp"
#include "vitrion/potentials/nequip/nequip_potential.hpp"

namespace vitrion::potentials::nequip {

Kind nequip_kind() {
  return {.name = "NequIP",
          .description = "NequIP (.safetensors, or the reference layout in .json)",
          .suffixes = {".safetensors"},
          .single_precision = true,
          .trained = true,
          .recognizes = looks_like_model,
          .open = [](const Opening& opening) -> std::unique_ptr<Potential> {
            const EngineOptions engine{opening.options.precision, opening.options.tabulated};
            return std::make_unique<NequipPotential>(parse_model(opening.bytes, opening.file), engine);
          },
          .write =
              [](const std::filesystem::path& file, const Potential& potential) {
                write_model(file, dynamic_cast<const NequipPotential&>(potential).model());
              }};
}

}  // namespace vitrion::potentials::nequip
