#include "vitrion/core/result.hpp"

#include "vitrion/core/error.hpp"
#include "vitrion/core/file.hpp"
#include "vitrion/core/json.hpp"
#include "vitrion/core/version.hpp"

namespace vitrion::inline core {

nlohmann::json with_header(const ResultKind& kind, nlohmann::json result) {
  result["vitrion"] = {
      {"kind", kind.name}, {"version", kind.version}, {"program", std::string(program_name) + " " + version}};
  return result;
}

nlohmann::json read_json(const std::filesystem::path& file) {
  return parse_json(read_file(file), {file.string()});
}

nlohmann::json read_result(const std::filesystem::path& file, const ResultKind& kind) {
  nlohmann::json result = read_json(file);
  const nlohmann::json header =
      result.is_object() ? result.value("vitrion", nlohmann::json::object()) : nlohmann::json();
  const std::string found = header.is_object() ? header.value("kind", std::string("nothing")) : std::string("nothing");
  if (found != kind.name)
    throw InputError(Location{file.string()}, "holds " + found + " where " + kind.name + " is expected");
  if (header.value("version", 0) > kind.version)
    throw InputError(Location{file.string()}, "was written by a newer program",
                     "Written by " + header.value("program", std::string("an unknown program")) + "; this is " +
                         program_name + " " + version + ".");
  return result;
}

}  // namespace vitrion::inline core
