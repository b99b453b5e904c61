#include "vitrion/core/file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>
#include <xxhash.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <memory>
#include <stdexcept>

#include "vitrion/core/error.hpp"

namespace vitrion::inline core {
namespace {

std::string hex(const XXH128_hash_t& hash) {
  return fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
}

[[noreturn]] void fail(const std::filesystem::path& path, const char* what) {
  throw std::runtime_error(path.string() + ": " + what + ": " + std::strerror(errno));
}

std::ifstream open_for_reading(const std::filesystem::path& path) {
  if (std::filesystem::is_directory(path)) throw InputError(Location{path.string()}, "is a folder, not a file");
  std::ifstream in(path, std::ios::binary);
  if (!in) throw InputError(Location{path.string()}, std::string("cannot be opened: ") + std::strerror(errno));
  return in;
}

}  // namespace

std::string read_file(const std::filesystem::path& path) {
  std::ifstream in = open_for_reading(path);
  std::string bytes{std::istreambuf_iterator<char>(in), {}};
  if (in.bad()) throw InputError(Location{path.string()}, "cannot be read to its end");
  return bytes;
}

void write_file_atomically(const std::filesystem::path& path, std::string_view content) {
  if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path());
  const std::filesystem::path temporary = path.string() + ".part" + std::to_string(::getpid());
  const int file = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (file < 0) fail(temporary, "cannot be written");
  std::size_t done = 0;
  while (done < content.size()) {
    const ssize_t n = ::write(file, content.data() + done, content.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      const int error = errno;
      ::close(file);
      ::unlink(temporary.c_str());
      errno = error;
      fail(temporary, "cannot be written");
    }
    done += static_cast<std::size_t>(n);
  }
  if (::fsync(file) != 0 || ::close(file) != 0) fail(temporary, "cannot be flushed");
  std::filesystem::rename(temporary, path);
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
