// Files of sums: YAML that names the files of the parts.
#include <fmt/format.h>

#include <algorithm>

#include "vitrion/core/config.hpp"
#include "vitrion/core/error.hpp"
#include "vitrion/core/file.hpp"
#include "vitrion/potentials/kinds.hpp"
#include "vitrion/potentials/model_card.hpp"
#include "vitrion/potentials/sum/sum.hpp"
#include "vitrion/potentials/zbl/zbl.hpp"

namespace vitrion::potentials {
namespace {

namespace fs = std::filesystem;

struct SumFile {
  Config config;
  std::vector<Species> species;
  std::vector<fs::path> parts;
};

SumFile read_sum_file(const Opening& opening) {
  SumFile sum{Config::parse(std::string(opening.bytes), opening.file.string()), {}, {}};
  sum.config.choice("kind", {"sum"}, "sum");
  sum.species = sum.config.elements("species");
  for (const std::string& part : sum.config.paths("parts")) sum.parts.emplace_back(part);
  sum.config.finish();
  if (sum.parts.empty()) throw sum.config.error("parts", "\"parts\" names no potential", "parts: [a.mtp, b.zbl.yaml]");
  return sum;
}

bool same_file(const fs::path& a, const fs::path& b) {
  std::error_code ignored;
  return fs::equivalent(a, b, ignored);
}

LoadOptions options_of_parts(const Opening& opening, const SumFile& sum) {
  LoadOptions options = opening.options;
  if (!sum.species.empty()) options.species = sum.species;
  options.within.push_back(opening.file);
  for (const fs::path& part : sum.parts)
    for (const fs::path& outer : options.within)
      if (same_file(part, outer)) throw sum.config.error("parts", part.string() + " is a part of itself");
  return options;
}

std::unique_ptr<Potential> open_sum(const Opening& opening) {
  const SumFile sum = read_sum_file(opening);
  const LoadOptions options = options_of_parts(opening, sum);
  try {
    return load_sum({sum.parts.begin(), sum.parts.end()}, options);
  } catch (const InputError& error) {
    // What a part's own file is to blame for names that file.
    if (!error.where().file.empty()) throw;
    throw InputError(sum.config.where("parts"), error.what());
  }
}

std::vector<fs::path> files_of_parts(const Opening& opening) {
  const SumFile sum = read_sum_file(opening);
  const LoadOptions options = options_of_parts(opening, sum);
  std::vector<fs::path> files;
  for (const fs::path& part : sum.parts)
    for (fs::path& file : files_of(part, options)) files.push_back(std::move(file));
  return files;
}

// A trained potential and the repulsion it was trained on top of: a file of its kind, and a card that says so.
bool is_on_top_of_zbl(const Sum& sum) {
  if (sum.n_parts() != 2 || dynamic_cast<const Zbl*>(&sum.part(1)) == nullptr) return false;
  const std::vector<Kind> all = kinds();
  return std::any_of(all.begin(), all.end(), [&](const Kind& k) { return k.trained && k.name == sum.part(0).kind(); });
}

std::string suffix_for(const Potential& part) {
  for (const Kind& kind : kinds())
    if (kind.name == part.kind() && !kind.suffixes.empty()) return kind.suffixes.front();
  return ".yaml";
}

void write_sum(const fs::path& file, const Potential& potential) {
  const auto& sum = dynamic_cast<const Sum&>(potential);
  if (file.extension() != ".yaml" && file.extension() != ".yml") {
    if (!is_on_top_of_zbl(sum))
      throw InputError(Location{file.string()}, "a sum of potentials (" + sum.title() + ") is written as YAML",
                       "Give it a name that ends in .yaml: the parts are written beside it.");
    const ZblOptions& zbl = dynamic_cast<const Zbl&>(sum.part(1)).options();
    tell_short_range(file, {zbl.inner, zbl.outer});
    return write_potential(file, sum.part(0));
  }
  std::string names;
  for (std::size_t k = 0; k < sum.n_parts(); ++k) {
    const std::string name = fmt::format("{}.{}{}", file.stem().string(), k + 1, suffix_for(sum.part(k)));
    write_potential(file.parent_path() / name, sum.part(k));
    names += (names.empty() ? "" : ", ") + name;
  }
  write_file_atomically(file, fmt::format("kind: sum\nparts: [{}]\n", names));
}

// The parts of sums of sums, in order.
void flatten(std::unique_ptr<Potential> potential, std::vector<std::unique_ptr<Potential>>& parts) {
  const auto* sum = dynamic_cast<const Sum*>(potential.get());
  if (sum == nullptr) return parts.push_back(std::move(potential));
  for (std::size_t k = 0; k < sum->n_parts(); ++k) flatten(sum->part(k).clone(), parts);
}

// Repulsion of the nuclei is there once, however many parts bring it.
void keep_one_zbl(std::vector<std::unique_ptr<Potential>>& parts) {
  const Zbl* first = nullptr;
  std::erase_if(parts, [&](const std::unique_ptr<Potential>& part) {
    const auto* zbl = dynamic_cast<const Zbl*>(part.get());
    if (zbl == nullptr) return false;
    if (first == nullptr) {
      first = zbl;
      return false;
    }
    const ZblOptions &a = first->options(), &b = zbl->options();
    if (a.inner != b.inner || a.outer != b.outer)
      throw InputError(fmt::format("two parts bring ZBL repulsion, one from {} to {} Å, one from {} to {} Å", a.inner,
                                   a.outer, b.inner, b.outer),
                       "Leave out the one that the model card of a part does not speak of.");
    return true;
  });
}

}  // namespace

std::unique_ptr<Potential> load_sum(const std::vector<PotentialSource>& sources, const LoadOptions& options) {
  LoadOptions of_part = options;
  of_part.is_part = true;
  std::vector<std::unique_ptr<Potential>> parts;
  for (const PotentialSource& source : sources) flatten(load_potential(source, of_part), parts);
  keep_one_zbl(parts);
  if (parts.size() == 1) return std::move(parts.front());
  auto sum = std::make_unique<Sum>(std::move(parts));
  if (sum->precision() != options.precision && !options.is_part)
    throw InputError("no part of the sum has single precision", "Leave the precision out.");
  return sum;
}

Kind sum_kind() {
  return {.name = "sum",
          .description = "sums of potentials (YAML: kind: sum)",
          .suffixes = {".sum.yaml"},
          .single_precision = true,
          .recognizes = [](std::string_view text) { return says_kind(text, "sum"); },
          .open = open_sum,
          .write = write_sum,
          .further_files = files_of_parts};
}

}  // namespace vitrion::potentials
