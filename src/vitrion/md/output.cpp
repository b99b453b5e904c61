#include "vitrion/md/output.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>

#include "vitrion/core/units.hpp"

namespace vitrion::md {

struct GrowingFile::Stream {
  int descriptor = -1;
  gzFile compressed = nullptr;

  ~Stream() {
    if (compressed != nullptr)
      gzclose(compressed);  // closes the descriptor too
    else if (descriptor >= 0)
      ::close(descriptor);
  }
};

namespace {

[[noreturn]] void fail(const std::filesystem::path& file, const std::string& what) {
  throw std::runtime_error(file.string() + ": " + what);
}

}  // namespace

GrowingFile::GrowingFile(std::filesystem::path file, std::uintmax_t length)
    : file_(std::move(file)), stream_(std::make_unique<Stream>()) {
  stream_->descriptor = ::open(file_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
  if (stream_->descriptor < 0) fail(file_, std::strerror(errno));
  const off_t end = ::lseek(stream_->descriptor, 0, SEEK_END);
  const auto wanted = static_cast<off_t>(length);
  if (end < wanted) fail(file_, "is shorter than the run left it: it was changed meanwhile");
  if (::ftruncate(stream_->descriptor, wanted) != 0 || ::lseek(stream_->descriptor, wanted, SEEK_SET) != wanted)
    fail(file_, std::strerror(errno));
  if (file_.extension() != ".gz") return;
  // zlib closes what it is given; the descriptor is kept to flush the file to disk afterwards.
  stream_->compressed = gzdopen(::dup(stream_->descriptor), "wb6");
  if (stream_->compressed == nullptr) fail(file_, "cannot be compressed");
}

GrowingFile::~GrowingFile() = default;

void GrowingFile::write(const std::string& text) {
  if (stream_->compressed != nullptr) {
    if (gzwrite(stream_->compressed, text.data(), static_cast<unsigned>(text.size())) != static_cast<int>(text.size()))
      fail(file_, "cannot be written");
    return;
  }
  std::size_t done = 0;
  while (done < text.size()) {
    const ssize_t n = ::write(stream_->descriptor, text.data() + done, text.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) fail(file_, std::strerror(errno));
    done += static_cast<std::size_t>(n);
  }
}

std::uintmax_t GrowingFile::close() {
  if (stream_->compressed != nullptr) {
    const int status = gzclose(stream_->compressed);
    stream_->compressed = nullptr;
    if (status != Z_OK) fail(file_, "cannot be written");
  }
  const off_t length = ::lseek(stream_->descriptor, 0, SEEK_END);
  const bool flushed = ::fsync(stream_->descriptor) == 0;
  if (::close(stream_->descriptor) != 0 || !flushed) fail(file_, "cannot be flushed to disk");
  stream_->descriptor = -1;
  return static_cast<std::uintmax_t>(length);
}

std::string dump_frame(const Structure& s, const std::vector<Species>& types) {
  fmt::memory_buffer out;
  const auto print = [&]<class... Values>(fmt::format_string<Values...> format, Values&&... values) {
    fmt::format_to(std::back_inserter(out), format, std::forward<Values>(values)...);
  };
  const Matrix3& m = s.cell.matrix();
  const double xy = m(1, 0), xz = m(2, 0), yz = m(2, 1);
  print("ITEM: UNITS\nmetal\nITEM: TIME\n{:.16g}\nITEM: TIMESTEP\n{}\nITEM: NUMBER OF ATOMS\n{}\n",
        s.time.value_or(0) / units::ps_in_fs, s.step.value_or(0), s.size());
  if (xy == 0 && xz == 0 && yz == 0) {
    print("ITEM: BOX BOUNDS pp pp pp\n");
    for (int k = 0; k < 3; ++k) print("0 {:.16g}\n", m(k, k));
  } else {
    // The bounds are those of the bounding box (LAMMPS's convention for tilted cells).
    print("ITEM: BOX BOUNDS xy xz yz pp pp pp\n");
    print("{:.16g} {:.16g} {:.16g}\n", std::min({0.0, xy, xz, xy + xz}), m(0, 0) + std::max({0.0, xy, xz, xy + xz}),
          xy);
    print("{:.16g} {:.16g} {:.16g}\n", std::min(0.0, yz), m(1, 1) + std::max(0.0, yz), xz);
    print("0 {:.16g} {:.16g}\n", m(2, 2), yz);
  }
  print("ITEM: ATOMS id type element xu yu zu ix iy iz\n");
  for (std::size_t i = 0; i < s.size(); ++i) {
    const auto row = static_cast<Eigen::Index>(i);
    const auto type = std::find(types.begin(), types.end(), s.species[i]) - types.begin() + 1;
    print("{} {} {} {:.7f} {:.7f} {:.7f} {} {} {}\n", i + 1, type, s.species[i].name(), s.positions(row, 0),
          s.positions(row, 1), s.positions(row, 2), s.images[i][0], s.images[i][1], s.images[i][2]);
  }
  return fmt::to_string(out);
}

std::string thermo_header() {
  return "step,time_ps,temperature_K,target_temperature_K,potential_energy_eV,kinetic_energy_eV,total_energy_eV,"
         "pressure_GPa,stress_xx_GPa,stress_yy_GPa,stress_zz_GPa,stress_yz_GPa,stress_xz_GPa,stress_xy_GPa,"
         "a_A,b_A,c_A,volume_A3,density_g_per_cm3,max_force_eV_per_A\n";
}

std::string thermo_line(const ThermoRow& r) {
  const double gpa = units::eV_per_A3_in_GPa;
  const Vector3 lengths = r.cell.lengths();
  return fmt::format(
      "{},{:.6g},{:.3f},{:.3f},{:.8f},{:.8f},{:.8f},{:.6f},{:.6f},{:.6f},{:.6f},{:.6f},{:.6f},{:.6f},"
      "{:.6f},{:.6f},{:.6f},{:.5f},{:.6f},{:.5f}\n",
      r.step, r.time / units::ps_in_fs, r.temperature, r.target, r.potential, r.kinetic, r.potential + r.kinetic,
      r.pressure * gpa, r.stress(0, 0) * gpa, r.stress(1, 1) * gpa, r.stress(2, 2) * gpa, r.stress(1, 2) * gpa,
      r.stress(0, 2) * gpa, r.stress(0, 1) * gpa, lengths[0], lengths[1], lengths[2], r.cell.volume(), r.density,
      r.max_force);
}

}  // namespace vitrion::md
