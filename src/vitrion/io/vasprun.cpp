// VASP's vasprun.xml, read calculation by calculation: the whole document never sits in memory.
#include <cmath>
#include <pugixml.hpp>

#include "vitrion/core/text.hpp"
#include "vitrion/core/units.hpp"
#include "vitrion/io/atoms.hpp"
#include "vitrion/io/format.hpp"

namespace vitrion::io {
namespace {

/// The text of the child <i name="..."> as a number; nothing when there is none.
std::optional<double> number_named(const pugi::xml_node& node, const char* name) {
  return parse_double(trim(node.find_child_by_attribute("i", "name", name).text().get()));
}

class VasprunReader final : public FrameReader {
 public:
  VasprunReader(const std::filesystem::path& file, const ReadOptions& options) : lines_(file), notes_(file, options) {}

  std::optional<Structure> next() override {
    pugi::xml_document calculation;
    if (!find_calculation(&calculation)) return std::nullopt;
    const std::int64_t frame = frame_++;
    const pugi::xml_node node = calculation.child("calculation");
    if (!converged(node))
      throw UnconvergedError(Location{lines_.file(), first_line_},
                             "ionic step " + std::to_string(frame + 1) + " (frame " + std::to_string(frame) +
                                 "): the electronic loop ran out of its " + std::to_string(max_scf_steps_) +
                                 " steps without reaching EDIFF; its energy and forces are not converged",
                             "Leave such steps out with --skip-unconverged, or choose others with --frames.");
    return assemble(node, frame);
  }

  bool skip() override {
    if (!find_calculation(nullptr)) return false;
    ++frame_;
    return true;
  }

 private:
  bool find_calculation(pugi::xml_document* calculation);
  void check_end(bool complete);
  std::string collect(std::string_view first, const std::string& tag);
  std::size_t skip_block(std::string_view first);
  void check_settings(const std::string& fragment) const;
  void read_species(const std::string& fragment);
  void read_parameters(const std::string& fragment);
  pugi::xml_document parse(const std::string& fragment) const;
  Positions rows_of(const pugi::xml_node& varray, const char* what) const;
  Matrix3 matrix_of(const pugi::xml_node& varray, const char* what) const;
  bool converged(const pugi::xml_node& calculation) const;
  Structure assemble(const pugi::xml_node& calculation, std::int64_t frame) const;

  LineReader lines_;
  std::vector<Species> species_;
  std::int64_t max_scf_steps_ = 60;
  double scf_tolerance_ = 1e-4;  // eV
  bool is_md_ = false;
  double timestep_ = 0;  // fs
  std::int64_t frame_ = 0;
  std::int64_t learned_ = 0;  // steps of machine-learned forces so far
  std::size_t first_line_ = 0;
  Notes notes_;
};

/// The name of the element that begins or ends a line: "dos" of "<dos comment=...>" and of "</dos>".
std::string_view element_name(std::string_view line) {
  const std::string_view text = trim(line);
  const std::size_t from = text.starts_with("</") ? 2 : text.starts_with("<") ? 1 : text.size();
  return text.substr(from, text.find_first_of("> /\t", from) - from);
}

/// Large blocks that nobody here reads.
bool is_ballast(std::string_view name) {
  if (const std::size_t at = name.find("_kpoints_opt"); at != std::string_view::npos) name = name.substr(0, at);
  for (const char* block : {"eigenvalues", "dos", "projected", "dielectricfunction", "electronvelocities"})
    if (name == block) return true;
  return false;
}

/// Passes to the end of the element that begins here, elements of the same name inside it included; the number of
/// lines passed.
std::size_t VasprunReader::skip_block(std::string_view first) {
  const std::string name(element_name(first)), begin = "<" + name, end = "</" + name + ">";
  std::string_view line = first;
  std::size_t n = 0;
  for (std::int64_t depth = 0;; ++n) {
    const std::string_view text = trim(line);
    const bool closes = line.find(end) != std::string_view::npos || (text.starts_with(begin) && text.ends_with("/>"));
    if (text.starts_with(begin) && element_name(line) == name) ++depth;
    if (closes) --depth;
    if (depth == 0) return n;
    line = lines_.require("<" + name + ">");
  }
}

/// Lines from `first` to the end of the element. Blank lines stand for what is passed over, so that errors count right.
std::string VasprunReader::collect(std::string_view first, const std::string& tag) {
  const std::string end = "</" + tag + ">";
  std::string text = std::string(first) + '\n';
  std::string_view line = first;
  while (line.find(end) == std::string_view::npos) {
    line = lines_.require("<" + tag + ">");
    if (trim(line).starts_with("<") && !trim(line).starts_with("</") && is_ballast(element_name(line))) {
      text.append(skip_block(line) + 1, '\n');
      line = {};
      continue;
    }
    text += line;
    text += '\n';
  }
  return text;
}

void VasprunReader::check_end(bool complete) {
  if (!complete)
    lines_.fail("the file ends before </modeling>: the run was stopped, or the file cut",
                frame_ == 0 ? "No ionic step is complete: copy it again, or run it again."
                            : "Read the complete frames before it with --frames :" + std::to_string(frame_) + ".");
  if (learned_ == 0) return;
  if (frame_ == 0)
    lines_.fail("all " + std::to_string(learned_) +
                    " steps are of machine-learned forces (ML_LMLFF): the file holds no DFT energy or forces",
                "Read the trajectory from XDATCAR.");
  notes_.add(std::to_string(learned_) + " steps of machine-learned forces are left out; the " + std::to_string(frame_) +
             " ab initio ones keep their times");
}

bool VasprunReader::find_calculation(pugi::xml_document* calculation) {
  std::string_view line;
  bool complete = false;
  while (lines_.next(line)) {
    const std::string_view element = trim(line);
    complete = element == "</modeling>" || (complete && element.empty());
    if (element == "<incar>") {
      check_settings(collect(line, "incar"));
    } else if (element.starts_with("<atominfo")) {
      read_species(collect(line, "atominfo"));
    } else if (element.starts_with("<parameters")) {
      read_parameters(collect(line, "parameters"));
    } else if (element == "<structure>") {
      ++learned_;  // beside the calculations; the first and last structure of a run have names
    } else if (element_name(element) == "calculation" && !element.starts_with("</")) {
      first_line_ = lines_.line_number();
      const std::string fragment = collect(line, "calculation");
      if (calculation) *calculation = parse(fragment);
      return true;
    }
  }
  check_end(complete);
  return false;
}

pugi::xml_document VasprunReader::parse(const std::string& fragment) const {
  pugi::xml_document document;
  const pugi::xml_parse_result result = document.load_buffer(fragment.data(), fragment.size());
  if (!result) {
    const auto end = fragment.begin() + std::min<std::ptrdiff_t>(result.offset, std::ssize(fragment));
    const auto line = static_cast<std::size_t>(std::count(fragment.begin(), end, '\n'));
    throw InputError(Location{lines_.file(), std::max(first_line_, std::size_t{1}) + line},
                     std::string("is not well-formed XML: ") + result.description(), LineReader::usual_remedy);
  }
  return document;
}

void VasprunReader::check_settings(const std::string& fragment) const {
  const pugi::xml_document document = parse(fragment);
  const pugi::xml_node weights = document.child("incar").find_child_by_attribute("v", "name", "VCA");
  check_site_weights(lines_, weights.text().get());
}

void VasprunReader::read_species(const std::string& fragment) {
  const pugi::xml_document document = parse(fragment);
  const pugi::xml_node atoms = document.child("atominfo").find_child_by_attribute("array", "name", "atoms");
  species_.clear();
  with_location(lines_.where(), [&] {
    for (const pugi::xml_node& row : atoms.child("set").children("rc")) {
      const std::string_view symbol = trim(row.child("c").text().get());
      // VASP writes xenon and, of some potentials, zirconium so.
      species_.push_back(Species::element(symbol == "X" ? "Xe" : symbol == "r" ? "Zr" : symbol));
    }
  });
  if (species_.empty()) lines_.fail("<atominfo> names no atoms");
}

void VasprunReader::read_parameters(const std::string& fragment) {
  const pugi::xml_document document = parse(fragment);
  const auto section = [&](const char* name) {
    return document.find_node([&](const pugi::xml_node& node) {
      return std::string_view(node.name()) == "separator" && std::string_view(node.attribute("name").value()) == name;
    });
  };
  const pugi::xml_node electronic = section("electronic"), ionic = section("ionic");
  scf_tolerance_ = number_named(electronic, "EDIFF").value_or(scf_tolerance_);
  if (const auto nelm = number_named(section("electronic convergence"), "NELM"))
    max_scf_steps_ = static_cast<std::int64_t>(*nelm);
  is_md_ = number_named(ionic, "IBRION") == 0.0;
  timestep_ = number_named(ionic, "POTIM").value_or(0);
}

Positions VasprunReader::rows_of(const pugi::xml_node& varray, const char* what) const {
  Rows rows;
  std::vector<std::string_view> words;
  for (const pugi::xml_node& v : varray.children("v")) {
    split_words(v.text().get(), words);
    const Vector3 x = vector_of(lines_, words, 0, what);
    rows.add(x);
  }
  return rows.positions();
}

Matrix3 VasprunReader::matrix_of(const pugi::xml_node& varray, const char* what) const {
  const Positions rows = rows_of(varray, what);
  if (rows.rows() != 3) lines_.fail(std::string(what) + " is missing or has not three rows");
  return rows;
}

/// The electronic steps of the ionic step: those before its energy. Behind it linear response (LEPSILON, IBRION = 7, 8)
/// writes steps of its own, whose energies are no energies of the cell.
std::vector<pugi::xml_node> electronic_steps(const pugi::xml_node& calculation) {
  std::vector<pugi::xml_node> steps;
  for (const pugi::xml_node& node : calculation.children()) {
    const std::string_view name = node.name();
    if (name == "energy") break;
    if (name == "scstep") steps.push_back(node);
  }
  return steps;
}

bool VasprunReader::converged(const pugi::xml_node& calculation) const {
  std::int64_t n = 0;
  std::optional<double> last, before;
  for (const pugi::xml_node& step : electronic_steps(calculation)) {
    ++n;
    before = last;
    last = number_named(step.child("energy"), "e_fr_energy");
  }
  return n < max_scf_steps_ || (last && before && std::abs(*last - *before) <= scf_tolerance_);
}

Structure VasprunReader::assemble(const pugi::xml_node& calculation, std::int64_t index) const {
  const auto varray = [](const pugi::xml_node& node, const char* name) {
    return node.find_child_by_attribute("varray", "name", name);
  };
  const pugi::xml_node structure = calculation.child("structure");
  Structure frame;
  frame.cell = make_cell(lines_, matrix_of(varray(structure.child("crystal"), "basis"), "the cell"));
  frame.species = species_;
  frame.positions = rows_of(varray(structure, "positions"), "a position") * frame.cell.matrix();
  frame.labels.forces = rows_of(varray(calculation, "forces"), "a force");
  if (const pugi::xml_node stress = varray(calculation, "stress")) {
    // kbar, compression positive: the opposite of ours.
    const Matrix3 m = matrix_of(stress, "the stress");
    frame.labels.stress = -0.5 * units::kbar_in_GPa / units::eV_per_A3_in_GPa * (m + m.transpose());
  }
  const pugi::xml_node energy = calculation.child("energy");
  const std::optional<double> free = number_named(energy, "e_fr_energy");
  if (!free) lines_.fail("the calculation names no e_fr_energy");
  frame.labels.energy = free;
  frame.labels.energy_kind = EnergyKind::free;
  // The calculation's own e_0_energy is wrong in VASP 5; the last electronic step has it, without dispersion terms.
  const std::vector<pugi::xml_node> steps = electronic_steps(calculation);
  const pugi::xml_node last = steps.empty() ? pugi::xml_node() : steps.back();
  const auto in_last = [&](const char* name) { return number_named(last.child("energy"), name); };
  if (const auto f = in_last("e_fr_energy"), zero = in_last("e_0_energy"); f && zero)
    frame.info["energy_sigma_to_zero"] = shortest(*free + *zero - *f);
  if (const auto f = in_last("e_fr_energy"), without = in_last("e_wo_entrp"); f && without)
    frame.info["energy_without_entropy"] = shortest(*free + *without - *f);
  frame.step = index + 1 + learned_;
  if (is_md_ && timestep_ > 0) frame.time = static_cast<double>(*frame.step) * timestep_;
  validate(frame, lines_.file(), first_line_);
  return frame;
}

}  // namespace

Format vasprun_format() {
  return {{"vasprun", "VASP vasprun.xml: every ionic step", {"*vasprun*.xml*"}, false, {}},
          [](std::string_view head) { return head.find("<modeling>") != std::string_view::npos; },
          open_as<VasprunReader>};
}

}  // namespace vitrion::io
