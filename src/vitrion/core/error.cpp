#include "vitrion/core/error.hpp"

namespace vitrion::inline core {
namespace {

std::string message(const Location& where, const std::string& what, const std::string& remedy) {
  std::string text = where.text();
  if (!text.empty()) text += ": ";
  text += what;
  if (!remedy.empty()) text += "\n  " + remedy;
  // What is quoted from a binary file must not end the message or disturb the terminal.
  for (char& c : text)
    if (static_cast<unsigned char>(c) < ' ' && c != '\n' && c != '\t') c = '?';
  return text;
}

}  // namespace

std::string Location::text() const {
  return line == 0 ? file : file + ":" + std::to_string(line);
}

InputError::InputError(Location where, const std::string& what, const std::string& remedy)
    : std::runtime_error(message(where, what, remedy)), where_(std::move(where)), remedy_(remedy) {}

}  // namespace vitrion::inline core
