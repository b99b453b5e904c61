#include "vitrion/core/json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "vitrion/core/file.hpp"

namespace vitrion::inline core {
namespace {

/// Deepest nesting of brackets outside strings.
int depth_of(std::string_view text) {
  int depth = 0, deepest = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      deepest = std::max(deepest, ++depth);
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  return deepest;
}

}  // namespace

nlohmann::json parse_json(std::string_view text, const Location& where) {
  if (const int depth = depth_of(text); depth > deepest_json)
    throw InputError(where, fmt::format("its JSON is nested {} levels deep; at most {} are read", depth, deepest_json),
                     "It is no file of ours, or damaged: take the original.");
  try {
    return nlohmann::json::parse(text);
  } catch (const nlohmann::json::parse_error& e) {
    throw InputError(where, fmt::format("is not valid JSON (byte {})", e.byte), "Copy it again, or make it anew.");
  }
}

std::int64_t json_integer_within(const nlohmann::json& value, std::int64_t least, std::int64_t most,
                                 const std::string& what) {
  const bool beyond = value.is_number_unsigned() && value.get<std::uint64_t>() > static_cast<std::uint64_t>(most);
  if (value.is_number_integer() && !beyond)
    if (const auto number = value.get<std::int64_t>(); number >= least && number <= most) return number;
  throw InputError(fmt::format("{} must be a whole number from {} to {}", what, least, most));
}

nlohmann::json sealed(nlohmann::json object) {
  object.erase("hash");
  object["hash"] = content_hash(json_text(object));
  return object;
}

nlohmann::json unsealed(nlohmann::json object, const Location& where, bool must_be_sealed) {
  const char* const remedy = "Put it back as it was, or remove it: what it speaks of is then made anew.";
  const auto hash = object.find("hash");
  if (!object.is_object() || (must_be_sealed && hash == object.end()))
    throw InputError(where, "is not what this program wrote there, or was written by an older one", remedy);
  if (hash == object.end()) return object;
  const nlohmann::json found = *hash;
  object.erase(hash);
  if (found != content_hash(json_text(object))) throw InputError(where, "was changed since it was written", remedy);
  return object;
}

std::string json_text(const nlohmann::json& value, int indent) {
  return value.dump(indent, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace vitrion::inline core
