// Memory is asked for before it is taken.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "vitrion/core/error.hpp"

namespace vitrion::inline core {

/// Bytes that this process may still take: what the machine has free (MemAvailable of /proc/meminfo), less where a
/// limit of the process (ulimit -v) or of its control group leaves less.
std::size_t available_memory();

/// Throws InputError at `where`, naming `what` and its size, when `bytes` are more than this process may still take.
void demand_memory(double bytes, const Location& where, const std::string& what, const std::string& remedy = {});

/// Runs `action`; where memory ends on the way, InputError at `where` that says so of `what`.
void with_memory_for(const Location& where, const std::string& what, const std::function<void()>& action);

/// "3.2 GB"
std::string format_bytes(double bytes);

}  // namespace vitrion::inline core
