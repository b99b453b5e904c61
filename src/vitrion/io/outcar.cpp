// VASP's OUTCAR: every ionic step with its force-consistent free energy, forces and stress.
#include <cctype>
#include <cmath>
#include <numeric>

#include "vitrion/core/text.hpp"
#include "vitrion/core/units.hpp"
#include "vitrion/io/atoms.hpp"
#include "vitrion/io/format.hpp"

namespace vitrion::io {
namespace {

/// What the header says and every step needs.
struct OutcarHeader {
  std::vector<Species> kinds;           // VRHFIN
  std::vector<std::string> potentials;  // symbols of the lines POTCAR:, which stand twice for every kind
  std::vector<std::int64_t> counts;
  std::int64_t max_scf_steps = 60;  // NELM
  double scf_tolerance = 1e-4;      // EDIFF, eV
  bool is_md = false;               // IBRION = 0
  double timestep = 0;              // POTIM, fs
};

struct OutcarStep {
  std::int64_t number = 0, scf_steps = 0;
  double last_change = INFINITY;  // of the energy in the last electronic step, eV
  bool loop_ended = false, not_reached = false;
  std::optional<double> free_energy, without_entropy, sigma_to_zero;
  std::optional<Matrix3> cell, stress;
  Positions positions, forces;
  std::size_t line = 0;
};

/// The number behind the first "=" after `key`, e.g. of "NELM   =     60;   NELMIN=  4".
std::optional<double> value_after(std::string_view line, std::string_view key) {
  const std::size_t at = line.find(key);
  if (at == std::string_view::npos) return std::nullopt;
  const std::size_t equals = line.find('=', at + key.size());
  if (equals == std::string_view::npos) return std::nullopt;
  std::string_view rest = trim(line.substr(equals + 1));
  rest = rest.substr(0, rest.find_first_of(" ;\t"));
  return parse_double(rest);
}

/// Fortran writes columns of fixed width, which touch when numbers are long.
std::vector<double> fixed_columns(const LineReader& lines, std::string_view line, std::size_t from, std::size_t width,
                                  std::size_t n, std::string_view what) {
  const std::vector<std::string_view> words = split_words(line.substr(std::min(from, line.size())));
  std::vector<double> values;
  for (std::size_t i = 0; i < n; ++i) {
    if (words.size() == n) {
      values.push_back(lines.number(words[i], what));
      continue;
    }
    if (line.size() < from + width * (i + 1)) lines.fail(std::string(what) + " is cut");
    values.push_back(lines.number(trim(line.substr(from + width * i, width)), what));
  }
  return values;
}

class OutcarReader final : public FrameReader {
 public:
  OutcarReader(const std::filesystem::path& file, const ReadOptions& options) : lines_(file), notes_(file, options) {}

  std::optional<Structure> next() override {
    OutcarStep step;
    if (!read_step(step)) return std::nullopt;
    const std::int64_t frame = frame_++;
    if (!converged(step))
      throw UnconvergedError({lines_.file(), step.line},
                             "ionic step " + std::to_string(step.number) + " (frame " + std::to_string(frame) +
                                 "): the electronic loop stopped after " + std::to_string(step.scf_steps) +
                                 " steps without reaching EDIFF; its energy and forces are not converged",
                             "Leave such steps out with --skip-unconverged, or choose others with --frames.");
    return assemble(std::move(step));
  }

  bool skip() override {
    OutcarStep step;
    if (!read_step(step)) return false;
    ++frame_;
    return true;
  }

 private:
  void read_header_line(std::string_view line);
  bool read_step(OutcarStep& step);
  void read_line(std::string_view line, OutcarStep& step);
  void read_cell(OutcarStep& step);
  void read_positions(OutcarStep& step);
  bool converged(const OutcarStep& step) const;
  [[noreturn]] void fail_stopped(const OutcarStep& step) const;
  void name_kinds();
  Structure assemble(OutcarStep step);

  LineReader lines_;
  OutcarHeader header_;
  bool in_header_ = true, in_response_ = false;
  std::vector<std::string_view> words_;
  Rows positions_, forces_;
  std::int64_t frame_ = 0;
  std::int64_t learned_ = 0;  // steps of machine-learned forces so far
  Notes notes_;
};

void OutcarReader::read_header_line(std::string_view line) {
  if (const std::size_t at = line.find("VRHFIN ="); at != std::string_view::npos) {
    std::string_view symbol = trim(line.substr(at + 8));
    symbol = trim(symbol.substr(0, symbol.find(':')));
    with_location(lines_.where(), [&] { header_.kinds.push_back(Species::element(symbol)); });
  } else if (const std::size_t potcar = line.find("POTCAR:"); potcar != std::string_view::npos) {
    const std::vector<std::string_view> words = split_words(line.substr(potcar + 7));
    if (words.size() > 1) header_.potentials.emplace_back(words[1].substr(0, words[1].find_first_of("_.")));
  } else if (const std::size_t ions = line.find("ions per type ="); ions != std::string_view::npos) {
    header_.counts.clear();
    for (const std::string_view word : split_words(line.substr(ions + 15)))
      header_.counts.push_back(lines_.count(word, "a number of ions"));
  } else if (line.find("NELM ") != std::string_view::npos) {
    header_.max_scf_steps = static_cast<std::int64_t>(value_after(line, "NELM").value_or(60));
  } else if (line.find("EDIFF ") != std::string_view::npos) {
    header_.scf_tolerance = value_after(line, "EDIFF").value_or(header_.scf_tolerance);
  } else if (line.find("IBRION") != std::string_view::npos) {
    header_.is_md = value_after(line, "IBRION") == 0.0;
  } else if (line.starts_with("   VCA ")) {
    check_site_weights(lines_, line.substr(line.find('=') + 1));
  } else if (line.find("POTIM") != std::string_view::npos) {
    header_.timestep = value_after(line, "POTIM").value_or(0);
  }
}

/// The first lines of an OUTCAR: another one may have been appended to the first.
bool begins_outcar(std::string_view line) {
  const std::string_view text = trim(line);
  return text.starts_with("vasp.") && text.size() > 5 && std::isdigit(static_cast<unsigned char>(text[5])) != 0;
}

/// Reads to the last line of the next ionic step; false when there is none. VASP 5.2 writes the energy before the
/// positions and forces, later versions behind them.
bool OutcarReader::read_step(OutcarStep& step) {
  std::string_view line;
  while (lines_.next(line)) {
    if (begins_outcar(line)) {
      if (step.scf_steps > 0) fail_stopped(step);
      header_ = {};
      in_header_ = true;
      in_response_ = false;
    }
    read_line(line, step);
    if (step.sigma_to_zero && step.positions.rows() > 0) return true;
  }
  if (learned_ > 0)
    notes_.add(std::to_string(learned_) + " steps of machine-learned forces are left out; the " +
               std::to_string(frame_) + " ab initio ones keep their times");
  if (step.scf_steps > 0) fail_stopped(step);
  return false;
}

void OutcarReader::fail_stopped(const OutcarStep& step) const {
  if (step.sigma_to_zero)
    lines_.fail(
        "ionic step " + std::to_string(step.number) + " has an energy, but no block of positions and forces",
        "With NWRITE = 0 or 1 VASP prints them for the first and last step only: read vasprun.xml of the same run.");
  lines_.fail("the run stopped inside ionic step " + std::to_string(step.number),
              "Read the " + std::to_string(frame_) +
                  " complete frames before it with --frames :" + std::to_string(frame_) + ".");
}

void OutcarReader::read_line(std::string_view line, OutcarStep& step) {
  if (line.size() < 8) return;
  if (in_header_) read_header_line(line);
  // Behind the last ionic step linear response (LEPSILON, IBRION = 7, 8) counts iterations of its own.
  if (!in_header_ && step.scf_steps == 0 && line.starts_with(" Linear response")) in_response_ = true;
  if (in_response_) return;
  if (const std::size_t at = line.find(" Iteration "); at != std::string_view::npos && line.front() == '-') {
    std::string numbers(line.substr(at + 11));
    for (char& c : numbers)
      if (c == '(' || c == ')') c = ' ';
    split_words(numbers, words_);
    if (words_.size() < 2) lines_.fail("the numbers of the iteration are missing");
    in_header_ = false;
    const std::int64_t number = lines_.count(words_[0], "the ionic step");
    if (step.sigma_to_zero && number != step.number) fail_stopped(step);
    step.number = number;
    step.scf_steps = lines_.count(words_[1], "the electronic step");
    step.line = step.scf_steps == 1 ? lines_.line_number() : step.line;
  } else if (line.find("total energy-change (2. order)") != std::string_view::npos) {
    const std::string_view value = trim(line.substr(line.find(':') + 1));
    step.last_change = lines_.number(trim(value.substr(0, value.find_first_of("( "))), "the change of the energy");
  } else if (line.find("aborting loop") != std::string_view::npos) {
    step.loop_ended = line.find("EDIFF is reached") != std::string_view::npos;
    step.not_reached = line.find("was not reached") != std::string_view::npos;
  } else if (line.find("  in kB  ") == 0) {
    // XX YY ZZ XY YZ ZX, kbar, compression positive: the opposite of ours.
    const std::vector<double> v = fixed_columns(lines_, line, 9, 12, 6, "the stress");
    const double unit = -units::kbar_in_GPa / units::eV_per_A3_in_GPa;
    step.stress = unit * from_voigt({v[0], v[1], v[2], v[4], v[5], v[3]});
  } else if (step.scf_steps > 0 && line.find("direct lattice vectors") != std::string_view::npos) {
    read_cell(step);
  } else if (line.starts_with(" POSITION  ") && line.find("(ML)") != std::string_view::npos) {
    ++learned_;
  } else if (line.starts_with(" POSITION  ")) {
    read_positions(step);
  } else if (line.starts_with("  free  energy   TOTEN")) {
    step.free_energy = value_after(line, "TOTEN");
    if (!step.free_energy || !std::isfinite(*step.free_energy)) lines_.fail("the free energy is not a number");
  } else if (line.starts_with("  energy  without entropy") && step.free_energy) {
    step.without_entropy = value_after(line, "entropy");
    step.sigma_to_zero = value_after(line, "energy(sigma->0)");
    if (!step.without_entropy || !step.sigma_to_zero) lines_.fail("the energies are not numbers");
  }
}

void OutcarReader::read_cell(OutcarStep& step) {
  Matrix3 cell;
  for (int i = 0; i < 3; ++i) {
    // Three columns of the cell, then three of the reciprocal one.
    const std::string_view line = lines_.require("the cell").substr(0, 42);
    const std::vector<double> v = fixed_columns(lines_, line, 3, 13, 3, "a cell vector");
    cell.row(i) << v[0], v[1], v[2];
  }
  step.cell = cell;
}

void OutcarReader::read_positions(OutcarStep& step) {
  positions_.clear();
  forces_.clear();
  lines_.require("the block of positions");  // dashes
  while (true) {
    const std::string_view line = lines_.require("the block of positions");
    if (line.find("-----") != std::string_view::npos) break;
    split_words(line, words_);
    const Vector3 x = vector_of(lines_, words_, 0, "a position"), f = vector_of(lines_, words_, 3, "a force");
    positions_.add(x);
    forces_.add(f);
  }
  step.positions = positions_.positions();
  step.forces = forces_.positions();
}

bool OutcarReader::converged(const OutcarStep& step) const {
  if (!step.loop_ended || step.not_reached) return false;
  // VASP 5 prints "EDIFF is reached" even when it ran out of steps.
  return step.scf_steps < header_.max_scf_steps || std::abs(step.last_change) <= header_.scf_tolerance;
}

void OutcarReader::name_kinds() {
  // With NWRITE = 0 VASP leaves VRHFIN out; the names of the potentials stand first one after the other, then with
  // each.
  const std::size_t n = header_.counts.size();
  if (header_.kinds.empty() && (header_.potentials.size() == n || header_.potentials.size() == 2 * n))
    for (std::size_t g = 0; g < n; ++g)
      with_location(lines_.where(), [&] { header_.kinds.push_back(Species::element(header_.potentials[g])); });
  if (!header_.kinds.empty() && header_.kinds.size() == n) return;
  const std::string found = "the file names " + std::to_string(header_.kinds.size()) + " species (VRHFIN) for " +
                            std::to_string(n) + " numbers of ions (ions per type)";
  if (header_.kinds.size() > n && n == 10)
    lines_.fail(found, "VASP wrote the first ten numbers only. Read vasprun.xml of the same run.");
  lines_.fail(found);
}

Structure OutcarReader::assemble(OutcarStep step) {
  name_kinds();
  const auto n = std::accumulate(header_.counts.begin(), header_.counts.end(), std::int64_t{0});
  if (step.positions.rows() != n)
    lines_.fail("the step holds " + std::to_string(step.positions.rows()) + " ions, the header " + std::to_string(n));
  if (!step.cell) lines_.fail("the step names no cell");
  Structure frame;
  frame.cell = make_cell(lines_, *step.cell);
  for (std::size_t g = 0; g < header_.kinds.size(); ++g)
    frame.species.insert(frame.species.end(), static_cast<std::size_t>(header_.counts[g]), header_.kinds[g]);
  frame.positions = std::move(step.positions);
  frame.labels.forces = std::move(step.forces);
  frame.labels.energy = step.free_energy;
  frame.labels.energy_kind = EnergyKind::free;
  frame.labels.stress = step.stress;
  frame.info["energy_without_entropy"] = shortest(*step.without_entropy);
  frame.info["energy_sigma_to_zero"] = shortest(*step.sigma_to_zero);
  frame.step = step.number;
  if (header_.is_md && header_.timestep > 0) frame.time = static_cast<double>(step.number) * header_.timestep;
  validate(frame, lines_.file(), step.line);
  return frame;
}

bool looks_like_outcar(std::string_view head) {
  const std::string_view first = trim(head.substr(0, head.find('\n')));
  return first.starts_with("vasp.") || head.find("\n INCAR:\n") != std::string_view::npos;
}

}  // namespace

Format outcar_format() {
  return {
      {"outcar", "VASP OUTCAR: every ionic step", {"*OUTCAR*"}, false, {}}, looks_like_outcar, open_as<OutcarReader>};
}

}  // namespace vitrion::io
