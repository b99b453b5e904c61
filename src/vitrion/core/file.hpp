// Whole files: read, written atomically, hashed.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace vitrion::inline core {

/// The bytes of a file. Throws InputError when it cannot be read.
std::string read_file(const std::filesystem::path& path);

/// Writes all of `content` or nothing: into a temporary file beside `path`, flushed to disk, then renamed over it.
/// Makes missing parent folders. Throws std::runtime_error when the disk refuses.
void write_file_atomically(const std::filesystem::path& path, std::string_view content);

/// XXH3-128 of the bytes, 32 hexadecimal digits: names content, not a defence against forgery.
std::string content_hash(std::string_view bytes);
/// The same of a file, read in pieces.
std::string content_hash_of_file(const std::filesystem::path& path);

}  // namespace vitrion::inline core
