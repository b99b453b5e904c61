#include "cli/run_spec.hpp"

#include "vitrion/core/error.hpp"
#include "vitrion/core/text.hpp"

namespace vitrion::cli {

RunSpec parse_run(const std::string& text) {
  const std::size_t at = text.rfind('@');
  if (at == std::string::npos) return {text, {}};
  std::string_view number = std::string_view(text).substr(at + 1);
  if (!number.empty() && number.back() == 'K') number.remove_suffix(1);
  const std::optional<double> value = parse_double(number);
  if (!value || !(*value > 0))
    throw InputError("'" + text + "': what follows @ is the temperature in K", "For instance 600K.dump@600");
  return {text.substr(0, at), *value};
}

}  // namespace vitrion::cli
