#include "vitrion/build/builder.hpp"

#include "vitrion/build/kinds/kinds.hpp"
#include "vitrion/core/error.hpp"
#include "vitrion/core/text.hpp"

namespace vitrion::build {

const std::vector<Builder>& builders() {
  static const std::vector<Builder> all = [] {
    std::vector<Builder> list;
    for (const auto& kinds : {bulk_builders(), ionic_builders(), surface_builders()})
      list.insert(list.end(), kinds.begin(), kinds.end());
    return list;
  }();
  return all;
}

const Builder& builder_named(const std::string& name) {
  std::vector<std::string> names;
  std::string list;
  for (const Builder& b : builders()) {
    if (b.name == name) return b;
    names.push_back(b.name);
    list += (list.empty() ? "" : ", ") + b.name;
  }
  const std::string near = nearest_word(name, names);
  throw InputError("there is no builder \"" + name + "\"",
                   (near.empty() ? "" : "Did you mean \"" + near + "\"? ") + "There are: " + list + ".");
}

}  // namespace vitrion::build
