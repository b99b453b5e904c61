#include "vitrion/potentials/sum/sum.hpp"

#include <algorithm>

#include "vitrion/core/error.hpp"
#include "vitrion/potentials/zbl/zbl.hpp"

namespace vitrion::potentials {
namespace {

void add(Evaluation& sum, Evaluation& part) {
  for (std::size_t i = 0; i < sum.energies.size(); ++i) sum.energies[i] += part.energies[i];
  sum.forces += part.forces;
  sum.virial += part.virial;
  if (sum.atomic_virials.size() > 0) sum.atomic_virials += part.atomic_virials;
  if (!part.grades.empty()) sum.grades = std::move(part.grades);
}

void add(Labels& sum, const Labels& part) {
  *sum.energy += *part.energy;
  sum.forces += part.forces;
  if (sum.stress && part.stress)
    *sum.stress += *part.stress;
  else
    sum.stress.reset();
  if (sum.atomic_energies.size() != part.atomic_energies.size()) sum.atomic_energies.clear();
  for (std::size_t i = 0; i < sum.atomic_energies.size(); ++i) sum.atomic_energies[i] += part.atomic_energies[i];
}

bool has_unnamed(const std::vector<Species>& species) {
  return std::any_of(species.begin(), species.end(), [](const Species& s) { return !s.is_element(); });
}

}  // namespace

Sum::Sum(std::vector<std::unique_ptr<Potential>> parts) {
  if (parts.empty()) throw InputError("a sum of potentials needs at least one part");
  for (auto& part : parts) parts_.push_back({std::move(part), {}, {}});
  match_species();
  const auto grades =
      std::find_if(parts_.begin(), parts_.end(), [](const Part& p) { return p.potential->selection_width() > 0; });
  graded_ = static_cast<std::size_t>(grades - parts_.begin());
}

void Sum::match_species() {
  species_ = parts_.front().potential->species();
  for (Part& part : parts_) {
    const std::vector<Species>& known = part.potential->species();
    part.type_of.clear();
    if (known == species_) continue;
    if (has_unnamed(known) || has_unnamed(species_))
      throw InputError("the parts of a sum are matched by element, and " +
                           (has_unnamed(known) ? part : parts_.front()).potential->title() + " names none",
                       "Name them, in order: species: [Mg, V, O] in the file of the sum, or --species Mg,V,O.");
    for (const Species& s : species_) {
      const auto found = std::find(known.begin(), known.end(), s);
      if (found == known.end())
        throw InputError(part.potential->title() + " knows " + join_names(known) + ", not " + s.name() + ", which " +
                             parts_.front().potential->title() + " does",
                         "Every part of a sum must know every species of the first.");
      part.type_of.push_back(static_cast<int>(found - known.begin()));
    }
  }
}

std::string Sum::title() const {
  std::string text;
  for (const Part& part : parts_) text += (text.empty() ? "" : " + ") + part.potential->title();
  return text;
}

Capabilities Sum::capabilities() const {
  Capabilities all;
  for (const Part& part : parts_) {
    const Capabilities one = part.potential->capabilities();
    all.neighborhoods = all.neighborhoods && one.neighborhoods;
    all.site_energies = all.site_energies && one.site_energies;
  }
  return all;
}

void Sum::name_species(const std::vector<Species>& names) {
  for (Part& part : parts_)
    if (has_unnamed(part.potential->species())) part.potential->name_species(names);
  match_species();
}

double Sum::cutoff() const {
  double longest = 0;
  for (const Part& part : parts_) longest = std::max(longest, part.potential->cutoff());
  return longest;
}

Precision Sum::precision() const {
  const bool single = std::any_of(parts_.begin(), parts_.end(), [](const Part& p) {
    return p.potential->precision() == Precision::single_precision;
  });
  return single ? Precision::single_precision : Precision::double_precision;
}

bool Sum::has_grades() const {
  return graded_ < n_parts() && part(graded_).has_grades() && capabilities().neighborhoods;
}

std::optional<SelectionState> Sum::selection_state() const {
  return graded_ < n_parts() ? part(graded_).selection_state() : std::nullopt;
}

std::size_t Sum::selection_width() const {
  return graded_ < n_parts() ? part(graded_).selection_width() : 0;
}

ReferenceKind Sum::reference_kind() const {
  return part(std::min(graded_, n_parts() - 1)).reference_kind();
}

SelectionRows Sum::selection_rows(const neighbors::Neighborhoods& atoms, GhostExchange& ghosts) {
  if (graded_ == n_parts()) return Potential::selection_rows(atoms, ghosts);
  Part& part = parts_[graded_];
  return part.potential->selection_rows(seen_by(part, atoms), ghosts);
}

std::unique_ptr<Potential> Sum::graded_by(SelectionState state, const Calibration& calibration) const {
  if (graded_ == n_parts()) return Potential::graded_by(std::move(state), calibration);
  std::vector<std::unique_ptr<Potential>> copies;
  for (std::size_t k = 0; k < n_parts(); ++k)
    copies.push_back(k == graded_ ? part(k).graded_by(state, calibration) : part(k).clone());
  return std::make_unique<Sum>(std::move(copies));
}

neighbors::Neighborhoods Sum::seen_by(Part& part, neighbors::Neighborhoods atoms) {
  if (part.type_of.empty()) return atoms;
  part.types.resize(atoms.n_total);
  for (std::size_t i = 0; i < atoms.n_total; ++i)
    part.types[i] = part.type_of[static_cast<std::size_t>(atoms.types[i])];
  atoms.types = part.types.data();
  return atoms;
}

void Sum::compute(const neighbors::Neighborhoods& atoms, const EvaluationRequest& request, GhostExchange& ghosts,
                  Evaluation& result) {
  if (request.grades && graded_ == n_parts()) throw InputError("grades are asked for, and no part of the sum has any");
  for (std::size_t k = 0; k < n_parts(); ++k) {
    EvaluationRequest of_part = request;
    of_part.grades = request.grades && k == graded_;
    Evaluation& out = k == 0 ? result : scratch_;
    out.grades.clear();
    parts_[k].potential->compute(seen_by(parts_[k], atoms), of_part, ghosts, out);
    if (k > 0) add(result, scratch_);
  }
}

// Parts that cannot compute over neighborhoods are asked for the whole structure, each with its own.
Labels Sum::evaluate(const Structure& structure) {
  if (capabilities().neighborhoods) return Potential::evaluate(structure);
  Labels sum = parts_.front().potential->evaluate(structure);
  for (std::size_t k = 1; k < n_parts(); ++k) add(sum, parts_[k].potential->evaluate(structure));
  return sum;
}

std::unique_ptr<Potential> Sum::clone() const {
  std::vector<std::unique_ptr<Potential>> copies;
  for (const Part& part : parts_) copies.push_back(part.potential->clone());
  return std::make_unique<Sum>(std::move(copies));
}

std::optional<ShortRange> short_range_in(const Potential& potential) {
  if (const auto* zbl = dynamic_cast<const Zbl*>(&potential))
    return ShortRange{zbl->options().inner, zbl->options().outer};
  const auto* sum = dynamic_cast<const Sum*>(&potential);
  for (std::size_t k = 0; sum != nullptr && k < sum->n_parts(); ++k)
    if (const auto range = short_range_in(sum->part(k))) return range;
  return std::nullopt;
}

}  // namespace vitrion::potentials
