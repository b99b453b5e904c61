#include "vitrion/io/cp2k.hpp"

#include <algorithm>
#include <cctype>

#include "vitrion/core/text.hpp"
#include "vitrion/core/units.hpp"
#include "vitrion/io/atoms.hpp"
#include "vitrion/io/format.hpp"

namespace vitrion::io {
namespace {

/// The unit in brackets at the end of a header, as a factor to eV/Å^3.
double stress_unit(const LineReader& lines, std::string_view header) {
  const std::size_t open = header.rfind('['), close = header.rfind(']');
  const std::string_view unit =
      open == std::string_view::npos || close < open ? "" : header.substr(open + 1, close - open - 1);
  if (unit == "GPa") return 1 / units::eV_per_A3_in_GPa;
  if (unit == "MPa") return 1e-3 / units::eV_per_A3_in_GPa;
  if (unit == "bar") return 1 / units::eV_per_A3_in_bar;
  if (unit == "kbar") return 1e3 / units::eV_per_A3_in_bar;
  lines.fail("the stress is in \"" + std::string(unit) + "\"; GPa, MPa, kbar and bar are known");
}

}  // namespace

void Cp2kOutput::start_anew() {
  now_ = {};
  has_energy_ = false;
}

std::optional<Cp2kCalculation> Cp2kOutput::next() {
  std::string_view line;
  while (lines_.next(line)) {
    const std::string_view text = trim(line);
    const bool started = text.find("PROGRAM STARTED AT") != std::string_view::npos;
    const bool ended = text.find("PROGRAM ENDED AT") != std::string_view::npos;
    const bool new_scf = text.starts_with("SCF WAVEFUNCTION OPTIMIZATION");
    if (started && running_) {
      restarts_.push_back(lines_.line_number());
      start_anew();
    }
    if ((ended || new_scf) && has_energy_) {
      Cp2kCalculation done = std::move(now_);
      done.positions = std::move(positions_);
      positions_.resize(0, 3);
      if (cell_vectors_ == 3) done.cell = make_cell(lines_, cell_);
      if (done.species.empty()) done.species = species_;
      start_anew();
      if (ended) running_ = false;
      return done;
    }
    if (started) {
      running_ = true;
      cell_vectors_ = 0;
      positions_.resize(0, 3);
      species_.clear();
    }
    if (ended) running_ = false;
    // Energies of strained cells stand between these; the calculation they belong to goes on behind them.
    if (text.starts_with("****") && text.find(" NUMERICAL STRESS ") != std::string_view::npos)
      skip_numerical_stress();
    else
      read_line(text);
  }
  if (running_ || has_energy_)
    lines_.fail("the run did not end: the file stops before PROGRAM ENDED", "It was killed, or the file was cut.");
  return std::nullopt;
}

void Cp2kOutput::skip_numerical_stress() {
  std::string_view line;
  do {
    line = lines_.require("the numerical stress");
    if (line.find("SCF run NOT converged") != std::string_view::npos) now_.converged = false;
  } while (line.find("NUMERICAL STRESS END") == std::string_view::npos);
}

void Cp2kOutput::read_line(std::string_view text) {
  if (text.find("SCF run NOT converged") != std::string_view::npos) {
    now_.converged = false;
  } else if (text.starts_with("ENERGY| Total FORCE_EVAL")) {
    split_words(text, words_);
    now_.labels.energy = lines_.number(words_.back(), "the energy") * units::hartree_in_eV;
    // With smearing this energy holds the entropy: it is the one forces are derivatives of.
    now_.labels.energy_kind = EnergyKind::free;
    now_.line = lines_.line_number();
    has_energy_ = true;
  } else if (text.starts_with("CELL| Vector ")) {
    split_words(text.substr(text.find(']') == std::string_view::npos ? 0 : text.find(']') + 1), words_);
    if (!words_.empty() && words_[0] == ":") words_.erase(words_.begin());
    const int k = text.size() > 13 ? text[13] - 'a' : -1;
    if (k < 0 || k > 2) lines_.fail("a cell vector without a name");
    cell_.row(k) = vector_of(lines_, words_, 0, "a cell vector");
    cell_vectors_ = k + 1;
  } else if (text.starts_with("MODULE QUICKSTEP:") && text.find("ATOMIC COORDINATES IN") != std::string_view::npos) {
    std::string unit(text.substr(text.rfind(' ') + 1));
    std::transform(unit.begin(), unit.end(), unit.begin(), [](unsigned char c) { return std::tolower(c); });
    if (unit != "angstrom") lines_.fail("coordinates in " + unit + " cannot be read; print them in angstrom");
    read_coordinates();
  } else if (text.starts_with("ATOMIC FORCES in [a.u.]")) {
    read_forces();
  } else if (text.starts_with("FORCES| Atomic forces [hartree/bohr]")) {
    read_forces_2025();
  } else if (text.starts_with("STRESS TENSOR [") ||
             (text.starts_with("STRESS| ") && text.ends_with("]") && text.find("igen") == std::string_view::npos)) {
    read_stress(stress_unit(lines_, text), text.starts_with("STRESS|"));
  }
}

void Cp2kOutput::read_coordinates() {
  Rows rows;
  SymbolTable symbols;
  species_.clear();
  while (true) {
    split_words(lines_.require("the coordinates"), words_);
    const bool is_row = words_.size() >= 7 && parse_integer(words_[0]);
    if (!is_row && !species_.empty()) break;
    if (!is_row) {
      // Blank lines and one line of titles come first.
      if (!words_.empty() && words_[0] != "Atom") lines_.fail("expected the coordinates of the atoms");
      continue;
    }
    species_.push_back(symbols.find(words_[2], lines_));
    const Vector3 x = vector_of(lines_, words_, 4, "a coordinate");
    rows.add(x);
  }
  positions_ = rows.positions();
}

void Cp2kOutput::read_forces() {
  Rows rows;
  SymbolTable symbols;
  now_.species.clear();
  while (true) {
    split_words(lines_.require("the forces"), words_);
    if (words_.empty() || words_[0] == "#") continue;
    if (words_[0] == "SUM") break;
    if (words_.size() != 6) lines_.fail("a row of forces needs six columns: atom kind element x y z");
    now_.species.push_back(symbols.find(words_[2], lines_));
    const Vector3 f = vector_of(lines_, words_, 3, "a force") * units::hartree_per_bohr_in_eV_per_A;
    rows.add(f);
  }
  now_.labels.forces = rows.positions();
}

void Cp2kOutput::read_forces_2025() {
  Rows rows;
  while (true) {
    split_words(lines_.require("the forces"), words_);
    if (words_.size() < 2) {
      if (rows.values().empty()) continue;
      break;
    }
    if (words_[0] != "FORCES|") break;
    if (!parse_integer(words_[1])) {
      if (rows.values().empty()) continue;
      break;
    }
    const Vector3 f = vector_of(lines_, words_, 2, "a force") * units::hartree_per_bohr_in_eV_per_A;
    rows.add(f);
  }
  now_.labels.forces = rows.positions();
}

void Cp2kOutput::read_stress(double unit, bool prefixed) {
  Matrix3 m;
  for (int i = 0; i < 3;) {
    split_words(lines_.require("the stress"), words_);
    if (prefixed && !words_.empty()) words_.erase(words_.begin());
    if (words_.size() != 4) {
      if (words_.empty() || words_.size() == 3) continue;  // blank, or the titles x y z
      lines_.fail("a row of the stress needs a name and three numbers");
    }
    m.row(i++) = vector_of(lines_, words_, 1, "the stress");
  }
  now_.labels.stress = -0.5 * unit * (m + m.transpose());
}

namespace {

class Cp2kReader final : public FrameReader {
 public:
  Cp2kReader(const std::filesystem::path& file, const ReadOptions& options)
      : path_(file), output_(file), notes_(file, options) {}

  std::optional<Structure> next() override {
    std::optional<Cp2kCalculation> c = output_.next();
    for (const std::size_t line : output_.restarts())
      notes_.add("another run begins in line " + std::to_string(line) +
                 " though the one before it had not ended; what that one had begun is left out");
    if (!c) return std::nullopt;
    const std::int64_t frame = frame_++;
    if (!c->converged)
      throw UnconvergedError(Location{output_.file(), c->line},
                             "frame " + std::to_string(frame) +
                                 ": CP2K says \"SCF run NOT converged\" though it went on; energy and forces are not "
                                 "to be used",
                             "Leave such frames out with --skip-unconverged, or compute it anew with more SCF steps.");
    return assemble(std::move(*c));
  }

  bool skip() override {
    if (!output_.next()) return false;
    ++frame_;
    return true;
  }

 private:
  Structure assemble(Cp2kCalculation c);

  std::filesystem::path path_;
  Cp2kOutput output_;
  Notes notes_;
  std::int64_t frame_ = 0;
};

Structure Cp2kReader::assemble(Cp2kCalculation c) {
  const Location where{output_.file(), c.line};
  Structure frame;
  if (c.cell && c.positions.rows() > 0) {
    frame.cell = *c.cell;
    frame.positions = std::move(c.positions);
  } else {
    // PRINT_LEVEL LOW prints no atoms: they stand in the input beside the output, for a single calculation.
    std::filesystem::path input = path_;
    if (input.extension() == ".gz") input.replace_extension();
    input.replace_extension(".inp");
    if (frame_ > 1 || !std::filesystem::exists(input))
      throw InputError(
          where, "the output does not hold the cell and positions of this frame",
          "Let CP2K print them (PRINT_LEVEL MEDIUM), or put the input beside it as " + input.filename().string() + ".");
    const Structure given = read_cp2k_input(input);
    frame.cell = given.cell;
    frame.positions = given.positions;
    if (c.species.empty()) c.species = given.species;
    if (c.species != given.species)
      throw InputError(where,
                       "the output's atoms (" + composition(c.species) + ") are not those of " + input.string() + " (" +
                           composition(given.species) + ")",
                       "Put the input that made this output beside it.");
  }
  frame.species = std::move(c.species);
  frame.labels = std::move(c.labels);
  validate(frame, where.file, where.line);
  return frame;
}

}  // namespace

Format cp2k_format() {
  return {{"cp2k", "CP2K output: energy, forces, stress", {}, false, {}},
          [](std::string_view head) {
            return head.find("CP2K|") != std::string_view::npos ||
                   head.find("PROGRAM STARTED AT") != std::string_view::npos;
          },
          open_as<Cp2kReader>};
}

}  // namespace vitrion::io
