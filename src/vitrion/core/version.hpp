// What this program is called and which version it is.
#pragma once

namespace vitrion::inline core {

inline constexpr const char* program_name = "vitrion";
inline constexpr const char* version = VITRION_VERSION;

}  // namespace vitrion::inline core
