// MLIP's binary .cfg (little-endian; layout as MLIP-3 2023 writes it): 'n' and the number of atoms, then blocks that
// each begin with a letter, to '#'; the next configuration follows at once.
#include <zlib.h>

#include <algorithm>
#include <bit>
#include <cctype>
#include <cmath>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "vitrion/core/regular_file.hpp"
#include "vitrion/core/utf8.hpp"
#include "vitrion/io/atoms.hpp"
#include "vitrion/io/cfg_content.hpp"
#include "vitrion/io/format.hpp"

namespace vitrion::io {
namespace {

static_assert(std::endian::native == std::endian::little);

/// The bytes of a file, plain or gzip. Memory grows with what was read, not with what a count in the file asks for.
class ByteReader {
 public:
  explicit ByteReader(const std::filesystem::path& file) : file_(file.string()) {
    demand_file(file);
    stream_.reset(gzopen(file.c_str(), "rb"));
    if (!stream_) fail("cannot be opened");
  }

  /// False at the end of the file.
  bool next(char& c) {
    const int got = gzgetc(stream_.get());
    at_ += got >= 0;
    c = static_cast<char>(got);
    return got >= 0;
  }
  template <class T>
  std::vector<T> values(std::size_t n) {
    std::vector<T> all;
    while (all.size() < n) {
      const std::size_t before = all.size(), more = std::min<std::size_t>(n - before, 1 << 16);
      all.resize(before + more);
      read(all.data() + before, more * sizeof(T));
    }
    return all;
  }
  template <class T>
  T value() {
    return values<T>(1)[0];
  }
  std::vector<double> numbers(std::size_t n, const char* what) {
    std::vector<double> all = values<double>(n);
    for (const double x : all)
      if (!std::isfinite(x)) fail(std::string(what) + " is not a finite number");
    return all;
  }
  std::string text() {
    const std::int32_t n = value<std::int32_t>();
    if (n < 0) fail("a feature is of negative length");
    const std::vector<char> all = values<char>(static_cast<std::size_t>(n));
    return {all.begin(), all.end()};
  }
  [[noreturn]] void fail(const std::string& what) const {
    throw InputError(Location{file_}, "byte " + std::to_string(at_) + ": " + what,
                     "Copy the file again, or let MLIP turn it into text: mlp convert-cfg --input-format=bin IN OUT.");
  }
  const std::string& file() const { return file_; }

 private:
  void read(void* to, std::size_t bytes) {
    const int got = gzread(stream_.get(), to, static_cast<unsigned>(bytes));
    at_ += static_cast<std::size_t>(std::max(got, 0));
    if (got < 0 || static_cast<std::size_t>(got) != bytes) fail("the file ends inside a configuration, or is damaged");
  }

  struct Close {
    void operator()(gzFile_s* f) const { gzclose_r(f); }
  };
  std::string file_;
  std::unique_ptr<gzFile_s, Close> stream_;
  std::size_t at_ = 0;
};

class BinaryCfgReader final : public FrameReader {
 public:
  explicit BinaryCfgReader(const std::filesystem::path& file) : bytes_(file) {}

  std::optional<Structure> next() override {
    char tag = 0;
    if (!next_tag(tag)) return std::nullopt;
    if (tag != 'n') bytes_.fail("no configuration begins here");
    const std::int32_t n = bytes_.value<std::int32_t>();
    if (n < 0) bytes_.fail("the number of atoms is negative");
    n_ = static_cast<std::size_t>(n);
    has_cell_ = has_positions_ = false;
    CfgContent content;
    while (true) {
      if (!next_tag(tag)) bytes_.fail("the file ends inside a configuration");
      if (tag == '#') break;
      read_block(tag, content);
    }
    if (!has_cell_ || !has_positions_) bytes_.fail("the configuration has no cell or no positions");
    if (content.frame.species.empty()) content.frame.species.assign(n_, Species::type(0));
    return to_structure(std::move(content), Location{bytes_.file()});
  }

  bool skip() override { return next().has_value(); }

 private:
  bool next_tag(char& tag) {
    do {
      if (!bytes_.next(tag)) return false;
    } while (std::isspace(static_cast<unsigned char>(tag)));
    return true;
  }

  Positions rows(const char* what) {
    const std::vector<double> all = bytes_.numbers(3 * n_, what);
    return Eigen::Map<const Positions>(all.data(), static_cast<Eigen::Index>(n_), 3);
  }
  void add_column(const std::string& name, const std::vector<double>& all, std::size_t first, std::size_t stride,
                  Structure& frame) {
    AtomColumn column{'R', 1, {}};
    for (std::size_t i = 0; i < n_; ++i) column.values.push_back(shortest(all[first + stride * i]));
    frame.columns.insert_or_assign(name, std::move(column));
  }
  void add_vectors(const std::string& name, Structure& frame) {
    const std::vector<double> all = bytes_.numbers(3 * n_, name.c_str());
    for (std::size_t k = 0; k < 3; ++k) add_column(name + "_" + "xyz"[k], all, k, 3, frame);
  }
  void read_block(char tag, CfgContent& content);
  void read_types(Structure& frame);

  ByteReader bytes_;
  std::size_t n_ = 0;
  bool has_cell_ = false, has_positions_ = false;
};

void BinaryCfgReader::read_types(Structure& frame) {
  frame.species.clear();
  for (const std::int32_t type : bytes_.values<std::int32_t>(n_)) {
    if (type < 0) bytes_.fail("a type is negative");
    with_location({bytes_.file()}, [&] { frame.species.push_back(Species::type(type)); });
  }
}

void BinaryCfgReader::read_block(char tag, CfgContent& content) {
  Structure& frame = content.frame;
  switch (tag) {
    case 'l': {
      const std::vector<double> v = bytes_.numbers(9, "a cell vector");
      content.cell = Eigen::Map<const Eigen::Matrix<double, 3, 3, Eigen::RowMajor>>(v.data());
      // Vectors that the text form leaves out are zero here.
      while (content.n_vectors < 3 && !content.cell.row(content.n_vectors).isZero(0)) ++content.n_vectors;
      has_cell_ = true;
      break;
    }
    case 'p':
      frame.positions = rows("a coordinate");
      has_positions_ = true;
      break;
    case 't':
      read_types(frame);
      break;
    case 'f':
      frame.labels.forces = rows("a force");
      break;
    case 'v':
      frame.labels.atomic_energies = bytes_.numbers(n_, "a site energy");
      break;
    case 'c':
      add_column("charge", bytes_.numbers(n_, "a charge"), 0, 1, frame);
      break;
    case 'm':
      add_vectors("magmom", frame);
      break;
    case 'd':
      add_vectors("en_der_wrt_magmom", frame);
      break;
    case 'g':
      for (const char ghost : bytes_.values<char>(n_))
        if (ghost == '1') bytes_.fail("atoms that are ghosts of others cannot be read");
      break;
    case 's': {
      const std::vector<double> v = bytes_.numbers(6, "a virial");  // xx yy zz xy yz xz
      content.plus_stress = {v[0], v[1], v[2], v[4], v[5], v[3]};
      break;
    }
    case 'e':
      frame.labels.energy = bytes_.numbers(1, "the energy")[0];
      break;
    case 'F': {
      const std::string name = bytes_.text(), value = bytes_.text();
      demand_utf8(name + value, {bytes_.file()});
      content.features[name] = value;
      break;
    }
    default:
      bytes_.fail("a block of an unknown kind");
  }
}

bool looks_like_binary_cfg(std::string_view head) {
  // 'n', the number of atoms, 'l', nine doubles, 'p'.
  if (head.size() < 6 + 72 + 1 || head[0] != 'n' || head[5] != 'l' || head[78] != 'p') return false;
  std::int32_t n = 0;
  std::memcpy(&n, head.data() + 1, sizeof n);
  return n >= 0;
}

}  // namespace

Format binary_cfg_format() {
  FormatContent content;
  content.energy = content.forces = content.stress = content.further = true;
  return {{"cfg-bin", "MLIP configurations, binary: as cfg", {}, false, content},
          looks_like_binary_cfg,
          open_as<BinaryCfgReader>};
}

}  // namespace vitrion::io
