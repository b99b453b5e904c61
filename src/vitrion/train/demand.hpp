// Ranges of settings.
#pragma once

#include <string>

#include "vitrion/core/config.hpp"

namespace vitrion::train {

/// Throws an InputError at the line of `key` unless the rule holds: "KEY" RULE.
inline void demand(const Config& config, const std::string& key, bool holds, const std::string& rule) {
  if (!holds) throw config.error(key, "\"" + key + "\" " + rule);
}

}  // namespace vitrion::train
