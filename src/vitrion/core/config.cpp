#include "vitrion/core/config.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "vitrion/core/file.hpp"
#include "vitrion/core/regular_file.hpp"
#include "vitrion/core/text.hpp"
#include "vitrion/core/utf8.hpp"

namespace vitrion::inline core {

struct Config::Tracker {
  std::set<std::string> asked;
  std::vector<Config> children;
};

namespace {

std::size_t line_of(const YAML::Node& node) {
  const YAML::Mark mark = node.Mark();
  return mark.is_null() ? 0 : static_cast<std::size_t>(mark.line) + 1;
}

// What every reader relies on: keys are words and stand once, and whoever walks the whole comes to an end. An alias
// counts each time it is met, so that neither a circle nor a tower of them is walked without end.
class DocumentCheck {
 public:
  explicit DocumentCheck(const std::string& name) : name_(name) {}

  void walk(const YAML::Node& node, int depth = 0) {
    if (depth > Config::deepest) fail(node, "nested more than " + std::to_string(Config::deepest) + " levels deep");
    if (++n_values_ > Config::most_values)
      fail(node, "more than " + std::to_string(Config::most_values) + " values (aliases counted where they stand)");
    if (node.IsSequence())
      for (const YAML::Node& item : node) walk(item, depth + 1);
    if (!node.IsMap()) return;
    std::set<std::string> keys;
    for (const auto& item : node) {
      if (!item.first.IsScalar()) fail(item.first, "a key must be one word");
      if (!keys.insert(item.first.Scalar()).second)
        fail(item.first, "the key \"" + item.first.Scalar() + "\" stands twice");
      walk(item.second, depth + 1);
    }
  }

 private:
  [[noreturn]] void fail(const YAML::Node& node, const std::string& what) const {
    throw InputError(Location{name_, line_of(node)}, what);
  }

  const std::string& name_;
  std::size_t n_values_ = 0;
};

YAML::Node parse_yaml(const std::string& text, const std::string& name) {
  demand_utf8(text, {name, 1});
  try {
    const YAML::Node node = YAML::Load(text);
    DocumentCheck(name).walk(node);
    return node;
  } catch (const YAML::Exception& e) {
    throw InputError(Location{name, e.mark.is_null() ? 0 : static_cast<std::size_t>(e.mark.line) + 1},
                     "not valid YAML: " + e.msg);
  }
}

bool is_control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

// Newlines at the end come with YAML's | and >.
std::string one_line_of(const Config& config, const std::string& key, std::string text) {
  while (text.ends_with('\n')) text.pop_back();
  if (std::any_of(text.begin(), text.end(), is_control))
    throw config.error(key, "\"" + key + "\" must be one line, without control characters");
  return text;
}

// The item of a list that a part of an override names, counted from 0 as messages count ("stages[0]").
YAML::Node item_by_number(const YAML::Node& list, const std::string& word, const std::string& path) {
  const std::optional<std::int64_t> number = parse_integer(word);
  if (number && *number >= 0 && *number < static_cast<std::int64_t>(list.size()))
    return list[static_cast<std::size_t>(*number)];
  throw InputError(
      "override \"" + path + "\": \"" + word + "\" names no item of the list, which has " + std::to_string(list.size()),
      list.size() == 0 ? "Give the whole list: KEY=[...]."
                       : "Items count from 0, as in stages.0.temperature_K=300; KEY=[...] gives the whole list.");
}

// Sets node[a][b]... = value, making mappings on the way; `from` is where in the path this node's key begins.
void set_by_path(YAML::Node node, const std::string& path, std::size_t from, const YAML::Node& value) {
  const std::size_t dot = path.find('.', from);
  const std::string key = path.substr(from, dot == std::string::npos ? dot : dot - from);
  if (key.empty()) throw InputError("override \"" + path + "\" has an empty key", "Write it as section.key=value.");
  if (node.IsSequence()) {
    YAML::Node item = item_by_number(node, key, path);
    if (dot == std::string::npos)
      item = value;
    else
      set_by_path(item, path, dot + 1, value);
    return;
  }
  if (dot == std::string::npos) {
    node[key] = value;
    return;
  }
  if (!node[key] || !(node[key].IsMap() || node[key].IsSequence())) node[key] = YAML::Node(YAML::NodeType::Map);
  set_by_path(node[key], path, dot + 1, value);
}

template <class T>
T convert(const Config& config, const std::string& key, const YAML::Node& node, const char* expected) {
  try {
    if (node.IsScalar()) return node.as<T>();
  } catch (const YAML::BadConversion&) {
    // falls through to the same message
  }
  throw config.error(key, "\"" + key + "\" must be " + expected +
                              (node.IsScalar() ? ", not \"" + node.Scalar() + "\"" : std::string{}));
}

double to_number(const Config& config, const std::string& key, const YAML::Node& node) {
  if (node.IsScalar()) {
    const std::optional<double> value = parse_double(node.Scalar());
    if (value && std::isfinite(*value)) return *value;
  }
  throw config.error(
      key, "\"" + key + "\" must be a number" + (node.IsScalar() ? ", not \"" + node.Scalar() + "\"" : std::string{}));
}

void set_flow_style(YAML::Node node) {
  if (!node.IsMap() && !node.IsSequence()) return;
  node.SetStyle(YAML::EmitterStyle::Flow);
  for (auto item : node) set_flow_style(node.IsMap() ? item.second : YAML::Node(item));
}

std::string in_one_line(const YAML::Node& node) {
  YAML::Node flow = YAML::Clone(node);
  set_flow_style(flow);
  YAML::Emitter out;
  out << flow;
  std::string text = out.c_str();
  std::replace(text.begin(), text.end(), '\n', ' ');
  return text;
}

}  // namespace

Config::Config(const YAML::Node& node, std::string file, std::string prefix)
    : node_(node), file_(std::move(file)), prefix_(std::move(prefix)), tracker_(std::make_shared<Tracker>()) {}

Config Config::load(const std::string& file, const std::vector<std::string>& overrides) {
  demand_size(file, largest_file);
  return parse(read_file(file), file, overrides);
}

Config Config::parse(const std::string& text, const std::string& name, const std::vector<std::string>& overrides) {
  YAML::Node node = parse_yaml(text, name);
  if (node.IsNull()) node = YAML::Node(YAML::NodeType::Map);
  if (!node.IsMap()) throw InputError(Location{name, line_of(node)}, "expected keys and values (key: value)");
  for (const std::string& override : overrides) {
    const std::size_t equals = override.find('=');
    if (equals == std::string::npos)
      throw InputError("\"" + override + "\" is not an override", "Write it as key=value or section.key=value.");
    set_by_path(node, override.substr(0, equals), 0, parse_yaml(override.substr(equals + 1), override));
  }
  return Config(node, name, "");
}

bool Config::has(const std::string& key) const {
  return static_cast<bool>(static_cast<const YAML::Node&>(node_)[key]);
}

bool Config::is_mapping(const std::string& key) const {
  const YAML::Node& node = node_;
  return node[key] && node[key].IsMap();
}

YAML::Node Config::find(const std::string& key) {
  tracker_->asked.insert(key);
  const YAML::Node& node = node_;
  return node[key];
}

YAML::Node Config::require(const std::string& key) {
  YAML::Node node = find(key);
  if (!node) throw InputError(where(), "the key \"" + prefix_ + key + "\" is missing");
  return node;
}

double Config::number(const std::string& key) {
  return to_number(*this, key, require(key));
}
double Config::number(const std::string& key, double fallback) {
  return find(key) ? number(key) : fallback;
}

double Config::positive(const std::string& key) {
  const double value = number(key);
  if (!(value > 0)) throw error(key, "\"" + key + "\" must be positive");
  return value;
}
double Config::positive(const std::string& key, double fallback) {
  return find(key) ? positive(key) : fallback;
}

std::int64_t Config::integer_within(const std::string& key, std::int64_t least, std::int64_t most) {
  const YAML::Node node = require(key);
  const std::string word = node.IsScalar() ? node.Scalar() : std::string{};
  const std::optional<std::int64_t> value = parse_integer(word);
  if (value && *value >= least && *value <= most) return *value;
  const bool is_whole =
      !word.empty() && word.find_first_not_of("0123456789", word.find_first_of("+-") == 0 ? 1 : 0) == std::string::npos;
  throw error(key, "\"" + key + "\" must be a whole number" +
                       (is_whole ? " from " + std::to_string(least) + " to " + std::to_string(most) : std::string{}) +
                       (node.IsScalar() ? ", not \"" + word + "\"" : std::string{}));
}

std::int64_t Config::integer(const std::string& key) {
  return integer<std::int64_t>(key);
}
std::int64_t Config::integer(const std::string& key, std::int64_t fallback) {
  return find(key) ? integer(key) : fallback;
}

bool Config::flag(const std::string& key, bool fallback) {
  const YAML::Node node = find(key);
  return node ? convert<bool>(*this, key, node, "true or false") : fallback;
}

std::string Config::paragraph(const std::string& key) {
  return convert<std::string>(*this, key, require(key), "one word");
}

std::string Config::text(const std::string& key) {
  return one_line_of(*this, key, paragraph(key));
}
std::string Config::text(const std::string& key, const std::string& fallback) {
  return find(key) ? text(key) : fallback;
}

std::string Config::choice(const std::string& key, const std::vector<std::string>& allowed,
                           const std::string& fallback) {
  std::string word = text(key, fallback);
  for (const std::string& a : allowed)
    if (a == word) return word;
  std::string list;
  for (const std::string& a : allowed) list += (list.empty() ? "" : ", ") + a;
  const std::string near = nearest_word(word, allowed);
  throw error(key, "\"" + key + "\" cannot be \"" + word + "\"",
              (near.empty() ? "" : "Did you mean \"" + near + "\"? ") + "It is one of: " + list + ".");
}

std::vector<double> Config::numbers(const std::string& key) {
  const YAML::Node node = require(key);
  if (node.IsScalar()) return {to_number(*this, key, node)};
  if (!node.IsSequence()) throw error(key, "\"" + key + "\" must be a list of numbers");
  std::vector<double> list;
  for (const YAML::Node& item : node) list.push_back(to_number(*this, key, item));
  return list;
}
std::vector<double> Config::numbers(const std::string& key, const std::vector<double>& fallback) {
  return find(key) ? numbers(key) : fallback;
}

std::vector<std::string> Config::paragraphs(const std::string& key) {
  const YAML::Node node = find(key);
  if (!node) return {};
  if (node.IsScalar()) return {node.Scalar()};
  if (!node.IsSequence()) throw error(key, "\"" + key + "\" must be a list of words");
  std::vector<std::string> list;
  for (const YAML::Node& item : node) list.push_back(convert<std::string>(*this, key, item, "a list of words"));
  return list;
}

std::vector<std::string> Config::texts(const std::string& key) {
  require(key);
  std::vector<std::string> list = paragraphs(key);
  for (std::string& item : list) item = one_line_of(*this, key, std::move(item));
  return list;
}
std::vector<std::string> Config::texts(const std::string& key, const std::vector<std::string>& fallback) {
  return find(key) ? texts(key) : fallback;
}

std::vector<Species> Config::elements(const std::string& key) {
  std::vector<Species> list;
  for (const std::string& name : texts(key, {})) {
    try {
      list.push_back(Species::element(name));
    } catch (const InputError& e) {
      throw error(key, e.what());
    }
  }
  return list;
}

std::string Config::resolve(const std::string& name) const {
  if (name.find('\0') != std::string::npos)
    throw InputError(where(), "a name of a file holds the character 0: \"" + name.substr(0, name.find('\0')) + "\"");
  const std::filesystem::path path(name);
  if (path.is_absolute()) return name;
  return (std::filesystem::path(file_).parent_path() / path).lexically_normal().string();
}

std::string Config::path(const std::string& key) {
  return resolve(paragraph(key));
}

std::vector<std::string> Config::paths(const std::string& key) {
  require(key);
  std::vector<std::string> list = paragraphs(key);  // names of files may hold newlines
  for (std::string& name : list) name = resolve(name);
  return list;
}

Config Config::section(const std::string& key) {
  const YAML::Node found = find(key);
  // An absent node cannot be assigned to.
  YAML::Node node = !found || found.IsNull() ? YAML::Node(YAML::NodeType::Map) : found;
  if (!node.IsMap()) throw error(key, "\"" + key + "\" must hold keys and values");
  Config child(node, file_, prefix_ + key + ".");
  tracker_->children.push_back(child);
  return child;
}

std::vector<Config> Config::sections(const std::string& key) {
  const YAML::Node node = find(key);
  std::vector<Config> list;
  if (!node) return list;
  if (!node.IsSequence()) throw error(key, "\"" + key + "\" must be a list");
  for (const YAML::Node& item : node) {
    if (!item.IsMap())
      throw InputError(Location{file_, line_of(item)}, "every item of \"" + key + "\" must hold keys and values");
    Config child(item, file_, prefix_ + key + "[" + std::to_string(list.size()) + "].");
    tracker_->children.push_back(child);
    list.push_back(child);
  }
  return list;
}

Config Config::part(const std::string& key) {
  Config child = section(key);
  tracker_->children.pop_back();  // whatever is set in it later counts as known, too
  return child;
}

std::vector<Config> Config::parts(const std::string& key) {
  std::vector<Config> list = sections(key);
  tracker_->children.erase(tracker_->children.end() - static_cast<std::ptrdiff_t>(list.size()),
                           tracker_->children.end());
  return list;
}

std::vector<std::string> Config::keys() const {
  std::vector<std::string> list;
  for (const auto& item : node_) list.push_back(item.first.Scalar());
  return list;
}

void Config::finish() const {
  for (const auto& item : node_) {
    const std::string key = item.first.Scalar();
    if (tracker_->asked.count(key) != 0) continue;
    const std::vector<std::string> known(tracker_->asked.begin(), tracker_->asked.end());
    const std::string near = nearest_word(key, known);
    std::string list;
    for (const std::string& k : known) list += (list.empty() ? "" : ", ") + k;
    throw InputError(Location{file_, line_of(item.first)}, "unknown key \"" + prefix_ + key + "\"",
                     near.empty() ? "Known here: " + list + "." : "Did you mean \"" + near + "\"?");
  }
  for (const Config& child : tracker_->children) child.finish();
}

Location Config::where(const std::string& key) const {
  const YAML::Node& node = node_;
  if (!key.empty() && node[key]) return {file_, line_of(node[key])};
  return {file_, line_of(node_)};
}

InputError Config::error(const std::string& key, const std::string& what, const std::string& remedy) const {
  return InputError(where(key), what, remedy);
}

std::string Config::dump() const {
  YAML::Emitter out;
  out << node_;
  return out.c_str();
}

std::string Config::one_line() const {
  return in_one_line(node_);
}

std::string Config::one_line(const std::string& key) const {
  const YAML::Node& node = node_;
  return in_one_line(node[key]);
}

}  // namespace vitrion::inline core
