// Cell and atoms of a CP2K input: for outputs that do not print them.
#include <algorithm>
#include <cctype>
#include <cmath>
#include <map>

#include "vitrion/core/text.hpp"
#include "vitrion/io/atoms.hpp"
#include "vitrion/io/cp2k.hpp"

namespace vitrion::io {
namespace {

std::string upper(std::string_view word) {
  std::string text(word);
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::toupper(c); });
  return text;
}

class InputFile {
 public:
  explicit InputFile(const std::filesystem::path& file) : lines_(file) {}

  Structure read() {
    std::string_view line;
    while (lines_.next(line)) {
      line = trim(line.substr(0, line.find_first_of("!#")));
      if (line.empty()) continue;
      if (line.front() == '@' || line.find("${") != std::string_view::npos)
        lines_.fail("inputs with variables or includes cannot be read", "Let CP2K print cell and atoms instead.");
      split_words(line, words_);
      const std::string key = upper(words_[0]);
      if (key.starts_with("&END")) {
        if (!sections_.empty()) sections_.pop_back();
      } else if (key.front() == '&') {
        sections_.push_back(key.substr(1));
        kind_ = key == "&KIND" && words_.size() > 1 ? std::string(words_[1]) : kind_;
      } else if (!sections_.empty()) {
        read_entry(key);
      }
    }
    return assemble();
  }

 private:
  void read_entry(const std::string& key) {
    const std::string& section = sections_.back();
    if (section == "CELL") {
      const std::size_t axis = key.size() == 1 ? std::string_view("ABC").find(key[0]) : std::string_view::npos;
      if (axis != std::string_view::npos)
        cell_.row(static_cast<int>(axis)) = vector_of(lines_, numbers(), 1, "the cell");
      if (key == "ABC") cell_ = vector_of(lines_, numbers(), 1, "the cell").asDiagonal();
      if (key == "ALPHA_BETA_GAMMA" && vector_of(lines_, numbers(), 1, "the angles") != Vector3(90.0, 90.0, 90.0))
        lines_.fail("ALPHA_BETA_GAMMA other than 90 cannot be read", "Give the vectors A, B and C.");
      if (key == "PERIODIC" && words_.size() > 1)
        for (std::size_t k = 0; k < 3; ++k)
          periodic_[k] = upper(words_[1]) != "NONE" && upper(words_[1]).find("XYZ"[k]) != std::string::npos;
    } else if (section == "COORD") {
      if (key == "SCALED") scaled_ = words_.size() == 1 || upper(words_[1]).find('F') == std::string::npos;
      if (key == "UNIT" && (words_.size() < 2 || upper(words_[1]) != "ANGSTROM"))
        lines_.fail("coordinates in another unit than angstrom cannot be read");
      if (key == "SCALED" || key == "UNIT") return;
      labels_.emplace_back(words_[0]);
      const Vector3 x = vector_of(lines_, words_, 1, "a coordinate");
      rows_.add(x);
    } else if (section == "KIND" && key == "ELEMENT" && words_.size() > 1) {
      elements_[kind_] = std::string(words_[1]);
    }
  }

  /// The words without a unit in brackets, which must be Å.
  const std::vector<std::string_view>& numbers() {
    if (words_.size() > 1 && words_[1].front() == '[') {
      if (upper(words_[1]) != "[ANGSTROM]") lines_.fail("a cell in " + std::string(words_[1]) + " cannot be read");
      words_.erase(words_.begin() + 1);
    }
    return words_;
  }

  Structure assemble() {
    if (labels_.empty() || cell_.isZero(0))
      throw InputError(Location{lines_.file()}, "the CP2K input holds no &CELL or no atoms in &COORD",
                       "Let CP2K print cell and atoms instead (PRINT_LEVEL MEDIUM).");
    Structure s;
    s.cell = make_cell(lines_, cell_, periodic_);
    SymbolTable symbols;
    for (const std::string& label : labels_) {
      const auto element = elements_.find(label);
      s.species.push_back(symbols.find(
          element != elements_.end() ? element->second : label.substr(0, label.find_first_of("0123456789_")), lines_));
    }
    s.positions = rows_.positions();
    if (scaled_) s.positions = (s.positions * s.cell.spanning()).eval();
    return s;
  }

  LineReader lines_;
  std::vector<std::string> sections_;
  std::vector<std::string_view> words_;
  std::string kind_;
  Matrix3 cell_ = Matrix3::Zero();
  std::array<bool, 3> periodic_{true, true, true};
  bool scaled_ = false;
  std::vector<std::string> labels_;
  std::map<std::string, std::string> elements_;
  Rows rows_;
};

}  // namespace

Structure read_cp2k_input(const std::filesystem::path& file) {
  return InputFile(file).read();
}

}  // namespace vitrion::io
