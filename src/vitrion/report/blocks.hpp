// What the writers of HTML, text and JSON share.
#pragma once

#include "vitrion/report/report.hpp"

namespace vitrion::report {

/// std::visit over lambdas, one for each kind of block.
template <class... Ts>
struct Overloaded : Ts... {
  using Ts::operator()...;
};
template <class... Ts>
Overloaded(Ts...) -> Overloaded<Ts...>;

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

/// Which columns of a table hold numbers only: they are set flush right.
std::vector<bool> numeric_columns(const Table& table);

}  // namespace vitrion::report
