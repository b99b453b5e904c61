// Words of a line, natural order, nearest spelling; numbers come with number.hpp.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "vitrion/core/number.hpp"

namespace vitrion::inline core {

/// The words of a line, separated by blanks and tabs; they point into `line`.
std::vector<std::string_view> split_words(std::string_view line);
/// The same into a vector that is reused.
void split_words(std::string_view line, std::vector<std::string_view>& words);

std::string_view trim(std::string_view text);

/// Equal but for the case of ASCII letters.
bool same_word(std::string_view a, std::string_view b);

/// Order in which a person counts: frame2 before frame10.
bool natural_less(std::string_view a, std::string_view b);

/// The candidate spelled most like `word` (edit distance at most a third of its length, or 2); empty when none is near.
std::string nearest_word(std::string_view word, const std::vector<std::string>& candidates);

/// "12.3 s", "4 min 05 s", "2 h 10 min".
std::string format_duration(double seconds);

}  // namespace vitrion::inline core
