// Strict reading of YAML: every key is known, every value has its type, every error names file and line.
#pragma once

#include <yaml-cpp/yaml.h>

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "vitrion/core/error.hpp"
#include "vitrion/core/species.hpp"

namespace vitrion::inline core {

/// One mapping of a YAML document, read key by key.
///
///     Config config = Config::load("train.yaml", {"loss.energy_weight=2"});
///     const double r_max = config.number("r_max");                  // required
///     const int level = config.integer<int>("level", 16);           // with default
///     Config loss = config.section("loss");
///     config.finish();   // an unread key is an InputError with the nearest valid key
///
/// Relative paths in a file are meant relative to that file: use `path`.
class Config {
 public:
  static constexpr int deepest = 64;                     ///< levels of nesting
  static constexpr std::size_t largest_file = 64 << 20;  ///< bytes
  static constexpr std::size_t most_values = 1'000'000;  ///< with what aliases repeat

  /// Reads a file, then applies overrides "a.b=value" (value is YAML); in lists a number, from 0, names the item:
  /// "stages.0.temperature_K=300". Throws InputError on bad syntax, text that is not UTF-8, keys that stand twice or
  /// are no words, nesting beyond `deepest`, and files beyond `largest_file`.
  static Config load(const std::string& file, const std::vector<std::string>& overrides = {});
  /// The same from text; `name` stands for the file in messages.
  static Config parse(const std::string& text, const std::string& name = "<text>",
                      const std::vector<std::string>& overrides = {});

  bool has(const std::string& key) const;
  /// Whether a key is there and holds keys and values of its own: what `section` reads.
  bool is_mapping(const std::string& key) const;

  double number(const std::string& key);
  double number(const std::string& key, double fallback);
  /// A number above 0. Throws InputError at the key's line.
  double positive(const std::string& key);
  double positive(const std::string& key, double fallback);
  std::int64_t integer(const std::string& key);
  std::int64_t integer(const std::string& key, std::int64_t fallback);
  /// A whole number that `Int` can hold (of unsigned ones: up to 2^63 - 1), else InputError at the key's line.
  template <class Int>
  Int integer(const std::string& key) {
    constexpr std::int64_t least = static_cast<std::int64_t>(std::numeric_limits<Int>::min());
    constexpr std::int64_t most = std::in_range<std::int64_t>(std::numeric_limits<Int>::max())
                                      ? static_cast<std::int64_t>(std::numeric_limits<Int>::max())
                                      : std::numeric_limits<std::int64_t>::max();
    return static_cast<Int>(integer_within(key, least, most));
  }
  template <class Int>
  Int integer(const std::string& key, std::type_identity_t<Int> fallback) {
    return find(key) ? integer<Int>(key) : fallback;
  }
  bool flag(const std::string& key, bool fallback);
  /// Text of one line: it may stand in a line of a script, a table or a message. Newlines at its end are cut.
  std::string text(const std::string& key);
  std::string text(const std::string& key, const std::string& fallback);
  /// Text of any number of lines.
  std::string paragraph(const std::string& key);
  /// One of `allowed`, else InputError with the nearest.
  std::string choice(const std::string& key, const std::vector<std::string>& allowed, const std::string& fallback);
  std::vector<double> numbers(const std::string& key);
  std::vector<double> numbers(const std::string& key, const std::vector<double>& fallback);
  /// A list of texts of one line, or one.
  std::vector<std::string> texts(const std::string& key);
  std::vector<std::string> texts(const std::string& key, const std::vector<std::string>& fallback);
  /// A list of texts of any number of lines, or one; absent: empty.
  std::vector<std::string> paragraphs(const std::string& key);
  /// A list of chemical symbols, or one; absent: empty.
  std::vector<Species> elements(const std::string& key);
  /// A file name, relative to the folder of the YAML file.
  std::string path(const std::string& key);
  std::vector<std::string> paths(const std::string& key);

  /// A mapping below this one; an absent one reads as empty.
  Config section(const std::string& key);
  /// A list of mappings; absent: empty.
  std::vector<Config> sections(const std::string& key);
  /// The same for what another reader checks key by key: here only the form is read, and every key counts as known.
  Config part(const std::string& key);
  std::vector<Config> parts(const std::string& key);
  /// The keys of this mapping in the order of the file (marks none as read).
  std::vector<std::string> keys() const;

  /// Sets a key, as an override does: for what the reader of a section is to find there beside what the user wrote.
  void set(const std::string& key, const std::string& value) { node_[key] = value; }

  /// Marks a key as read, whatever it holds: for what is handed on to another reader.
  void accept(const std::string& key) { find(key); }

  /// Throws InputError at the first key nobody asked for, naming the nearest one that was asked for. Sections handed
  /// out by `section` are checked by it too.
  void finish() const;

  /// An InputError at the line of `key`.
  InputError error(const std::string& key, const std::string& what, const std::string& remedy = {}) const;
  Location where(const std::string& key = {}) const;
  /// The mapping as YAML text with every override applied: what the run is made of, for hashing and provenance.
  std::string dump() const;
  /// The same in one line, {key: value, ...}: for provenance inside a line of a file.
  std::string one_line() const;
  /// What stands behind a key that is there, in one line.
  std::string one_line(const std::string& key) const;

 private:
  struct Tracker;
  Config(const YAML::Node& node, std::string file, std::string prefix);
  YAML::Node find(const std::string& key);
  std::int64_t integer_within(const std::string& key, std::int64_t least, std::int64_t most);
  YAML::Node require(const std::string& key);
  std::string resolve(const std::string& name) const;

  YAML::Node node_;
  std::string file_;
  std::string prefix_;
  std::shared_ptr<Tracker> tracker_;
};

}  // namespace vitrion::inline core
