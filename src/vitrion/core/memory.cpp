#include "vitrion/core/memory.hpp"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <new>
#include <stdexcept>

#include "vitrion/core/number.hpp"

namespace vitrion::inline core {
namespace {

constexpr std::size_t unlimited = std::numeric_limits<std::size_t>::max();

std::size_t less(std::size_t limit, std::size_t used) {
  return limit > used ? limit - used : 0;
}

/// MemAvailable: what can be taken without swapping (proc(5)).
std::size_t free_on_machine() {
  std::ifstream in("/proc/meminfo");
  std::string key, unit;
  std::size_t kilobytes = 0;
  while (in >> key >> kilobytes && std::getline(in, unit))
    if (key == "MemAvailable:") return kilobytes * 1024;
  return unlimited;
}

std::size_t left_of_address_space() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return unlimited;
  std::size_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  return less(limit.rlim_cur, pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)));
}

/// Of the control group that a container or a batch system put this process into (cgroup v2, as seen from inside).
std::size_t left_of_group() {
  std::string limit;
  std::size_t used = 0;
  std::ifstream("/sys/fs/cgroup/memory.max") >> limit;
  std::ifstream("/sys/fs/cgroup/memory.current") >> used;
  const std::optional<std::int64_t> bytes = parse_integer(limit);
  // What is used counts cached files too, which the kernel gives up: at least half the group is held to be free.
  return bytes && *bytes > 0
             ? std::max(less(static_cast<std::size_t>(*bytes), used), static_cast<std::size_t>(*bytes) / 2)
             : unlimited;
}

}  // namespace

std::size_t available_memory() {
  return std::min({free_on_machine(), left_of_address_space(), left_of_group()});
}

std::string format_bytes(double bytes) {
  if (bytes < 1e6) return fmt::format("{:.3g} kB", bytes / 1e3);
  if (bytes < 1e9) return fmt::format("{:.3g} MB", bytes / 1e6);
  return bytes < 1e15 ? fmt::format("{:.3g} GB", bytes / 1e9) : fmt::format("{:.2g} GB", bytes / 1e9);
}

void demand_memory(double bytes, const Location& where, const std::string& what, const std::string& remedy) {
  constexpr double never_a_question = 64e6;
  if (bytes <= never_a_question) return;
  const auto free = static_cast<double>(available_memory());
  if (bytes <= free) return;
  throw InputError(
      where, fmt::format("{} needs {} of memory, {} are free", what, format_bytes(bytes), format_bytes(free)), remedy);
}

void with_memory_for(const Location& where, const std::string& what, const std::function<void()>& action) {
  const auto fail = [&] {
    throw InputError(where, "there is not enough memory for " + what,
                     "Give the process more (ulimit -v, the limit of the batch job), or use less of the data.");
  };
  try {
    action();
  } catch (const std::bad_alloc&) {
    fail();
  } catch (const std::length_error&) {  // of a vector longer than any memory
    fail();
  }
}

}  // namespace vitrion::inline core
