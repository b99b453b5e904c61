// The assembler copies the files into the program as they are: quicker than compiling megabytes of literals.
#include "vitrion/report/resources.hpp"

#define VITRION_EMBED(name, file)                                                                            \
  __asm__(".section .rodata\n.global vitrion_" #name "_begin\n.global vitrion_" #name "_end\nvitrion_" #name \
          "_begin:\n.incbin \"" file "\"\nvitrion_" #name "_end:\n.previous\n");                             \
  extern "C" const char vitrion_##name##_begin[], vitrion_##name##_end[];

VITRION_EMBED(style, VITRION_REPORT_STYLE)
VITRION_EMBED(script, VITRION_REPORT_SCRIPT)
VITRION_EMBED(plotly, VITRION_PLOTLY_SCRIPT)
VITRION_EMBED(plotly_license, VITRION_PLOTLY_LICENSE)

namespace vitrion::report {
namespace {

std::string_view between(const char* begin, const char* end) {
  return {begin, static_cast<std::size_t>(end - begin)};
}

}  // namespace

std::string_view page_style() {
  return between(vitrion_style_begin, vitrion_style_end);
}
std::string_view page_script() {
  return between(vitrion_script_begin, vitrion_script_end);
}
std::string_view plotting_library() {
  return between(vitrion_plotly_begin, vitrion_plotly_end);
}
std::string_view plotting_library_name() {
  return VITRION_PLOTLY_NAME;
}
std::string_view plotting_library_license() {
  return between(vitrion_plotly_license_begin, vitrion_plotly_license_end);
}

}  // namespace vitrion::report
