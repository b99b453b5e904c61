// Reads LAMMPS data files: one structure, atom styles atomic, charge, full, molecular, bond and angle.
#include <algorithm>
#include <cctype>
#include <cmath>
#include <limits>

#include "vitrion/core/text.hpp"
#include "vitrion/io/atoms.hpp"
#include "vitrion/io/format.hpp"
#include "vitrion/io/lammps.hpp"

namespace vitrion::io {
namespace {

struct AtomStyle {
  std::string_view name;
  std::size_t type, x;  // columns; image flags may follow x y z
};
constexpr std::array<AtomStyle, 6> atom_styles{
    {{"atomic", 1, 2}, {"charge", 1, 3}, {"full", 2, 4}, {"molecular", 2, 3}, {"bond", 2, 3}, {"angle", 2, 3}}};

/// Not named by the file: a charge or a molecular file whose third column holds whole numbers.
constexpr AtomStyle charge_or_molecular{"charge or molecular", 1, 3};

/// The element whose mass this is, within what files round masses to; nothing when none is.
std::optional<Species> element_of_mass(double mass) {
  std::optional<Species> best;
  double nearest = std::max(0.0065, 2e-4 * mass);
  for (int z = 1; z <= 118; ++z) {
    const double off = std::abs(Species::element(z).mass() - mass);
    if (off > nearest || (best && off == nearest)) continue;
    nearest = off;
    best = Species::element(z);
  }
  return best;
}

std::optional<Species> element_named(std::string_view word) {
  try {
    return Species::element(word);
  } catch (const InputError&) {
    return std::nullopt;
  }
}

class DataReader final : public FrameReader {
 public:
  DataReader(const std::filesystem::path& file, const ReadOptions& options)
      : lines_(file), units_(options.lammps_units), notes_(file, options) {}

  std::optional<Structure> next() override {
    if (done_) return std::nullopt;
    done_ = true;
    read_title();
    std::string_view line;
    bool in_header = true;
    while (lines_.next(line)) {
      const std::string_view content = trim(line.substr(0, line.find('#')));
      if (content.empty()) continue;
      const bool keyword = std::isalpha(static_cast<unsigned char>(content[0])) != 0;
      if (in_header && !keyword) {
        read_header_line(content);
      } else if (keyword) {
        in_header = false;
        read_section(std::string(content), std::string(line));
      } else {
        lines_.fail("a row belongs to no section", "The header says how many rows a section has.");
      }
    }
    return assemble();
  }

 private:
  void read_title();
  void read_header_line(std::string_view content);
  void read_section(const std::string& name, const std::string& whole_line);
  void read_masses();
  void read_labels();
  void read_atoms(std::string_view style);
  void read_velocities();
  void skip_rows();
  Structure assemble();
  const AtomStyle& style_of(std::string_view named, const std::vector<std::string_view>& words) const;
  int type_of(std::string_view word) const;
  /// -1 where the word is no type.
  int possible_type(std::string_view word) const;
  void choose_types();
  /// The words of the next row of a section, past blank lines and comments.
  void next_row(std::string_view section);

  LineReader lines_;
  bool done_ = false;
  LammpsRunUnits units_;
  Notes notes_;
  std::int64_t n_atoms_ = -1, n_types_ = -1;
  std::array<bool, 3> has_bounds_{};
  LammpsBox box_;
  std::optional<Matrix3> general_cell_;
  Matrix3 vectors_ = Matrix3::Zero();
  Vector3 origin_ = Vector3::Zero();
  std::map<int, Species> elements_;
  std::map<std::string, int, std::less<>> labels_;
  std::vector<std::string_view> words_;
  Rows positions_;
  std::vector<int> types_;
  std::vector<int> second_, third_;  // columns of Atoms, either of which may be the type
  std::map<std::int64_t, Vector3> velocities_;
  Structure frame_;
};

void DataReader::read_title() {
  const std::string_view title = lines_.require("the title");
  const std::vector<std::string_view> words = split_words(title);
  const auto value_of = [&](std::string_view key) -> std::string_view {
    for (std::size_t i = 0; i + 2 < words.size(); ++i)
      if (words[i] == key && words[i + 1] == "=") return words[i + 2];
    return {};
  };
  // What write_data puts there: "..., timestep = 5000, units = metal".
  std::string_view units = value_of("units"), step = value_of("timestep");
  while (units.ends_with(',')) units.remove_suffix(1);
  while (step.ends_with(',')) step.remove_suffix(1);
  if (!units.empty()) units_.set_named(units, lines_);
  frame_.step = parse_integer(step);
}

void DataReader::read_header_line(std::string_view content) {
  split_words(content, words_);
  const auto ends_with = [&](std::size_t numbers, std::initializer_list<std::string_view> keys) {
    return words_.size() == numbers + keys.size() &&
           std::equal(keys.begin(), keys.end(), words_.begin() + static_cast<std::ptrdiff_t>(numbers));
  };
  if (ends_with(1, {"atoms"})) n_atoms_ = lines_.count(words_[0], "the number of atoms");
  if (ends_with(1, {"atom", "types"})) n_types_ = lines_.count(words_[0], "the number of types");
  if (n_types_ > 100'000) lines_.fail("the header names " + std::to_string(n_types_) + " types of atoms");
  for (int k = 0; k < 3; ++k) {
    const std::string axis(1, "xyz"[k]);
    if (ends_with(2, {axis + "lo", axis + "hi"})) {
      box_.low[k] = lines_.number(words_[0], "a bound of the box");
      box_.high[k] = lines_.number(words_[1], "a bound of the box");
      if (!(box_.high[k] > box_.low[k])) lines_.fail("the box has no extent along " + axis);
      has_bounds_[static_cast<std::size_t>(k)] = true;
    }
    if (ends_with(3, {std::string(1, "abc"[k]) + "vec"})) {
      vectors_.row(k) = vector_of(lines_, words_, 0, "a cell vector");
      general_cell_ = vectors_;
    }
  }
  if (ends_with(3, {"xy", "xz", "yz"})) {
    const Vector3 tilts = vector_of(lines_, words_, 0, "a tilt");
    box_.xy = tilts[0];
    box_.xz = tilts[1];
    box_.yz = tilts[2];
  }
  if (ends_with(3, {"abc", "origin"})) origin_ = vector_of(lines_, words_, 0, "the origin");
}

void DataReader::next_row(std::string_view section) {
  do {
    const std::string_view line = lines_.require("section " + std::string(section));
    split_words(line.substr(0, line.find('#')), words_);
  } while (words_.empty());
  const bool keyword = std::isalpha(static_cast<unsigned char>(words_[0][0])) != 0;
  if (keyword) lines_.fail("section " + std::string(section) + " has fewer rows than the header says");
}

void DataReader::read_section(const std::string& name, const std::string& whole_line) {
  if (name == "Masses") {
    read_masses();
  } else if (name == "Atom Type Labels") {
    read_labels();
  } else if (name == "Atoms") {
    const std::size_t hash = whole_line.find('#');
    read_atoms(hash == std::string::npos ? std::string_view{} : trim(std::string_view(whole_line).substr(hash + 1)));
  } else if (name == "Velocities") {
    read_velocities();
  } else {
    skip_rows();
  }
}

void DataReader::skip_rows() {
  std::string_view line;
  while (lines_.next(line)) {
    const std::string_view content = trim(line);
    if (content.empty() || std::isalpha(static_cast<unsigned char>(content[0])) == 0) continue;
    lines_.put_back();
    return;
  }
}

int DataReader::possible_type(std::string_view word) const {
  if (const auto label = labels_.find(word); label != labels_.end()) return label->second;
  const auto type = parse_integer(word);
  return type && *type >= 1 && *type <= std::numeric_limits<int>::max() ? static_cast<int>(*type - 1) : -1;
}

int DataReader::type_of(std::string_view word) const {
  if (const auto label = labels_.find(word); label != labels_.end()) return label->second;
  const std::int64_t type = lines_.count(word, "the type");
  if (type < 1 || (n_types_ >= 0 && type > n_types_))
    lines_.fail("type " + std::string(word) + " where the header names types 1 to " + std::to_string(n_types_));
  return static_cast<int>(type) - 1;
}

void DataReader::read_labels() {
  for (std::int64_t i = 0; i < n_types_; ++i) {
    next_row("Atom Type Labels");
    if (words_.size() != 2) lines_.fail("a row of Atom Type Labels is: type label");
    const std::string label(words_[1]);
    const int type = type_of(words_[0]);
    labels_.emplace(label, type);
    if (const auto element = element_named(label)) elements_.insert_or_assign(type, *element);
  }
}

void DataReader::read_masses() {
  if (n_types_ < 0) lines_.fail("section Masses, but the header does not say how many atom types there are");
  for (std::int64_t i = 0; i < n_types_; ++i) {
    std::string_view line;
    do line = lines_.require("section Masses");
    while (trim(line.substr(0, line.find('#'))).empty());
    const std::size_t hash = line.find('#');
    split_words(line.substr(0, hash), words_);
    if (words_.size() != 2) lines_.fail("a row of Masses is: type mass");
    const int type = type_of(words_[0]);
    const double mass = lines_.number(words_[1], "the mass");
    if (!(mass > 0)) lines_.fail("a mass must be positive");
    const std::optional<Species> by_mass = element_of_mass(mass);
    std::optional<Species> by_name;
    if (hash != std::string_view::npos) {
      const std::vector<std::string_view> comment = split_words(line.substr(hash + 1));
      if (!comment.empty()) by_name = element_named(comment[0]);
    }
    if (by_name && by_mass && *by_name != *by_mass)
      lines_.fail("type " + std::to_string(type + 1) + " is called " + by_name->name() + " but has the mass of " +
                  by_mass->name());
    if (by_name || by_mass) elements_.insert_or_assign(type, by_name ? *by_name : *by_mass);
  }
}

const AtomStyle& DataReader::style_of(std::string_view named, const std::vector<std::string_view>& words) const {
  for (const AtomStyle& style : atom_styles)
    if (style.name == named) return style;
  if (!named.empty())
    lines_.fail("atom style " + std::string(named) + " cannot be read",
                "Known: atomic, charge, full, molecular, bond, angle.");
  // Without a name, the number of columns tells; three more are image flags.
  const std::size_t n = words.size() >= 8 ? words.size() - 3 : words.size();
  if (n == 5) return atom_styles[0];
  if (n == 6) return parse_integer(words[2]) ? charge_or_molecular : atom_styles[1];
  if (n == 7) return atom_styles[2];
  lines_.fail("a row of Atoms has " + std::to_string(words.size()) + " columns: of no known atom style",
              "Name the style behind the section: Atoms # charge");
}

/// Of "id type charge x y z" and "id molecule type x y z", the one whose types can be types in every row.
void DataReader::choose_types() {
  const auto possible = [&](const std::vector<int>& types) {
    return std::all_of(types.begin(), types.end(),
                       [&](int type) { return type >= 0 && (n_types_ < 0 || type < n_types_); });
  };
  const bool charge = possible(second_), molecular = possible(third_);
  if (charge == molecular)
    lines_.fail(std::string("the rows of Atoms begin with three whole numbers: \"id type charge\" or \"id molecule "
                            "type\"; the numbers allow ") +
                    (charge ? "both" : "neither"),
                "Name the style behind the section: \"Atoms # charge\" or \"Atoms # molecular\".");
  types_ = charge ? second_ : third_;
}

void DataReader::read_atoms(std::string_view named) {
  if (n_atoms_ < 0) lines_.fail("section Atoms, but the header does not say how many atoms there are");
  if (!frame_.ids.empty()) lines_.fail("section Atoms stands twice");
  const std::string style_name(named);
  const AtomStyle* style = nullptr;
  std::size_t n_columns = 0;
  for (std::int64_t i = 0; i < n_atoms_; ++i) {
    next_row("Atoms");
    if (!style) {
      style = &style_of(style_name, words_);
      n_columns = words_.size();
      if (n_columns != style->x + 3 && n_columns != style->x + 6)
        lines_.fail("a row of Atoms has " + std::to_string(n_columns) + " columns, atom style " +
                    std::string(style->name) + " " + std::to_string(style->x + 3) + ", or 3 more with image flags");
    }
    if (words_.size() != n_columns)
      lines_.fail("this row has " + std::to_string(words_.size()) + " columns, the first " + std::to_string(n_columns));
    frame_.ids.push_back(lines_.integer(words_[0], "the id"));
    if (style == &charge_or_molecular) {
      second_.push_back(possible_type(words_[1]));
      third_.push_back(possible_type(words_[2]));
    } else {
      types_.push_back(type_of(words_[style->type]));
    }
    const Vector3 x = vector_of(lines_, words_, style->x, "a coordinate");
    positions_.add(x);
    if (n_columns == style->x + 6)
      frame_.images.push_back({image_flag(lines_, words_[style->x + 3]), image_flag(lines_, words_[style->x + 4]),
                               image_flag(lines_, words_[style->x + 5])});
  }
  if (style == &charge_or_molecular) choose_types();
}

void DataReader::read_velocities() {
  if (!units_.known())
    notes_.add(
        "velocities are read in units metal (Å/ps): the file does not name its units. If they are others, say "
        "--units real.");
  for (std::int64_t i = 0; i < n_atoms_; ++i) {
    next_row("Velocities");
    const std::int64_t id = lines_.integer(words_[0], "the id");
    const Vector3 v = vector_of(lines_, words_, 1, "a velocity") * units_.values().velocity;
    if (!velocities_.emplace(id, v).second) lines_.fail("a velocity of atom " + std::to_string(id) + " stands twice");
  }
}

Structure DataReader::assemble() {
  if (n_atoms_ < 0) lines_.fail("the header does not say how many atoms there are");
  if (n_atoms_ > 0 && frame_.ids.empty()) lines_.fail("the file has no section Atoms", "It may be cut.");
  if (!general_cell_) {
    if (!has_bounds_[0] || !has_bounds_[1] || !has_bounds_[2]) lines_.fail("the header does not give the box");
    general_cell_ = box_.matrix();
    origin_ = box_.low;
  }
  frame_.cell = make_cell(lines_, *general_cell_);
  for (const int type : types_) {
    const auto element = elements_.find(type);
    frame_.species.push_back(element == elements_.end() ? Species::type(type) : element->second);
  }
  frame_.positions = positions_.positions();
  frame_.positions.rowwise() -= origin_.transpose();
  if (!frame_.images.empty()) frame_.wrapping = Wrapping::wrapped;
  store_origin(frame_, origin_);
  if (!velocities_.empty()) {
    frame_.velocities.resize(frame_.positions.rows(), 3);
    for (std::size_t i = 0; i < frame_.size(); ++i) {
      const auto found = velocities_.find(frame_.ids[i]);
      if (found == velocities_.end()) lines_.fail("atom " + std::to_string(frame_.ids[i]) + " has no velocity");
      frame_.velocities.row(static_cast<Eigen::Index>(i)) = found->second;
    }
  }
  validate(frame_, lines_.file());
  sort_by_id(frame_);
  return std::move(frame_);
}

bool looks_like_data(std::string_view head) {
  // The title is free text; what follows must name atoms and a box.
  const std::size_t title = std::min(head.find('\n'), head.size());
  const std::string_view header = head.substr(title);
  const bool box = header.find("xlo xhi") != std::string_view::npos || header.find(" avec") != std::string_view::npos;
  return box && header.find(" atoms") != std::string_view::npos;
}

}  // namespace

Format lammps_data_format() {
  FormatContent content;
  content.series = false;
  content.velocities = content.ids = content.images = true;
  return {{"lammps-data", "LAMMPS data file", {"*.lammps-data", "*.lmp", "*.data", "data.*"}, true, content},
          looks_like_data,
          open_as<DataReader>,
          create_lammps_data};
}

}  // namespace vitrion::io
