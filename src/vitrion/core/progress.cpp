#include "vitrion/core/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdio>

#include "vitrion/core/text.hpp"

namespace vitrion::inline core {
namespace {

std::atomic<bool> enabled{true};

double seconds(std::chrono::steady_clock::duration d) {
  return std::chrono::duration<double>(d).count();
}

}  // namespace

Progress::Progress(std::string title, std::int64_t total, std::string unit, std::int64_t before)
    : title_(std::move(title)),
      total_(std::max<std::int64_t>(1, total)),
      before_(before),
      unit_(std::move(unit)),
      terminal_(::isatty(STDERR_FILENO) == 1),
      shown_(start_) {}

Progress::~Progress() {
  if (drawn_ && terminal_) fmt::print(stderr, "\n");
}

void Progress::set_enabled(bool on) {
  enabled = on;
}

void Progress::update(std::int64_t done, const std::string& note) {
  if (!enabled) return;
  const Clock::time_point now = Clock::now();
  const double elapsed = seconds(now - start_);
  const double fraction = std::clamp(static_cast<double>(done) / static_cast<double>(total_), 0.0, 1.0);
  const std::string left =
      done > before_ && done < total_
          ? ", " + format_duration(elapsed * static_cast<double>(total_ - done) / static_cast<double>(done - before_)) +
                " left"
          : "";
  const std::string tail = note.empty() ? "" : "  " + note;
  const std::string unit = unit_.empty() ? "" : " " + unit_;
  if (terminal_) {
    if (drawn_ && done < total_ && seconds(now - shown_) < 0.1) return;
    constexpr int width = 28;
    const int filled = static_cast<int>(fraction * width);
    fmt::print(stderr, "\r\033[K{} [{}{}] {}/{}{} {}{}{}", title_, std::string(static_cast<std::size_t>(filled), '#'),
               std::string(static_cast<std::size_t>(width - filled), '.'), done, total_, unit, format_duration(elapsed),
               left, tail);
    std::fflush(stderr);
  } else {
    const auto tenth = static_cast<std::int64_t>(fraction * 10);
    const double silence = seconds(now - shown_);
    const bool news = tenth >= next_tenth_;
    if (done < total_ ? silence < (news ? 5 : 60) : !news) return;
    next_tenth_ = tenth + 1;
    fmt::print(stderr, "{}: {}/{}{} after {}{}{}\n", title_, done, total_, unit, format_duration(elapsed), left, tail);
  }
  drawn_ = true;
  shown_ = now;
}

}  // namespace vitrion::inline core
