// MLIP's .cfg: blocks of configurations, atoms as type numbers, PlusStress = -volume * stress in eV.
#include <array>

#include "vitrion/core/text.hpp"
#include "vitrion/core/trajectory.hpp"
#include "vitrion/core/utf8.hpp"
#include "vitrion/io/atoms.hpp"
#include "vitrion/io/cfg_content.hpp"
#include "vitrion/io/format.hpp"

namespace vitrion::io {
namespace {

/// Names of the six components, as the header lines carry them.
constexpr std::array<std::string_view, 6> components{"xx", "yy", "zz", "yz", "xz", "xy"};

/// Further columns of AtomData that MLIP knows.
const std::vector<std::string> further_columns{"charge", "magmom_x", "magmom_y", "magmom_z", "nbh_grades"};

class CfgReader final : public FrameReader {
 public:
  explicit CfgReader(const std::filesystem::path& file) : lines_(file) {}

  std::optional<Structure> next() override {
    if (!find_begin()) return std::nullopt;
    const std::size_t first_line = lines_.line_number();
    Block block;
    while (true) {
      const std::string_view line = lines_.require("a configuration (no END_CFG)");
      split_words(line, words_);
      if (words_.empty()) continue;
      if (words_[0] == "END_CFG") break;
      read_section(line, block);
    }
    if (!block.has_atoms && block.size.value_or(0) > 0) lines_.fail("the configuration has no AtomData");
    return to_structure(std::move(block), {lines_.file(), first_line});
  }

  bool skip() override {
    if (!find_begin()) return false;
    while (!trim(lines_.require("a configuration (no END_CFG)")).starts_with("END_CFG")) {
    }
    return true;
  }

 private:
  struct Block : CfgContent {
    std::optional<std::int64_t> size;
    bool has_atoms = false;
  };

  bool find_begin();
  void read_section(std::string_view line, Block& block);
  void read_cell(Block& block);
  void read_atoms(Block& block);
  std::array<double, 6> read_six(std::string_view name);
  void read_feature(std::string_view line, Block& block);

  LineReader lines_;
  std::vector<std::string_view> words_;
  Rows positions_, forces_;
};

bool CfgReader::find_begin() {
  std::string_view line;
  while (lines_.next(line)) {
    const std::string_view word = trim(line);
    if (word == "BEGIN_CFG") return true;
    if (word.empty() || word.front() == '#') continue;
    lines_.fail("expected BEGIN_CFG, found \"" + std::string(word.substr(0, 40)) + "\"",
                "A configuration begins with a line BEGIN_CFG.");
  }
  return false;
}

void CfgReader::read_section(std::string_view line, Block& block) {
  const std::string_view section = words_[0];
  if (section == "Size") {
    split_words(lines_.require("a configuration"), words_);
    if (words_.size() != 1) lines_.fail("Size must be followed by one number");
    block.size = lines_.count(words_[0], "Size");
  } else if (section == "Supercell") {
    read_cell(block);
  } else if (section == "AtomData:") {
    read_atoms(block);
  } else if (section == "Energy") {
    split_words(lines_.require("a configuration"), words_);
    if (words_.size() != 1) lines_.fail("Energy must be followed by one number");
    block.frame.labels.energy = lines_.number(words_[0], "the energy");
  } else if (section == "PlusStress:") {
    block.plus_stress = read_six(section);
  } else if (section == "Virial:") {
    block.virial = read_six(section);
  } else if (section == "Stress:") {
    lines_.fail("\"Stress:\" is of an old version of MLIP and its sign is not certain",
                "If the numbers are virials (eV, -volume * stress), rename it to PlusStress:.");
  } else if (section == "Feature") {
    read_feature(line, block);
  } else if (section == "BEGIN_CFG") {
    lines_.fail("BEGIN_CFG inside a configuration", "The END_CFG before it is missing.");
  } else {
    lines_.fail("a configuration has no section \"" + std::string(section.substr(0, 40)) + "\"");
  }
}

void CfgReader::read_cell(Block& block) {
  for (block.n_vectors = 0; block.n_vectors < 3; ++block.n_vectors) {
    const std::string_view line = lines_.require("a configuration");
    split_words(line, words_);
    if (words_.size() != 3 || !parse_double(words_[0])) {
      lines_.put_back();
      break;
    }
    block.cell.row(block.n_vectors) = vector_of(lines_, words_, 0, "a cell vector");
  }
  if (block.n_vectors == 0) lines_.fail("Supercell holds no vector of three numbers");
}

std::array<double, 6> CfgReader::read_six(std::string_view name) {
  const std::string section(name);
  std::vector<std::string> order(words_.begin() + 1, words_.end());
  if (order.size() != 6) lines_.fail(section + " must name its six components, xx yy zz yz xz xy");
  split_words(lines_.require("a configuration"), words_);
  if (words_.size() != 6) lines_.fail(section + " must be followed by six numbers");
  std::array<double, 6> values{};
  for (std::size_t c = 0; c < 6; ++c) {
    const auto found = std::find(order.begin(), order.end(), components[c]);
    if (found == order.end()) lines_.fail(section + " names no component " + std::string(components[c]));
    values[c] = lines_.number(words_[static_cast<std::size_t>(found - order.begin())], section);
  }
  return values;
}

void CfgReader::read_feature(std::string_view line, Block& block) {
  if (words_.size() < 2) lines_.fail("Feature has no name");
  demand_utf8(line, lines_.where());
  const std::string key(words_[1]);
  const auto after = static_cast<std::size_t>(words_[1].data() - line.data()) + words_[1].size();
  const std::string value(trim(line.substr(after)));
  const auto [entry, is_new] = block.features.emplace(key, value);
  if (!is_new) entry->second += '\n' + value;  // a value of several lines
}

void CfgReader::read_atoms(Block& block) {
  if (!block.size) lines_.fail("AtomData before Size");
  if (block.has_atoms) lines_.fail("AtomData stands twice in one configuration");
  block.has_atoms = true;
  const std::vector<std::string> names(words_.begin() + 1, words_.end());
  const auto column = [&](std::string_view name) {
    const auto found = std::find(names.begin(), names.end(), name);
    return found == names.end() ? -1 : static_cast<int>(found - names.begin());
  };
  const int id = column("id"), type = column("type"), site = column("site_en");
  block.fractional = column("direct_x") >= 0;
  const std::string prefix = block.fractional ? "direct_" : "cartes_";
  const std::array<int, 3> x{column(prefix + "x"), column(prefix + "y"), column(prefix + "z")};
  const std::array<int, 3> f{column("fx"), column("fy"), column("fz")};
  if (type < 0) lines_.fail("AtomData names no column type");
  if (std::min({x[0], x[1], x[2]}) < 0) lines_.fail("AtomData names no columns cartes_x cartes_y cartes_z");
  const bool has_forces = f[0] >= 0;
  if (has_forces && std::min(f[1], f[2]) < 0) lines_.fail("AtomData names fx but not fy and fz");

  std::vector<AtomColumn> further(names.size());  // of the columns read as nothing else
  std::vector<bool> is_further(names.size());
  for (std::size_t c = 0; c < names.size(); ++c) {
    const int i = static_cast<int>(c);
    is_further[c] = i != id && i != type && i != site && std::find(x.begin(), x.end(), i) == x.end() &&
                    std::find(f.begin(), f.end(), i) == f.end();
  }
  positions_.clear();
  forces_.clear();
  const auto word = [&](int c) { return words_[static_cast<std::size_t>(c)]; };
  const auto three = [&](const std::array<int, 3>& at, std::string_view what) {
    return Vector3(lines_.number(word(at[0]), what), lines_.number(word(at[1]), what),
                   lines_.number(word(at[2]), what));
  };
  Structure& frame = block.frame;
  for (std::int64_t i = 0; i < *block.size; ++i) {
    split_words(lines_.require("the atoms of a configuration"), words_);
    if (words_.size() != names.size())
      lines_.fail("atom " + std::to_string(i + 1) + " has " + std::to_string(words_.size()) + " columns, AtomData " +
                      std::to_string(names.size()),
                  "Size says that " + std::to_string(*block.size) + " atoms follow.");
    if (id >= 0 && lines_.integer(word(id), "the id") != i + 1)
      lines_.fail("id " + std::string(word(id)) + " where " + std::to_string(i + 1) + " is due",
                  "Atoms of a .cfg stand in order of their ids 1, 2, ...");
    const std::int64_t t = lines_.count(word(type), "the type");
    frame.species.push_back(Species::type(static_cast<int>(t)));
    positions_.add(three(x, "a coordinate"));
    if (has_forces) forces_.add(three(f, "a force"));
    if (site >= 0) frame.labels.atomic_energies.push_back(lines_.number(word(site), "a site energy"));
    for (std::size_t c = 0; c < names.size(); ++c)
      if (is_further[c]) further[c].values.emplace_back(words_[c]);
  }
  frame.positions = positions_.positions();
  frame.labels.forces = forces_.positions();
  for (std::size_t c = 0; c < names.size(); ++c) {
    if (!is_further[c]) continue;
    further[c].type = column_type(further[c].values);
    frame.columns.insert_or_assign(names[c], std::move(further[c]));
  }
}

class CfgWriter final : public FrameWriter {
 public:
  CfgWriter(const std::filesystem::path& file, const WriteOptions& options) : out_(file), types_(options.species) {}

  void write(const Structure& given) override {
    Structure sorted;  // .cfg numbers atoms by their place, so the place must not change from frame to frame
    if (!given.ids.empty()) {
      sorted = given;
      reorder(sorted, rows_by_id(given));
    }
    const Structure& frame = given.ids.empty() ? given : sorted;
    types_.prepare(frame);
    out_.text("BEGIN_CFG\n Size\n    ");
    out_.number(static_cast<std::int64_t>(frame.size()));
    out_.text('\n');
    write_cell(frame.cell);
    std::map<std::string, std::string> keys = to_keys(frame);
    write_atoms(frame);
    if (frame.labels.energy) {
      out_.text(" Energy\n    ");
      out_.number(*frame.labels.energy);
      out_.text('\n');
    }
    write_stress(frame, keys);
    if (!types_.species().empty() && types_.species().front().is_element())
      keys["species"] = join_names(types_.species(), ",");
    for (const auto& [key, value] : keys) write_feature(key, value);
    out_.text("END_CFG\n\n");
  }
  void close() override { out_.close(); }

 private:
  void write_cell(const Cell& cell);
  void write_atoms(const Structure& frame);
  void write_stress(const Structure& frame, std::map<std::string, std::string>& keys);
  void write_feature(const std::string& key, const std::string& value);

  OutputFile out_;
  TypeNumbers types_;
};

void CfgWriter::write_cell(const Cell& cell) {
  if (!(cell.periodic()[0] || cell.periodic()[1] || cell.periodic()[2])) return;
  out_.text(" Supercell\n");
  for (int i = 0; i < 3; ++i) {
    if (!cell.periodic()[static_cast<std::size_t>(i)]) continue;
    out_.text("   ");
    write_row(out_, cell.matrix().row(i));
    out_.text('\n');
  }
}

void CfgWriter::write_atoms(const Structure& frame) {
  out_.text(" AtomData:  id type cartes_x cartes_y cartes_z");
  if (frame.labels.has_forces()) out_.text(" fx fy fz");
  if (!frame.labels.atomic_energies.empty()) out_.text(" site_en");
  std::vector<const AtomColumn*> further;
  for (const std::string& name : further_columns) {
    const auto found = frame.columns.find(name);
    if (found == frame.columns.end() || found->second.width != 1) continue;
    further.push_back(&found->second);
    out_.text(" " + name);
  }
  out_.text('\n');
  for (std::size_t i = 0; i < frame.size(); ++i) {
    const auto row = static_cast<Eigen::Index>(i);
    out_.text("    ");
    out_.number(static_cast<std::int64_t>(i) + 1);
    out_.text(' ');
    out_.number(static_cast<std::int64_t>(types_.of(frame.species[i])));
    write_row(out_, frame.positions.row(row));
    if (frame.labels.has_forces()) write_row(out_, frame.labels.forces.row(row));
    if (!frame.labels.atomic_energies.empty()) {
      out_.text(' ');
      out_.number(frame.labels.atomic_energies[i]);
    }
    for (const AtomColumn* column : further) {
      out_.text(' ');
      out_.text(column->values[i]);
    }
    out_.text('\n');
  }
}

void CfgWriter::write_stress(const Structure& frame, std::map<std::string, std::string>& keys) {
  const auto header = [&] { out_.text(" PlusStress:  xx yy zz yz xz xy\n   "); };
  if (frame.labels.stress) {
    header();
    for (const double value : to_voigt(*frame.labels.stress)) {
      out_.text(' ');
      out_.number(-value * frame.cell.volume());
    }
    out_.text('\n');
  } else if (const auto raw = keys.find("PlusStress"); raw != keys.end() && split_words(raw->second).size() == 6) {
    header();
    out_.text(' ');
    out_.text(raw->second);
    out_.text('\n');
    keys.erase(raw);
  }
}

void CfgWriter::write_feature(const std::string& key, const std::string& value) {
  std::string name = key;
  std::replace_if(
      name.begin(), name.end(), [](char c) { return c == ' ' || c == '\t' || c == '\n'; }, '_');
  std::size_t begin = 0;
  while (begin <= value.size()) {
    const std::size_t end = std::min(value.find('\n', begin), value.size());
    out_.text(" Feature   ");
    out_.text(name);
    out_.text('\t');
    out_.text(std::string_view(value).substr(begin, end - begin));
    out_.text('\n');
    begin = end + 1;
  }
}

bool looks_like_cfg(std::string_view head) {
  const std::size_t begin = head.find("BEGIN_CFG");
  return begin != std::string_view::npos && (trim(head.substr(0, begin)).empty() || head.front() == '#');
}

}  // namespace

Format cfg_format() {
  FormatContent content;
  content.energy = content.forces = content.stress = content.time = content.further = true;
  content.columns = further_columns;
  return {{"cfg", "MLIP configurations: energies, forces, virials, features", {"*.cfg"}, true, content},
          looks_like_cfg,
          open_as<CfgReader>,
          create_as<CfgWriter>};
}

}  // namespace vitrion::io
