#include "frontend/terminal_log.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>

#include "vitrion/core/text.hpp"

namespace vitrion::frontend {
namespace {

using Clock = std::chrono::steady_clock;

double seconds(Clock::duration d) {
  return std::chrono::duration<double>(d).count();
}

std::size_t columns() {
  winsize size{};
  return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

/// Characters of UTF-8 text.
std::size_t length(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

/// The first `most` characters of UTF-8 text.
std::string cut(const std::string& text, std::size_t most) {
  std::size_t at = 0;
  for (std::size_t n = 0; at < text.size() && n < most; ++n) {
    ++at;
    while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U) ++at;
  }
  return text.substr(0, at);
}

}  // namespace

class TerminalLog::Bar final : public ProgressDisplay {
 public:
  Bar(TerminalLog& log, Work work) : log_(log), work_(std::move(work)), shown_(start_) {
    work_.total = std::max<std::int64_t>(1, work_.total);
  }
  ~Bar() override {
    const std::lock_guard<std::mutex> lock(log_.mutex_);
    if (!drawn_ || !log_.terminal_) return;
    std::fputc('\n', stderr);  // what the bar last said stays
    log_.shown_ = false;
  }

  void update(std::int64_t done, const std::string& note) override {
    const std::lock_guard<std::mutex> lock(log_.mutex_);
    const Clock::time_point now = Clock::now();
    if (log_.terminal_) {
      if (drawn_ && done < work_.total && seconds(now - shown_) < 0.1) return;
      log_.show(bar(done, note, now));
    } else {
      const auto tenth = static_cast<std::int64_t>(fraction(done) * 10);
      const bool news = tenth >= next_tenth_;
      if (done < work_.total ? seconds(now - shown_) < (news ? 5 : 60) : !news) return;
      next_tenth_ = tenth + 1;
      fmt::print(stderr, "{}\n", line(done, note, now));
    }
    drawn_ = true;
    shown_ = now;
  }

 private:
  double fraction(std::int64_t done) const {
    return std::clamp(static_cast<double>(done) / static_cast<double>(work_.total), 0.0, 1.0);
  }
  std::string unit() const { return work_.unit.empty() ? "" : " " + work_.unit; }
  std::string time_left(std::int64_t done, Clock::time_point now) const {
    if (done <= work_.before || done >= work_.total) return {};
    const double share = static_cast<double>(work_.total - done) / static_cast<double>(done - work_.before);
    return ", " + format_duration(seconds(now - start_) * share) + " left";
  }
  std::string line(std::int64_t done, const std::string& note, Clock::time_point now) const {
    return fmt::format("{}: {}/{}{} after {}{}{}", work_.title, done, work_.total, unit(),
                       format_duration(seconds(now - start_)), time_left(done, now), note.empty() ? "" : "  " + note);
  }
  // The bar takes what the words leave of the terminal's width, 28 characters at most; on narrow ones it goes, then the
  // note, then the unit: the count and the time left are what is looked for.
  std::string bar(std::int64_t done, const std::string& note, Clock::time_point now) const {
    const std::string head = work_.title + " ", count = fmt::format("{}/{}", done, work_.total);
    const std::string times = " " + format_duration(seconds(now - start_)) + time_left(done, now);
    const std::string tail = count + unit() + times + (note.empty() ? "" : "  " + note);
    constexpr std::size_t widest = 28, narrowest = 8, frame = 4;
    const std::size_t width = columns(), words = length(head + tail) + frame;
    const std::size_t room = width > words ? std::min(widest, width - words) : 0;
    if (room < narrowest) {
      for (const std::string& shorter : {head + tail, head + count + unit() + times, head + count + times})
        if (length(shorter) < width) return shorter;
      return count + times;
    }
    const auto filled = static_cast<std::size_t>(fraction(done) * static_cast<double>(room));
    return fmt::format("{}[{}{}] {}", head, std::string(filled, '#'), std::string(room - filled, '.'), tail);
  }

  TerminalLog& log_;
  Work work_;
  Clock::time_point start_ = Clock::now(), shown_;
  std::int64_t next_tenth_ = 0;
  bool drawn_ = false;
};

TerminalLog::TerminalLog() : terminal_(::isatty(STDERR_FILENO) == 1) {}

void TerminalLog::clear() {
  if (shown_) fmt::print(stderr, "\r\033[K");
  shown_ = false;
}

void TerminalLog::show(const std::string& line) {
  fmt::print(stderr, "\r\033[K{}", cut(line, columns() - 1));
  std::fflush(stderr);
  shown_ = true;
}

void TerminalLog::say(const std::string& text) {
  const std::lock_guard<std::mutex> lock(mutex_);
  clear();
  fmt::print(stderr, "{}\n", text);
}

void TerminalLog::status(const std::string& line) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!terminal_) return;
  if (line.empty()) return clear();
  show(line);
}

std::unique_ptr<ProgressDisplay> TerminalLog::begin(const Work& work) {
  return std::make_unique<Bar>(*this, work);
}

}  // namespace vitrion::frontend
