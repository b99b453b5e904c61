// What every analysis leaves for machines: a JSON object that says which kind of result it is, and of which version.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

namespace vitrion::inline core {

/// A kind of result. The version rises when a key changes its meaning or goes; keys may be added without.
struct ResultKind {
  const char* name;  ///< "transport": docs/schemas/NAME.json describes it
  int version;
};

/// The result with {"vitrion": {"kind", "version", "program"}} beside its own keys.
nlohmann::json with_header(const ResultKind& kind, nlohmann::json result);

/// A JSON file. Throws InputError when it is missing or malformed.
nlohmann::json read_json(const std::filesystem::path& file);

/// The same of one kind. Throws InputError when it holds another one, or was written by a newer program.
nlohmann::json read_result(const std::filesystem::path& file, const ResultKind& kind);

}  // namespace vitrion::inline core
