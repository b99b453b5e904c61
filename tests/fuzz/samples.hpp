// Small valid files of every format, to be damaged.
#pragma once

#include <ostream>
#include <string>
#include <vector>

namespace vitrion::io::fuzz {

struct Sample {
  std::string name;    ///< of the test
  std::string format;  ///< in the registry
  std::string ending;  ///< of the file's name
  std::string content;

  friend std::ostream& operator<<(std::ostream& out, const Sample& sample) { return out << sample.name; }
};

std::vector<Sample> samples();

}  // namespace vitrion::io::fuzz
