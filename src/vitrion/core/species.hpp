// Chemical elements, and the bare type numbers of formats that name none.
#pragma once

#include <compare>
#include <string>
#include <string_view>
#include <vector>

namespace vitrion::inline core {

/// What an atom is: an element, or only "type t" where the file names no elements (.cfg, .mtp, LAMMPS).
class Species {
 public:
  /// By symbol ("Li"), case-sensitive. Throws InputError on a name that is no element's.
  static Species element(std::string_view symbol);
  /// By atomic number 1..118. Throws InputError otherwise.
  static Species element(int atomic_number);
  /// Type number t = 0, 1, ... of a file that names no elements.
  static Species type(int t);

  bool is_element() const { return code_ > 0; }
  int atomic_number() const { return is_element() ? code_ : 0; }
  /// The type number of an unnamed species; -1 for an element.
  int type_number() const { return is_element() ? -1 : -1 - code_; }
  /// "Li", or "type0" for an unnamed type.
  std::string name() const;
  /// Standard atomic weight, g/mol (IUPAC 2021, abridged); the longest-lived isotope's for elements that have none.
  /// Throws InputError for an unnamed type.
  double mass() const;

  auto operator<=>(const Species&) const = default;

 private:
  explicit Species(int code) : code_(code) {}
  int code_;  // > 0: atomic number; < 0: -(type + 1)
};

/// "Mg,V,O" -> three elements. Throws InputError on an empty entry, an unknown symbol or one that stands twice.
std::vector<Species> parse_species_list(std::string_view comma_separated);

/// Whether a list names a species.
bool contains(const std::vector<Species>& list, Species species);

/// "Mg, V, O"
std::string join_names(const std::vector<Species>& species, std::string_view separator = ", ");

/// "Li47 P16 O56 N5", in order of first appearance.
std::string composition(const std::vector<Species>& atoms);

}  // namespace vitrion::inline core
