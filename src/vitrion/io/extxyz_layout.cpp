// The Properties of extended XYZ: which column of the table of atoms is what.
#include <algorithm>
#include <array>

#include "vitrion/core/text.hpp"
#include "vitrion/io/extxyz.hpp"

namespace vitrion::io {
namespace {

using Field = ExtxyzField;

/// What a structure has one of, whatever the column is called.
enum class Quantity { species, position, force, velocity, id, image, atomic_energy };

struct FieldName {
  std::string_view name;
  Field field;
  Quantity quantity;
  std::size_t width;
};

// Where several columns give one quantity, the first of these names is read.
constexpr std::array<FieldName, 18> field_names{{
    {"species", Field::symbol, Quantity::species, 1},
    {"symbols", Field::symbol, Quantity::species, 1},
    {"Z", Field::number, Quantity::species, 1},
    {"numbers", Field::number, Quantity::species, 1},
    {"type", Field::type, Quantity::species, 1},
    {"id", Field::id, Quantity::id, 1},
    {"pos", Field::position, Quantity::position, 3},
    {"positions", Field::position, Quantity::position, 3},
    {"REF_forces", Field::force, Quantity::force, 3},
    {"forces", Field::force, Quantity::force, 3},
    {"force", Field::force, Quantity::force, 3},
    {"vel", Field::velocity, Quantity::velocity, 3},
    {"velo", Field::velocity, Quantity::velocity, 3},
    {"velocities", Field::velocity, Quantity::velocity, 3},
    {"momenta", Field::momentum, Quantity::velocity, 3},
    {"images", Field::image, Quantity::image, 3},
    {"energies", Field::atomic_energy, Quantity::atomic_energy, 1},
    {"local_energy", Field::atomic_energy, Quantity::atomic_energy, 1},
}};

std::vector<std::string> split_at_colons(const std::string& text) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == ':')
      parts.emplace_back();
    else
      parts.back() += c;
  }
  return parts;
}

/// Place in field_names; its size for columns of no meaning here. "Z" alone is told from "z".
std::size_t rank_of(const std::string& name, const std::string& forces) {
  const auto place = [](std::string_view known) {
    return static_cast<std::size_t>(std::find_if(field_names.begin(), field_names.end(),
                                                 [&](const FieldName& field) {
                                                   return field.name.size() == 1 ? field.name == known
                                                                                 : same_word(field.name, known);
                                                 }) -
                                    field_names.begin());
  };
  if (!forces.empty() && name == forces) return place("forces");
  const std::size_t rank = place(name);
  const bool unwanted = !forces.empty() && rank < field_names.size() && field_names[rank].field == Field::force;
  return unwanted ? field_names.size() : rank;
}

}  // namespace

bool ExtxyzLayout::has(Field field) const {
  for (const ExtxyzColumn& column : columns)
    if (column.field == field) return true;
  return false;
}

ExtxyzLayout ExtxyzLayout::parse(const LineReader& lines, const std::string& properties, const std::string& forces) {
  const std::vector<std::string> parts = split_at_colons(properties);
  if (parts.size() % 3 != 0) lines.fail("Properties is not a list of name:type:width: " + properties);
  ExtxyzLayout layout;
  std::vector<std::size_t> ranks;  // of each column's name in field_names
  for (std::size_t p = 0; p < parts.size(); p += 3) {
    const std::string &name = parts[p], &type = parts[p + 1];
    const std::int64_t width = lines.count(parts[p + 2], "the width of column " + name);
    if (width < 1 || width > 1000) lines.fail("column " + name + " cannot be " + parts[p + 2] + " wide");
    if (type.size() != 1 || std::string_view("SRIL").find(type) == std::string_view::npos)
      lines.fail("column " + name + " is of type \"" + type + "\"; the types are S, R, I and L");
    const std::size_t rank = rank_of(name, forces);
    ExtxyzColumn column{Field::further, name, type[0], static_cast<std::size_t>(width)};
    if (rank < field_names.size()) {
      column.field = field_names[rank].field;
      if (field_names[rank].width != column.width)
        lines.fail("column " + name + " must be " + std::to_string(field_names[rank].width) + " wide, not " +
                   parts[p + 2]);
    }
    for (std::size_t c = 0; c < ranks.size(); ++c) {
      ExtxyzColumn& other = layout.columns[c];
      if (other.name == name) lines.fail("column " + name + " stands twice in Properties");
      if (column.field == Field::further || other.field == Field::further ||
          field_names[ranks[c]].quantity != field_names[rank].quantity)
        continue;
      (ranks[c] < rank ? column : other).field = Field::further;
    }
    layout.n_words += column.width;
    layout.columns.push_back(std::move(column));
    ranks.push_back(rank);
  }
  if (!layout.has(Field::position)) lines.fail("Properties names no column pos");
  if (!layout.has(Field::symbol) && !layout.has(Field::number) && !layout.has(Field::type))
    lines.fail("Properties names no column species");
  return layout;
}

}  // namespace vitrion::io
