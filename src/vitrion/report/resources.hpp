// Files that are part of the program: style, scripts, the plotting library and its licence.
#pragma once

#include <string_view>

namespace vitrion::report {

std::string_view page_style();
std::string_view page_script();
/// plotly.js, basic distribution, minified; empty where the program was built without it.
std::string_view plotting_library();
std::string_view plotting_library_name();  ///< "plotly.js 4.1.1"
std::string_view plotting_library_license();

}  // namespace vitrion::report
