#include "schema.hpp"

#include <fstream>
#include <stdexcept>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

#include "support.hpp"

namespace vitrion::test {

std::string violations(const nlohmann::json& json, const std::string& kind) {
  const std::filesystem::path file = source("docs/schemas/" + kind + ".json");
  std::ifstream in(file);
  if (!in) throw std::runtime_error("there is no " + file.string());
  const nlohmann::json text = nlohmann::json::parse(in);
  valijson::Schema schema;
  valijson::SchemaParser(valijson::SchemaParser::kDraft7)
      .populateSchema(valijson::adapters::NlohmannJsonAdapter(text), schema);
  valijson::ValidationResults results;
  if (valijson::Validator().validate(schema, valijson::adapters::NlohmannJsonAdapter(json), &results)) return {};
  std::string list;
  for (valijson::ValidationResults::Error error; results.popError(error);) {
    std::string where;
    for (const std::string& step : error.context) where += step;
    list += where + ": " + error.description + "\n";
  }
  return list.empty() ? "does not conform" : list;
}

}  // namespace vitrion::test
