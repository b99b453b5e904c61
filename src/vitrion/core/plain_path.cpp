#include "vitrion/core/plain_path.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>

#include "vitrion/core/error.hpp"

namespace vitrion::inline core {
namespace {

constexpr std::string_view prefix = "path:";

bool is_plain_letter(char c) {
  const bool alphanumeric = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  return alphanumeric || std::string_view("_-./+,=@~").find(c) != std::string_view::npos;
}

}  // namespace

bool is_plain(const std::filesystem::path& path) {
  const std::string& name = path.native();
  return !name.empty() && std::all_of(name.begin(), name.end(), is_plain_letter);
}

std::string encoded_path(const std::filesystem::path& path) {
  if (is_plain(path)) return path.string();
  std::string word(prefix);
  for (const char c : path.native())
    word += is_plain_letter(c) ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  return word;
}

std::filesystem::path decoded_path(std::string_view word) {
  if (!word.starts_with(prefix)) return std::string(word);
  std::string name;
  for (std::size_t i = prefix.size(); i < word.size(); ++i) {
    if (word[i] != '%') {
      name += word[i];
      continue;
    }
    unsigned byte = 0;
    const std::string_view digits = word.substr(i + 1, 2);
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), byte, 16);
    if (digits.size() != 2 || error != std::errc{} || end != digits.data() + 2 || byte == 0)
      throw InputError(fmt::format("\"{}\" is no name of a file: % is followed by two hexadecimal digits", word));
    name += static_cast<char>(byte);
    i += 2;
  }
  return name;
}

PlainName::PlainName(const std::filesystem::path& path) : descriptor_(::open(path.c_str(), O_PATH | O_CLOEXEC)) {
  if (descriptor_ < 0)
    throw InputError(Location{path.string()}, std::string("cannot be opened: ") + std::strerror(errno));
}

PlainName::~PlainName() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

std::string PlainName::text() const {
  return fmt::format("/proc/self/fd/{}", descriptor_);
}

}  // namespace vitrion::inline core
