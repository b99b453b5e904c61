#include "vitrion/transport/msd.hpp"

#include <fftw3.h>

#include <algorithm>
#include <complex>
#include <functional>
#include <memory>
#include <mutex>

#include "vitrion/core/error.hpp"
#include "vitrion/core/parallel.hpp"

namespace vitrion::transport {
namespace {

constexpr std::size_t most_parts = 32;                      // of a run, to see how it scatters in time
constexpr std::size_t block_values = std::size_t{1} << 19;  // coordinates read at a time by one thread

struct FftwFree {
  void operator()(double* p) const { fftw_free(p); }
};
using Buffer = std::unique_ptr<double, FftwFree>;

/// Planning is the one part of FFTW that threads must not do together.
std::mutex& planner() {
  static std::mutex mutex;
  return mutex;
}

/// Smallest 2^a 3^b 5^c >= n: lengths FFTW is fast at.
std::size_t fast_length(std::size_t n) {
  std::size_t best = 1;
  while (best < n) best *= 2;
  for (std::size_t five = 1; five < best; five *= 5)
    for (std::size_t three = five; three < best; three *= 3) {
      std::size_t length = three;
      while (length < n) length *= 2;
      best = std::min(best, length);
    }
  return best;
}

/// In-place real transform of zero-padded series; one per thread.
class Transform {
 public:
  explicit Transform(std::size_t n) : size_(fast_length(n)), data_(fftw_alloc_real(2 * (size_ / 2 + 1))) {
    const std::lock_guard lock(planner());
    auto* spectrum = reinterpret_cast<fftw_complex*>(data_.get());
    forward_ = fftw_plan_dft_r2c_1d(static_cast<int>(size_), data_.get(), spectrum, FFTW_ESTIMATE);
    backward_ = fftw_plan_dft_c2r_1d(static_cast<int>(size_), spectrum, data_.get(), FFTW_ESTIMATE);
  }
  ~Transform() {
    const std::lock_guard lock(planner());
    fftw_destroy_plan(forward_);
    fftw_destroy_plan(backward_);
  }
  Transform(const Transform&) = delete;
  Transform& operator=(const Transform&) = delete;

  std::size_t size() const { return size_; }
  std::size_t n_frequencies() const { return size_ / 2 + 1; }

  /// power[f] += |transform of x|^2
  void add_power(const double* x, std::size_t n, std::vector<double>& power) {
    std::copy(x, x + n, data_.get());
    std::fill(data_.get() + n, data_.get() + size_, 0.0);
    fftw_execute(forward_);
    const double* s = data_.get();
    for (std::size_t f = 0; f < power.size(); ++f) power[f] += s[2 * f] * s[2 * f] + s[2 * f + 1] * s[2 * f + 1];
  }
  /// Sum over t of x(t) x(t + lag), from the power spectrum, lags 0 .. n - 1.
  std::vector<double> correlation(const std::vector<double>& power, std::size_t n) {
    for (std::size_t f = 0; f < power.size(); ++f) {
      data_.get()[2 * f] = power[f];
      data_.get()[2 * f + 1] = 0;
    }
    fftw_execute(backward_);
    std::vector<double> result(data_.get(), data_.get() + n);
    for (double& value : result) value /= static_cast<double>(size_);
    return result;
  }

 private:
  std::size_t size_;
  Buffer data_;
  fftw_plan forward_, backward_;
};

/// Mean squares in parts of the run: rows x, y, z and all together, a column a part.
using Parts = Eigen::Array<double, 4, Eigen::Dynamic>;

std::size_t number_of_parts(std::size_t n_frames) {
  return std::clamp<std::size_t>(n_frames / 4, 1, most_parts);
}

/// Sums over walkers behind a RiseScatter.
struct RiseSums {
  Eigen::Array4d squares = Eigen::Array4d::Zero(), within = Eigen::Array4d::Zero();
  Parts parts;

  void add(const Parts& late, const Parts& early) {
    Eigen::Array4d mean = Eigen::Array4d::Zero(), square = Eigen::Array4d::Zero();
    for (Eigen::Index p = 0; p < parts.cols(); ++p) {
      const Eigen::Array4d rise = late.col(p) - early.col(p);
      mean += rise;
      square += rise.square();
      parts.col(p) += rise;
    }
    const auto n = static_cast<double>(parts.cols());
    mean /= n;
    squares += mean.square();
    within += square - n * mean.square();
  }
  void operator+=(const RiseSums& other) {
    squares += other.squares;
    within += other.within;
    parts += other.parts;
  }
  RiseScatter scatter(Eigen::Index row, double walkers) const {
    const double mean = parts.row(row).mean(), between = squares[row] - mean * mean / walkers;
    RiseScatter result{.parts = static_cast<double>(parts.cols())};
    if (walkers > 1) result.error_squared = std::max(0.0, between / (walkers * (walkers - 1)));
    if (within[row] > 0) result.together = (parts.row(row) - mean).square().sum() / within[row];
    return result;
  }
};

/// Sums over walkers that one thread collects.
struct Sums {
  std::array<std::vector<double>, 3> power, squares;
  std::vector<DisplacementMoments> moments;
  std::vector<RiseSums> rises;  // from each lag of `moments` to the next

  Sums(std::size_t n_frames, std::size_t n_frequencies) {
    for (int k = 0; k < 3; ++k) {
      power[static_cast<std::size_t>(k)].assign(n_frequencies, 0);
      squares[static_cast<std::size_t>(k)].assign(n_frames, 0);
    }
    for (std::size_t lag = 1; 2 * lag < std::max<std::size_t>(n_frames, 3); lag *= 2) moments.emplace_back().lag = lag;
    rises.resize(moments.size() - 1);
    for (RiseSums& rise : rises) rise.parts = Parts::Zero(4, static_cast<Eigen::Index>(number_of_parts(n_frames)));
  }
  void operator+=(const Sums& other) {
    const auto add = [](std::vector<double>& a, const std::vector<double>& b) {
      std::transform(a.begin(), a.end(), b.begin(), a.begin(), std::plus<>{});
    };
    for (std::size_t k = 0; k < 3; ++k) {
      add(power[k], other.power[k]);
      add(squares[k], other.squares[k]);
    }
    for (std::size_t i = 0; i < moments.size(); ++i) {
      moments[i].second += other.moments[i].second;
      moments[i].fourth += other.moments[i].fourth;
      moments[i].fourth_axis += other.moments[i].fourth_axis;
    }
    for (std::size_t i = 0; i < rises.size(); ++i) rises[i] += other.rises[i];
  }
};

/// Sums over origins: xx, yy, zz, xy, xz, yz, r^4, x^4, y^4, z^4.
using MomentSums = std::array<double, 10>;

/// Of the displacements over `lag` from origins first .. last - 1.
MomentSums sum_moments(const double* path, std::size_t n, std::size_t lag, std::size_t first, std::size_t last) {
  const double *x = path, *y = path + n, *z = path + 2 * n;
  double xx = 0, yy = 0, zz = 0, xy = 0, xz = 0, yz = 0, r4 = 0, x4 = 0, y4 = 0, z4 = 0;
#pragma omp simd reduction(+ : xx, yy, zz, xy, xz, yz, r4, x4, y4, z4)
  for (std::size_t t = first; t < last; ++t) {
    const double dx = x[t + lag] - x[t], dy = y[t + lag] - y[t], dz = z[t + lag] - z[t];
    const double x2 = dx * dx, y2 = dy * dy, z2 = dz * dz, r2 = x2 + y2 + z2;
    xx += x2, yy += y2, zz += z2, xy += dx * dy, xz += dx * dz, yz += dy * dz;
    r4 += r2 * r2, x4 += x2 * x2, y4 += y2 * y2, z4 += z2 * z2;
  }
  return {xx, yy, zz, xy, xz, yz, r4, x4, y4, z4};
}

/// First origin of a part: in long runs a multiple of the width of vectors.
std::size_t first_of_part(std::size_t part, std::size_t n_parts, std::size_t origins) {
  constexpr std::size_t width = 8, worth_it = 4096;
  const std::size_t first = part * origins / n_parts;
  return part < n_parts && origins >= worth_it ? first / width * width : first;
}

/// Adds the moments of the whole path; fills `parts` with the mean squares part by part.
void add_moments(const double* path, std::size_t n, DisplacementMoments& sum, Parts& parts) {
  const auto n_parts = static_cast<std::size_t>(parts.cols());
  const std::size_t origins = n - sum.lag;
  MomentSums all{};
  for (std::size_t p = 0; p < n_parts; ++p) {
    const std::size_t first = first_of_part(p, n_parts, origins), last = first_of_part(p + 1, n_parts, origins);
    const MomentSums part = sum_moments(path, n, sum.lag, first, last);
    for (std::size_t i = 0; i < all.size(); ++i) all[i] += part[i];
    const double scale = 1 / static_cast<double>(last - first);
    double* mean = parts.col(static_cast<Eigen::Index>(p)).data();
    for (std::size_t k = 0; k < 3; ++k) mean[k] = part[k] * scale;
    mean[3] = mean[0] + mean[1] + mean[2];
  }
  const auto& [xx, yy, zz, xy, xz, yz, r4, x4, y4, z4] = all;
  sum.second += Matrix3{{xx, xy, xz}, {xy, yy, yz}, {xz, yz, zz}};
  sum.fourth += r4;
  sum.fourth_axis += Vector3(x4, y4, z4);
}

void add_walker(double* path, std::size_t n, Transform& transform, Sums& sums) {
  for (std::size_t k = 0; k < 3; ++k) {
    double* x = path + k * n;
    // The MSD does not see an offset; small numbers keep the difference of sums below exact.
    double mean = 0;
    for (std::size_t t = 0; t < n; ++t) mean += x[t];
    mean /= static_cast<double>(n);
    for (std::size_t t = 0; t < n; ++t) {
      x[t] -= mean;
      sums.squares[k][t] += x[t] * x[t];
    }
    transform.add_power(x, n, sums.power[k]);
  }
  Parts parts(4, static_cast<Eigen::Index>(number_of_parts(n))), before(4, parts.cols());
  for (std::size_t i = 0; i < sums.moments.size(); ++i) {
    add_moments(path, n, sums.moments[i], parts);
    if (i > 0) sums.rises[i - 1].add(parts, before);
    before.swap(parts);
  }
}

Displacements finish(const Sums& sums, std::size_t n_walkers, std::size_t n, double timestep, Transform& transform) {
  Displacements result;
  result.n_walkers = n_walkers;
  result.n_frames = n;
  result.timestep = timestep;
  const std::size_t n_lags = n;
  result.total.assign(n_lags, 0);
  const auto walkers = static_cast<double>(n_walkers);
  for (std::size_t k = 0; k < 3; ++k) {
    const std::vector<double> product = transform.correlation(sums.power[k], n_lags);
    std::vector<double>& msd = result.per_axis[k];
    msd.assign(n_lags, 0);
    double ends = 2 * product[0];  // sum of x(t)^2 + x(t + lag)^2 over origins
    for (std::size_t lag = 1; lag < n_lags; ++lag) {
      ends -= sums.squares[k][lag - 1] + sums.squares[k][n - lag];
      msd[lag] = std::max(0.0, (ends - 2 * product[lag]) / (walkers * static_cast<double>(n - lag)));
      result.total[lag] += msd[lag];
    }
  }
  result.moments = sums.moments;
  for (DisplacementMoments& m : result.moments) {
    const double scale = 1 / (walkers * static_cast<double>(n - m.lag));
    m.second *= scale;
    m.fourth *= scale;
    m.fourth_axis *= scale;
  }
  for (std::size_t i = 0; i < sums.rises.size(); ++i)
    for (std::size_t k = 0; k < 4; ++k)
      result.moments[i].rise[k] = sums.rises[i].scatter(static_cast<Eigen::Index>(k), walkers);
  return result;
}

/// `read(first, count, out)` as IonTracks::read.
Displacements analyse(std::size_t n_walkers, std::size_t n, double timestep,
                      const std::function<void(std::size_t, std::size_t, double*)>& read, const Session& session) {
  if (n < 2) throw InputError("displacements need at least 2 frames");
  const std::size_t block = std::clamp<std::size_t>(block_values / (3 * n), 1, n_walkers);
  const std::size_t n_blocks = (n_walkers + block - 1) / block;
  const int n_threads = std::min<int>(threads(), static_cast<int>(n_blocks));
  Transform inverse(2 * n);
  // One set of sums per thread, added in order of thread: the result does not depend on which finished first.
  std::vector<Sums> partial(static_cast<std::size_t>(n_threads), Sums(n, inverse.n_frequencies()));
  std::exception_ptr error;
#pragma omp parallel for schedule(static, 1) num_threads(n_threads)
  for (int thread = 0; thread < n_threads; ++thread) {
    try {
      Transform transform(2 * n);
      std::vector<double> paths(block * 3 * n);
      for (std::size_t b = static_cast<std::size_t>(thread); b < n_blocks; b += static_cast<std::size_t>(n_threads)) {
        session.check_stop();
        const std::size_t first = b * block, count = std::min(block, n_walkers - first);
        read(first, count, paths.data());
        for (std::size_t i = 0; i < count; ++i)
          add_walker(paths.data() + i * 3 * n, n, transform, partial[static_cast<std::size_t>(thread)]);
      }
    } catch (...) {
#pragma omp critical
      error = std::current_exception();
    }
  }
  if (error) std::rethrow_exception(error);
  for (std::size_t i = 1; i < partial.size(); ++i) partial[0] += partial[i];
  return finish(partial[0], n_walkers, n, timestep, inverse);
}

}  // namespace

double Displacements::independent(std::size_t lag) const {
  return static_cast<double>(n_walkers) * static_cast<double>(n_frames - 1) / static_cast<double>(lag);
}

Displacements Displacements::along(int axis) const {
  Displacements one = *this;
  for (int k = 0; k < 3; ++k)
    if (k != axis)
      std::fill(one.per_axis[static_cast<std::size_t>(k)].begin(), one.per_axis[static_cast<std::size_t>(k)].end(),
                0.0);
  one.total = one.per_axis[static_cast<std::size_t>(axis)];
  for (DisplacementMoments& m : one.moments) {
    const double second = m.second(axis, axis), fourth = m.fourth_axis[axis];
    m.second.setZero();
    m.second(axis, axis) = second;
    m.fourth = fourth;
    m.fourth_axis.setZero();
    m.fourth_axis[axis] = fourth;
    m.rise[3] = m.rise[static_cast<std::size_t>(axis)];
  }
  return one;
}

Displacements tracer_displacements(const IonTracks& tracks, const Session& session) {
  return analyse(
      tracks.n_ions(), tracks.n_frames(), tracks.timestep(),
      [&](std::size_t first, std::size_t count, double* out) { tracks.read(first, count, out); }, session);
}

Displacements tracer_displacements(const IonTracks& tracks, std::size_t first, std::size_t count,
                                   const Session& session) {
  const std::size_t n = tracks.n_frames();
  return analyse(
      tracks.n_ions(), count, tracks.timestep(),
      [&](std::size_t ion, std::size_t ions, double* out) {
        std::vector<double> paths(ions * 3 * n);
        tracks.read(ion, ions, paths.data());
        for (std::size_t path = 0; path < 3 * ions; ++path)
          std::copy_n(paths.begin() + static_cast<std::ptrdiff_t>(path * n + first), count, out + path * count);
      },
      session);
}

Displacements collective_displacements(const IonTracks& tracks, const Session& session) {
  std::vector<double> path = tracks.collective();
  const double scale = 1 / std::sqrt(static_cast<double>(tracks.n_ions()));
  for (double& x : path) x *= scale;
  return displacements_of(path, 1, tracks.timestep(), session);
}

Displacements displacements_of(const std::vector<double>& paths, std::size_t n_walkers, double timestep,
                               const Session& session) {
  const std::size_t n = paths.size() / (3 * n_walkers);
  return analyse(
      n_walkers, n, timestep,
      [&](std::size_t first, std::size_t count, double* out) {
        std::copy_n(paths.begin() + static_cast<std::ptrdiff_t>(first * 3 * n), count * 3 * n, out);
      },
      session);
}

}  // namespace vitrion::transport
