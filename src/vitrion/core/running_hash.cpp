#include "vitrion/core/running_hash.hpp"

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <fstream>

#include "vitrion/core/error.hpp"

namespace vitrion::inline core {

struct RunningHash::State {
  std::unique_ptr<XXH3_state_t, decltype(&XXH3_freeState)> xxh{XXH3_createState(), &XXH3_freeState};
};

RunningHash::RunningHash() : state_(std::make_unique<State>()) {
  XXH3_128bits_reset(state_->xxh.get());
}
RunningHash::~RunningHash() = default;
RunningHash::RunningHash(RunningHash&&) noexcept = default;
RunningHash& RunningHash::operator=(RunningHash&&) noexcept = default;

void RunningHash::extend(const std::filesystem::path& file, std::uintmax_t end) {
  std::ifstream in(file, std::ios::binary);
  in.seekg(static_cast<std::streamoff>(length_));
  std::string piece(std::size_t{1} << 18, '\0');
  while (length_ < end) {
    in.read(piece.data(), static_cast<std::streamsize>(std::min<std::uintmax_t>(piece.size(), end - length_)));
    const auto n = static_cast<std::size_t>(in.gcount());
    if (n == 0) throw InputError(Location{file.string()}, fmt::format("holds fewer than {} bytes", end));
    XXH3_128bits_update(state_->xxh.get(), piece.data(), n);
    length_ += n;
  }
}

std::string RunningHash::digest() const {
  const XXH128_hash_t hash = XXH3_128bits_digest(state_->xxh.get());
  return fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
}

}  // namespace vitrion::inline core
