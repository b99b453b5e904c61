// Names of files for programs that are told them in a line of text.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace vitrion::inline core {

/// Whether the name is one plain word: letters, digits and _ - . / + , = @ ~ only.
bool is_plain(const std::filesystem::path& path);

/// The name as one plain word: itself where it is one, else "path:" and every other byte as %XX. `pair_style vitrion`
/// reads both.
std::string encoded_path(const std::filesystem::path& path);
/// The reverse. Throws InputError when a %XX is none.
std::filesystem::path decoded_path(std::string_view word);

/// A plain name for a file or folder that exists, by which any library of this process can open it while this object
/// lives: /proc/self/fd/N. LAMMPS rewrites its input (other letters than ASCII, $, *, quotes): no name of the user's
/// may stand in it.
class PlainName {
 public:
  /// Throws InputError when it cannot be opened.
  explicit PlainName(const std::filesystem::path& path);
  ~PlainName();
  PlainName(PlainName&& other) noexcept : descriptor_(other.descriptor_) { other.descriptor_ = -1; }
  PlainName& operator=(PlainName&&) = delete;

  std::string text() const;

 private:
  int descriptor_;
};

}  // namespace vitrion::inline core
