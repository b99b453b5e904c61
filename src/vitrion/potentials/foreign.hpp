// Models of other programs that are not read as they are: known by name, so that the refusal can say what they are.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace vitrion::potentials {

struct ForeignModel {
  std::string what;         ///< "is a package of NequIP 0.7 or later"
  std::string remedy;       ///< the way out
  bool importable = false;  ///< by `vitrion convert`
};

/// What a file is that names itself a model of NequIP's framework: deployed, compiled, packaged, a checkpoint. Allegro
/// is told by its name, and in TorchScript by the modules it is made of. Nothing for every other file.
std::optional<ForeignModel> foreign_model(const std::filesystem::path& file);

}  // namespace vitrion::potentials
