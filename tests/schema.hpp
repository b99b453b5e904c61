// JSON Schemas of docs/schemas, applied to what the program writes.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace vitrion::test {

/// What `json` violates in docs/schemas/KIND.json, one line each with where it stands; empty: nothing.
std::string violations(const nlohmann::json& json, const std::string& kind);

}  // namespace vitrion::test
