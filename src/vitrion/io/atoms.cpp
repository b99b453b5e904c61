#include "vitrion/io/atoms.hpp"

#include "vitrion/core/text.hpp"

namespace vitrion::io {

Species SymbolTable::find(std::string_view symbol, const LineReader& lines) {
  if (last_ < seen_.size() && seen_[last_].first == symbol) return seen_[last_].second;
  for (last_ = 0; last_ < seen_.size(); ++last_)
    if (seen_[last_].first == symbol) return seen_[last_].second;
  Species species = Species::type(0);
  const auto type = symbol.starts_with("type") ? parse_integer(symbol.substr(4)) : std::nullopt;
  with_location(lines.where(), [&] {
    species = type && *type >= 0 && *type < 100000 ? Species::type(static_cast<int>(*type)) : Species::element(symbol);
  });
  seen_.emplace_back(symbol, species);
  return species;
}

Vector3 vector_of(const LineReader& lines, const std::vector<std::string_view>& words, std::size_t first,
                  std::string_view what) {
  if (words.size() < first + 3) lines.fail(std::string(what) + " needs three numbers");
  return {lines.number(words[first], what), lines.number(words[first + 1], what), lines.number(words[first + 2], what)};
}

int image_flag(const LineReader& lines, std::string_view word) {
  const std::int64_t value = lines.integer(word, "an image flag");
  if (value < -1'000'000'000 || value > 1'000'000'000) lines.fail("an image flag is " + std::string(word));
  return static_cast<int>(value);
}

char column_type(const std::vector<std::string>& values) {
  char type = 'I';
  for (const std::string& value : values) {
    if (parse_integer(value)) continue;
    if (!parse_double(value)) return 'S';
    type = 'R';
  }
  return type;
}

Matrix3 from_voigt(const std::array<double, 6>& v) {
  Matrix3 m;
  m << v[0], v[5], v[4], v[5], v[1], v[3], v[4], v[3], v[2];
  return m;
}

std::array<double, 6> to_voigt(const Matrix3& m) {
  return {m(0, 0), m(1, 1), m(2, 2), m(1, 2), m(0, 2), m(0, 1)};
}

void check_site_weights(const LineReader& lines, std::string_view weights) {
  for (const std::string_view word : split_words(weights))
    if (parse_double(word) != 1.0)
      lines.fail("is of a virtual crystal (VCA): elements share sites, by weights of " + std::string(trim(weights)),
                 "Its atoms are no atoms that a potential could know: leave the file out.");
}

Cell make_cell(const LineReader& lines, const Matrix3& matrix, std::array<bool, 3> periodic) {
  Cell cell;
  with_location(lines.where(), [&] { cell = Cell(matrix, periodic); });
  return cell;
}

}  // namespace vitrion::io
