// Blocks of a report as text on a terminal: what is said there and on the page is written once.
#pragma once

#include <string>

#include "vitrion/report/report.hpp"

namespace vitrion::report {

/// "cm^{2}/s" -> "cm^2/s", "E_{a}" -> "E_a", "Li_{3}" -> "Li3", "D^{*}" -> "D*".
std::string plain_text(const Markup& text);

/// Columns in line, those of numbers flush right, under the title; the caption below.
std::string to_text(const Table& table);

/// Answers first, then the blocks in their order. Figures and structures have no text.
std::string to_text(const Section& section);

}  // namespace vitrion::report
