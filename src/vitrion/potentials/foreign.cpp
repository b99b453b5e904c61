#include "vitrion/potentials/foreign.hpp"

#include <algorithm>
#include <cctype>

#include "vitrion/core/file.hpp"

namespace vitrion::potentials {
namespace {

constexpr const char* train_anew =
    "Vitrion reads models of NequIP 0.5 and 0.6 (nequip-deploy). Train one here on the data of this model (vitrion "
    "train), "
    "or on what it predicts for them.";

std::string lower_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

// TorchScript is a zip archive whose table names the modules of the model in plain text.
bool holds_allegro(const std::filesystem::path& file) {
  return std::filesystem::is_regular_file(file) && read_file(file).find("__torch__/allegro/") != std::string::npos;
}

}  // namespace

std::optional<ForeignModel> foreign_model(const std::filesystem::path& file) {
  const std::string name = lower_case(file.filename().string());
  const auto ends = [&](const char* suffix) { return name.ends_with(suffix); };
  const bool torchscript = ends(".pth") || ends(".pt");
  const bool model = torchscript || ends(".nequip.zip") || ends(".pt2") || ends(".ckpt");
  if (!model) return std::nullopt;
  if (name.find("allegro") != std::string::npos || (torchscript && holds_allegro(file)))
    return ForeignModel{"is a model of Allegro, another network than NequIP's", train_anew};
  if (ends(".nequip.zip")) return ForeignModel{"is a package of NequIP 0.7 or later", train_anew};
  if (ends(".pt2"))
    return ForeignModel{"is a compiled model (AOTInductor): machine code, no weights to read", train_anew};
  if (ends(".nequip.pth")) return ForeignModel{"is a TorchScript model of NequIP 0.7 or later", train_anew};
  if (ends(".ckpt")) return ForeignModel{"is a checkpoint: pickled Python objects, which are not opened", train_anew};
  return ForeignModel{"is a TorchScript model",
                      "`vitrion convert " + file.string() + " " +
                          std::filesystem::path(file).replace_extension(".safetensors").string() +
                          "` imports those that nequip-deploy of NequIP 0.5 and 0.6 made.",
                      true};
}

}  // namespace vitrion::potentials
