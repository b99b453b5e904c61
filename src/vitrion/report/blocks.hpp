// What the writers of HTML and JSON share.
#pragma once

#include "vitrion/report/report.hpp"

namespace vitrion::report {

/// std::visit over lambdas, one for each kind of block.
template <class... Ts>
struct Overloaded : Ts... {
  using Ts::operator()...;
};

/// "good", "warning", ...: class names of the page, values in the JSON.
inline const char* name_of(Severity severity) {
  switch (severity) {
    case Severity::neutral:
      return "neutral";
    case Severity::good:
      return "good";
    case Severity::info:
      return "info";
    case Severity::warning:
      return "warning";
    case Severity::error:
      return "error";
  }
  return "";
}

}  // namespace vitrion::report
