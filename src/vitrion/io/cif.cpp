// CIF of crystal structures, parsed by gemmi: every block with atoms is a frame, its symmetry written out.
#include <Eigen/LU>
#include <algorithm>
#include <cmath>
#include <gemmi/cif.hpp>
#include <gemmi/numb.hpp>
#include <gemmi/symmetry.hpp>
#include <sstream>

#include "vitrion/core/text.hpp"
#include "vitrion/core/utf8.hpp"
#include "vitrion/io/atoms.hpp"
#include "vitrion/io/format.hpp"

namespace vitrion::io {
namespace {

constexpr std::size_t largest_file = std::size_t{1} << 28;  // bytes, unpacked
constexpr double same_place = 0.02;                         // Å, between images of one site

/// a along x, b in the xy plane; degrees.
Matrix3 matrix_of(double a, double b, double c, double alpha, double beta, double gamma) {
  const double degree = std::acos(-1.0) / 180;
  const double ca = std::cos(alpha * degree), cb = std::cos(beta * degree);
  const double cg = gamma == 90 ? 0 : std::cos(gamma * degree), sg = gamma == 90 ? 1 : std::sin(gamma * degree);
  const double cy = (ca - cb * cg) / sg;
  Matrix3 m;
  m << a, 0, 0, b * cg, b * sg, 0, c * cb, c * cy, c * std::sqrt(std::max(0.0, 1 - cb * cb - cy * cy));
  return m.unaryExpr([](double x) { return std::abs(x) < 1e-12 ? 0 : x; });
}

class CifReader final : public FrameReader {
 public:
  CifReader(const std::filesystem::path& file, const ReadOptions& options)
      : file_(file.string()), notes_(file, options), document_(parse(file)) {}

  std::optional<Structure> next() override {
    while (block_ < document_.blocks.size()) {
      gemmi::cif::Block& block = document_.blocks[block_++];
      if (block.has_tag("_atom_site_fract_x")) return assemble(block);
    }
    return std::nullopt;
  }

 private:
  static gemmi::cif::Document parse(const std::filesystem::path& file);
  [[noreturn]] void fail(const gemmi::cif::Block& block, const std::string& what,
                         const std::string& remedy = LineReader::usual_remedy) const {
    throw InputError(Location{file_}, "data_" + block.name + ": " + what, remedy);
  }
  double number(const gemmi::cif::Block& block, const std::string& text, const std::string& what) const;
  Cell read_cell(gemmi::cif::Block& block) const;
  std::vector<gemmi::Op> read_symmetry(gemmi::cif::Block& block);
  Species species_of(const gemmi::cif::Block& block, const std::string& symbol) const;
  Structure assemble(gemmi::cif::Block& block);

  std::string file_;
  Notes notes_;
  gemmi::cif::Document document_;
  std::size_t block_ = 0;
};

gemmi::cif::Document CifReader::parse(const std::filesystem::path& file) {
  LineReader lines(file);
  std::string text;
  for (std::string_view line; lines.next(line);) {
    (text += line) += '\n';
    if (text.size() > largest_file)
      lines.fail("the CIF is larger than 256 MiB", "Convert trajectories to extended XYZ.");
  }
  try {
    return gemmi::cif::read_string(text);
  } catch (const std::exception& error) {
    // gemmi: "string:12:3(204): parse error"
    const std::vector<std::string_view> words = split_words(error.what());
    const std::string_view where = words.empty() ? std::string_view{} : words[0];
    const std::size_t colon = where.find(':');
    const auto line = colon == std::string_view::npos
                          ? std::nullopt
                          : parse_integer(where.substr(colon + 1, where.find(':', colon + 1) - colon - 1));
    throw InputError(Location{file.string(), static_cast<std::size_t>(line.value_or(0))},
                     std::string("is no valid CIF: ") + error.what(), LineReader::usual_remedy);
  }
}

/// 5.4310(2) is 5.4310.
double CifReader::number(const gemmi::cif::Block& block, const std::string& text, const std::string& what) const {
  const double value = gemmi::cif::as_number(text);
  if (!std::isfinite(value)) fail(block, what + " is \"" + text + "\", which is no number");
  return value;
}

Cell CifReader::read_cell(gemmi::cif::Block& block) const {
  std::array<double, 6> v{};
  const std::array<const char*, 6> tags{"length_a", "length_b", "length_c", "angle_alpha", "angle_beta", "angle_gamma"};
  for (std::size_t k = 0; k < 6; ++k) {
    const std::string* text = block.find_value(std::string("_cell_") + tags[k]);
    if (!text) fail(block, std::string("names no _cell_") + tags[k]);
    v[k] = number(block, *text, std::string("_cell_") + tags[k]);
    if (!(v[k] > 0)) fail(block, std::string("_cell_") + tags[k] + " must be positive");
  }
  Cell cell;
  with_location(Location{file_}, [&] { cell = Cell(matrix_of(v[0], v[1], v[2], v[3], v[4], v[5])); });
  return cell;
}

/// The operations listed; else those of the space group named; else the identity.
std::vector<gemmi::Op> CifReader::read_symmetry(gemmi::cif::Block& block) {
  std::vector<gemmi::Op> ops;
  for (const char* tag : {"_space_group_symop_operation_xyz", "_symmetry_equiv_pos_as_xyz"}) {
    for (const std::string& text : block.find_values(tag)) try {
        ops.push_back(gemmi::parse_triplet(gemmi::cif::as_string(text)));
      } catch (const std::exception& error) {
        fail(block, std::string(tag) + ": " + error.what());
      }
    if (!ops.empty()) return ops;
  }
  for (const char* tag : {"_space_group_name_H-M_alt", "_symmetry_space_group_name_H-M", "_space_group_IT_number",
                          "_symmetry_Int_Tables_number"}) {
    const std::string* text = block.find_value(tag);
    if (!text || gemmi::cif::is_null(*text)) continue;
    const gemmi::SpaceGroup* group = gemmi::find_spacegroup_by_name(gemmi::cif::as_string(*text));
    if (!group)
      fail(block, "the space group \"" + gemmi::cif::as_string(*text) + "\" is not known", "List its operations.");
    const gemmi::GroupOps all = group->operations();
    for (const gemmi::Op op : all) ops.push_back(op);
    return ops;
  }
  notes_.add("data_" + block.name + " names no symmetry: its atoms are taken for all there are (P 1)");
  return {gemmi::parse_triplet("x,y,z")};
}

/// "Li1+", "O2-", "Fe3", "Si": the element they begin with.
Species CifReader::species_of(const gemmi::cif::Block& block, const std::string& symbol) const {
  for (const std::size_t n : {2U, 1U}) {
    std::string element = symbol.substr(0, n);
    if (element.size() < n || !std::isalpha(static_cast<unsigned char>(element.back()))) continue;
    element[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(element[0])));
    if (n == 2) element[1] = static_cast<char>(std::tolower(static_cast<unsigned char>(element[1])));
    try {
      return element == "D" ? Species::element("H") : Species::element(element);
    } catch (const InputError&) {
      continue;
    }
  }
  fail(block, "\"" + symbol + "\" is no element");
}

Structure CifReader::assemble(gemmi::cif::Block& block) {
  Structure frame;
  frame.cell = read_cell(block);
  const std::vector<gemmi::Op> ops = read_symmetry(block);
  Rows rows;
  gemmi::cif::Table sites =
      block.find("_atom_site_", {"label", "fract_x", "fract_y", "fract_z", "?type_symbol", "?occupancy"});
  if (!sites.ok()) fail(block, "its atoms have no label, or lack a coordinate");
  for (auto site : sites) {
    const std::string label = site.str(0);
    if (gemmi::cif::is_null(site[1])) continue;  // a site that is not placed
    if (site.has2(5) && std::abs(number(block, site[5], "the occupancy of " + label) - 1) > 1e-3)
      fail(block, "site " + label + " is occupied in part (" + site[5] + ")",
           "Choose an ordered arrangement of it first: the atoms of a disordered site stand nowhere.");
    const Species species = species_of(block, site.has2(4) ? site.str(4) : label);
    std::vector<Vector3> placed;
    for (const gemmi::Op& op : ops) {
      const auto image =
          op.apply_to_xyz({number(block, site[1], "x of " + label), number(block, site[2], "y of " + label),
                           number(block, site[3], "z of " + label)});
      Vector3 s(image[0], image[1], image[2]);
      s = s.unaryExpr([](double x) { return x - std::floor(x); });
      const bool seen = std::any_of(placed.begin(), placed.end(), [&](const Vector3& other) {
        const Vector3 d = (s - other).unaryExpr([](double x) { return x - std::round(x); });
        return (d.transpose() * frame.cell.matrix()).norm() < same_place;
      });
      if (seen) continue;
      placed.push_back(s);
      frame.species.push_back(species);
      rows.add(Vector3(frame.cell.matrix().transpose() * s));
    }
  }
  frame.positions = rows.positions();
  if (frame.size() == 0) fail(block, "holds no atom with coordinates");
  demand_utf8(block.name, {file_});
  frame.info["title"] = block.name;
  validate(frame, file_);
  return frame;
}

class CifWriter final : public FrameWriter {
 public:
  CifWriter(const std::filesystem::path& file, const WriteOptions&) : out_(file) {}

  void write(const Structure& frame) override {
    if (!frame.cell.has_volume()) throw InputError("a CIF needs a cell with a volume", "Write extxyz.");
    ++n_;
    std::ostringstream text;
    text.precision(15);
    const Vector3 l = frame.cell.lengths(), a = frame.cell.angles();
    text << "data_frame" << n_ << "\n_cell_length_a " << l[0] << "\n_cell_length_b " << l[1] << "\n_cell_length_c "
         << l[2] << "\n_cell_angle_alpha " << a[0] << "\n_cell_angle_beta " << a[1] << "\n_cell_angle_gamma " << a[2]
         << "\n_space_group_name_H-M_alt 'P 1'\n_space_group_IT_number 1\nloop_\n_space_group_symop_operation_xyz\n'x, "
            "y, z'\n"
            "loop_\n_atom_site_label\n_atom_site_type_symbol\n_atom_site_fract_x\n_atom_site_fract_y\n_atom_site_fract_"
            "z\n"
            "_atom_site_occupancy\n";
    const Positions s = frame.positions * frame.cell.matrix().inverse();
    for (std::size_t i = 0; i < frame.size(); ++i) {
      const auto row = static_cast<Eigen::Index>(i);
      if (!frame.species[i].is_element())
        throw InputError("a CIF needs elements, not unnamed types", "Name the types with --species Mg,V,O");
      const std::string name = frame.species[i].name();
      text << name << i + 1 << ' ' << name << ' ' << s(row, 0) << ' ' << s(row, 1) << ' ' << s(row, 2) << " 1\n";
    }
    out_.text(text.str());
  }
  void close() override { out_.close(); }

 private:
  OutputFile out_;
  std::size_t n_ = 0;
};

bool looks_like_cif(std::string_view head) {
  return head.find("_cell_length_a") != std::string_view::npos && head.find("data_") != std::string_view::npos;
}

}  // namespace

Format cif_format() {
  return {{"cif", "CIF of crystal structures, symmetry written out", {"*.cif"}, true, {}},
          looks_like_cif,
          open_as<CifReader>,
          create_as<CifWriter>};
}

}  // namespace vitrion::io
