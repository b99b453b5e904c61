#include "vitrion/core/file.hpp"

#include <fmt/format.h>
#include <xxhash.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <memory>
#include <system_error>

#include "vitrion/core/atomic_file.hpp"
#include "vitrion/core/error.hpp"
#include "vitrion/core/memory.hpp"
#include "vitrion/core/regular_file.hpp"

namespace vitrion::inline core {
namespace {

std::string hex(const XXH128_hash_t& hash) {
  return fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
}

std::ifstream open_for_reading(const std::filesystem::path& path) {
  demand_file(path);
  std::ifstream in(path, std::ios::binary);
  if (!in) throw InputError(Location{path.string()}, std::string("cannot be opened: ") + std::strerror(errno));
  return in;
}

}  // namespace

void demand_file(const std::filesystem::path& path) {
  std::error_code ignored;
  const std::filesystem::file_type type = std::filesystem::status(path, ignored).type();
  using enum std::filesystem::file_type;
  if (type == directory) throw InputError(Location{path.string()}, "is a folder, not a file");
  if (type == character || type == block || type == socket)
    throw InputError(Location{path.string()}, "is a device, not a file", "Write its content to a file first.");
}

void demand_size(const std::filesystem::path& path, double most) {
  std::error_code ignored;
  const auto size = static_cast<double>(std::filesystem::file_size(path, ignored));
  if (ignored) return;  // opening it says why
  if (size > most)
    throw InputError(Location{path.string()}, "is larger than " + format_bytes(most),
                     "It is no file of the kind that is expected here.");
  demand_memory(size, Location{path.string()}, "the file");
}

std::string read_file(const std::filesystem::path& path) {
  demand_size(path, largest_whole_file);
  std::ifstream in = open_for_reading(path);
  std::string bytes;
  // Pipes and files of the kernel do not know their size.
  with_memory_for(Location{path.string()}, "the file",
                  [&] { bytes.assign(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>{}); });
  if (in.bad()) throw InputError(Location{path.string()}, "cannot be read to its end");
  return bytes;
}

void write_file_atomically(const std::filesystem::path& path, std::string_view content) {
  AtomicFile file(path);
  file.write(content);
  file.commit();
}

std::string content_hash(std::string_view bytes) {
  return hex(XXH3_128bits(bytes.data(), bytes.size()));
}

std::string content_hash_of_file(const std::filesystem::path& path) {
  std::ifstream in = open_for_reading(path);
  const std::unique_ptr<XXH3_state_t, decltype(&XXH3_freeState)> state(XXH3_createState(), &XXH3_freeState);
  XXH3_128bits_reset(state.get());
  std::string buffer(1 << 20, '\0');
  while (in.read(buffer.data(), static_cast<std::streamsize>(buffer.size())) || in.gcount() > 0)
    XXH3_128bits_update(state.get(), buffer.data(), static_cast<std::size_t>(in.gcount()));
  return hex(XXH3_128bits_digest(state.get()));
}

}  // namespace vitrion::inline core
