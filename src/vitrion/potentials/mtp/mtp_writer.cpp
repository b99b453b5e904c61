// Writes `.mtp` and `.almtp` files.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "vitrion/core/error.hpp"
#include "vitrion/core/file.hpp"
#include "vitrion/potentials/mtp/mtp_file.hpp"

namespace vitrion::potentials::mtp {
namespace {

template <class Range>
std::string braces(const Range& values, const char* item) {
  std::string text = "{";
  for (const auto& value : values) {
    if (text.size() > 1) text += ", ";
    fmt::format_to(std::back_inserter(text), fmt::runtime(item), value);
  }
  return text + "}";
}

std::string quadruple(int a, int b, int c, int d) {
  return fmt::format("{{{}, {}, {}, {}}}", a, b, c, d);
}

// The user's tag and the element names in one line.
std::string tag_of(const MtpParameters& p) {
  const bool named = !p.species.empty() &&
                     std::all_of(p.species.begin(), p.species.end(), [](const Species& s) { return s.is_element(); });
  std::string tag = p.potential_tag;
  if (named) tag += (tag.empty() ? "" : " ") + std::string(species_word) + join_names(p.species, ",");
  for (const std::string_view text : {std::string_view(tag), std::string_view(p.potential_name)})
    if (text.find_first_of("#\n\r") != std::string_view::npos)
      throw InputError(fmt::format("\"{}\" cannot stand in an MTP file", text),
                       "Name and tag of a potential must not hold '#' (it marks the selection state) nor line ends.");
  return tag;
}

void append_radial_coeffs(std::string& out, const MtpParameters& p) {
  out += "\tradial_coeffs\n";
  const auto label = [&](std::size_t s) { return p.labels.empty() ? static_cast<int>(s) : p.labels[s]; };
  for (std::size_t a = 0; a < p.n_species(); ++a)
    for (std::size_t b = 0; b < p.n_species(); ++b) {
      fmt::format_to(std::back_inserter(out), "\t\t{}-{}\n", label(a), label(b));
      for (int mu = 0; mu < p.radial_funcs_count; ++mu) out += "\t\t\t" + braces(p.radial(a, b, mu), "{:.16e}") + "\n";
    }
}

}  // namespace

std::string format_mtp(const MtpParameters& p) {
  validate(p);
  std::string out;
  const auto line = [&out]<class... Args>(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(out), format, std::forward<Args>(args)...);
    out += '\n';
  };
  line("MTP\nversion = 1.1.0\npotential_name = {}\nscaling = {:.16e}\nspecies_count = {}\npotential_tag = {}",
       p.potential_name, p.scaling, p.n_species(), tag_of(p));
  line("radial_basis_type = {}\n\tmin_dist = {:.16e}\n\tmax_dist = {:.16e}\n\tradial_basis_size = {}",
       name_of(p.radial_basis), p.min_dist, p.max_dist, p.radial_basis_size);
  line("\tradial_funcs_count = {}", p.radial_funcs_count);
  if (p.is_trained()) append_radial_coeffs(out, p);

  std::vector<std::string> basic, products;
  for (const auto& b : p.tables.basic) basic.push_back(quadruple(b.mu, b.nx, b.ny, b.nz));
  for (const auto& q : p.tables.products) products.push_back(quadruple(q.a, q.b, q.multiplicity, q.target));
  line("alpha_moments_count = {}\nalpha_index_basic_count = {}\nalpha_index_basic = {}", p.tables.moments_count,
       basic.size(), braces(basic, "{}"));
  line("alpha_index_times_count = {}\nalpha_index_times = {}", products.size(), braces(products, "{}"));
  line("alpha_scalar_moments = {}\nalpha_moment_mapping = {}", p.n_scalars(), braces(p.tables.scalars, "{}"));
  if (p.is_trained()) {
    line("species_coeffs = {}", braces(p.species_coeffs, "{:.16e}"));
    out += "moment_coeffs = " + braces(p.moment_coeffs, "{:.16e}");
    out += p.selection_state.empty() ? "\n" : p.selection_state;
  }
  return out;
}

void write_mtp(const std::filesystem::path& file, const MtpParameters& parameters) {
  write_file_atomically(file, format_mtp(parameters));
}

}  // namespace vitrion::potentials::mtp
