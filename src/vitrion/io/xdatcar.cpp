// VASP's XDATCAR: fractional positions of many steps, in one cell or with the header repeated for each.
#include <cmath>

#include "vitrion/core/text.hpp"
#include "vitrion/core/utf8.hpp"
#include "vitrion/io/atoms.hpp"
#include "vitrion/io/poscar.hpp"

namespace vitrion::io {
namespace {

class XdatcarReader final : public FrameReader {
 public:
  explicit XdatcarReader(const std::filesystem::path& file) : lines_(file) {}

  std::optional<Structure> next() override {
    if (!find_frame()) return std::nullopt;
    const std::size_t first_line = lines_.line_number();
    rows_.clear();
    const std::int64_t n = header_.n_atoms();
    for (std::int64_t i = 0; i < n; ++i) {
      split_words(lines_.require("a configuration"), words_);
      if (!words_.empty() && words_[0].starts_with("Direct"))
        lines_.fail(
            "the configuration before holds " + std::to_string(i) + " atoms, the header names " + std::to_string(n),
            "The file was cut there: leave that configuration out.");
      const Vector3 s = vector_of(lines_, words_, 0, "atom " + std::to_string(i + 1));
      rows_.add(s);
    }
    Structure frame;
    frame.cell = header_.cell;
    frame.species = header_.species();
    frame.positions = rows_.positions() * header_.cell.matrix();
    frame.step = step_;
    if (!header_.title.empty()) frame.info["title"] = header_.title;
    validate(frame, lines_.file(), first_line);
    return frame;
  }

  void continue_after(std::int64_t step) override { step_ = step; }

  bool skip() override {
    if (!find_frame()) return false;
    for (std::int64_t i = header_.n_atoms(); i > 0; --i) lines_.require("a configuration");
    return true;
  }

 private:
  /// Reads up to the first atom of the next configuration; false at the end.
  bool find_frame() {
    std::string_view line;
    if (!lines_.next(line)) return false;
    if (first_) {
      first_ = false;
      lines_.put_back();
      header_ = read_poscar_header(lines_);
      if (!lines_.next(line)) return false;
    }
    std::string title(trim(line));
    demand_utf8(title, lines_.where());
    if (title.starts_with("Direct")) return count(title);
    if (title.empty()) {
      // A blank line: the end, a separator as old versions write it, or the empty title of a repeated header.
      do {
        if (!lines_.next(line)) return false;
        split_words(line, words_);
      } while (words_.empty());
      if (words_[0].starts_with("Direct")) return count(line);
      lines_.put_back();
      if (words_.size() >= 3) return count({});
    }
    header_ = read_poscar_header(lines_, &title);
    line = trim(lines_.require("the header"));
    if (!line.starts_with("Direct") && !line.empty()) lines_.fail("expected \"Direct configuration=\"");
    return count(line);
  }

  /// "Direct configuration=    20": the MD step. Where the numbers begin anew the run was started again, and goes on.
  bool count(std::string_view line) {
    const std::size_t equals = line.find('=');
    const auto number = equals == std::string_view::npos ? std::nullopt : parse_integer(trim(line.substr(equals + 1)));
    if (!number || *number < 0) {
      step_.reset();  // one without a number, and the count is none
      counted_ = false;
    } else if (counted_) {
      if (step_ && *number + before_ <= *step_) before_ = *step_;
      step_ = before_ + *number;
    }
    return true;
  }

  LineReader lines_;
  PoscarHeader header_;
  bool first_ = true;
  bool counted_ = true;
  std::int64_t before_ = 0;  // steps of the runs before
  std::optional<std::int64_t> step_;
  std::vector<std::string_view> words_;
  Rows rows_;
};

class XdatcarWriter final : public FrameWriter {
 public:
  XdatcarWriter(const std::filesystem::path& file, const WriteOptions& options) : out_(file), types_(options.species) {}

  void write(const Structure& frame) override {
    types_.prepare(frame);
    const std::vector<std::size_t> rows = rows_by_type(frame, types_);
    std::vector<Species> order;
    for (const std::size_t row : rows) order.push_back(frame.species[row]);
    if (n_ == 0 || !(frame.cell == cell_) || order != order_) write_poscar_header(out_, frame, rows, types_);
    cell_ = frame.cell;
    order_ = std::move(order);
    out_.text("Direct configuration= ");
    out_.number(++n_);
    out_.text('\n');
    write_fractional(out_, frame, rows);
  }
  void close() override { out_.close(); }

 private:
  OutputFile out_;
  TypeNumbers types_;
  std::int64_t n_ = 0;
  Cell cell_;
  std::vector<Species> order_;
};

}  // namespace

Format xdatcar_format() {
  return {{"xdatcar", "VASP XDATCAR, fixed and variable cell", {"*XDATCAR*"}, true, {}},
          [](std::string_view head) { return head.find("Direct configuration=") != std::string_view::npos; },
          open_as<XdatcarReader>,
          create_as<XdatcarWriter>};
}

}  // namespace vitrion::io
