#include "closest.hpp"
#include "vitrion/core/file.hpp"
#include "vitrion/io/frames.hpp"

namespace outside {

int closest_command(const std::vector<std::string>& words) {
  std::vector<vitrion::Structure> structures;
  std::string folder = ".";
  for (std::size_t k = 1; k < words.size(); ++k)
    if (words[k] == "--result")
      folder = words.at(++k);
    else
      structures.push_back(vitrion::io::read_frames(words[k]).back());
  const Closest result = closest_ions(structures, words.at(0));
  vitrion::write_file_atomically(folder + "/result.json",
                                 vitrion::with_header(closest_kind, to_json(result)).dump(1) + "\n");
  vitrion::write_file_atomically(
      folder + "/section.json",
      vitrion::with_header(vitrion::report::section_kind, vitrion::report::to_json(closest_section(result))).dump());
  return 0;
}

}  // namespace outside
