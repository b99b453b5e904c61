#include "vitrion/present/columns.hpp"

#include <limits>
#include <sstream>

#include "vitrion/core/error.hpp"
#include "vitrion/core/file.hpp"
#include "vitrion/core/text.hpp"

namespace vitrion::present {

const std::vector<double>& Columns::starting_with(const std::string& prefix) const {
  for (const std::string& name : names)
    if (name.starts_with(prefix)) return values.at(name);
  throw InputError("a CSV file has no column \"" + prefix + "\"");
}

Columns read_csv(const std::filesystem::path& file) {
  std::istringstream in(read_file(file));
  Columns columns;
  std::string line;
  while (std::getline(in, line)) {
    if (line.empty() || line[0] == '#') continue;
    std::istringstream words(line);
    std::string word;
    std::size_t i = 0;
    const bool header = columns.names.empty();
    while (std::getline(words, word, ',')) {
      const std::string cell(trim(word));
      if (header)
        columns.names.push_back(cell);
      else if (i < columns.names.size())
        columns.values[columns.names[i]].push_back(
            parse_double(cell).value_or(std::numeric_limits<double>::quiet_NaN()));
      ++i;
    }
  }
  if (columns.names.empty()) throw InputError(Location{file.string()}, "holds no table");
  return columns;
}

}  // namespace vitrion::present
