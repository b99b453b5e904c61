#include "core/error.hpp"
#include "io/format.hpp"

namespace vitrion::io {

const std::vector<Format>& registry() {
  static const std::vector<Format> all{extxyz_format(), cfg_format()};
  return all;
}

void fail_second_frame(const std::filesystem::path& file, const std::string& format) {
  throw InputError(Location{file.string()}, "a file of format " + format + " holds one structure only",
                   "Choose one with --frames (-1 is the last), or write extxyz, dump or xdatcar.");
}

void TypeNumbers::prepare(const Structure& frame) {
  if (species_.empty()) {
    species_ = distinct_species(frame);
    if (!species_.empty() && !species_.back().is_element()) {
      if (species_.front().is_element())
        throw InputError("the frame holds elements and unnamed types together", "Name the types with --species Mg,V,O");
      const int largest = species_.back().type_number();
      species_.clear();
      for (int t = 0; t <= largest; ++t) species_.push_back(Species::type(t));
    }
  }
  for (const Species& s : distinct_species(frame)) of(s);
}

int TypeNumbers::of(Species species) const {
  for (std::size_t t = 0; t < species_.size(); ++t)
    if (species_[t] == species) return static_cast<int>(t);
  throw InputError("no type number for " + species.name() + " (types 0, 1, ... are " + join_names(species_) + ")",
                   "List every species of all frames, in the order of the types: --species Mg,V,O");
}

}  // namespace vitrion::io
