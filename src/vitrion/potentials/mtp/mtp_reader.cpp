// Reads `.mtp` and `.almtp` files.
#include "vitrion/potentials/mtp/mtp_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <set>

#include "vitrion/core/error.hpp"
#include "vitrion/core/file.hpp"
#include "vitrion/core/memory.hpp"
#include "vitrion/core/parse_integer_as.hpp"
#include "vitrion/core/text.hpp"
#include "vitrion/core/utf8.hpp"

namespace vitrion::potentials::mtp {
namespace {

// Words and punctuation of the file, with line numbers for messages.
class Scanner {
 public:
  Scanner(std::string_view text, std::string file) : text_(text), file_(std::move(file)) {}

  [[noreturn]] void fail(const std::string& what, const std::string& remedy = {}) const {
    throw InputError(Location{file_, line_}, what, remedy);
  }

  // The next byte that is not blank, 0 at the end.
  char peek() {
    skip_blanks();
    return position_ < text_.size() ? text_[position_] : '\0';
  }
  std::size_t position() const { return position_; }

  std::string_view word(const char* expected) {
    skip_blanks();
    const std::size_t begin = position_;
    while (position_ < text_.size() && !is_blank(text_[position_]) && !is_punctuation(text_[position_])) ++position_;
    if (begin == position_) fail(fmt::format("expected {}{}", expected, found()));
    return text_.substr(begin, position_ - begin);
  }

  void punctuation(char c) {
    if (peek() != c) fail(fmt::format("expected '{}'{}", c, found()));
    ++position_;
  }

  // Up to the end of the line, without blanks at its ends.
  std::string_view rest_of_line() {
    const std::size_t begin = position_;
    position_ = std::min(text_.find('\n', position_), text_.size());
    demand_utf8(text_.substr(begin, position_ - begin), {file_, line_});
    return trim(text_.substr(begin, position_ - begin));
  }

  double number() {
    const std::string_view w = word("a number");
    const std::optional<double> value = parse_double(w);
    if (!value || !std::isfinite(*value)) fail(fmt::format("\"{}\" is not a finite number", w));
    return *value;
  }

  int integer() {
    const std::string_view w = word("an integer");
    const std::optional<int> value = parse_integer_as<int>(w);
    if (!value) fail(fmt::format("\"{}\" is not an integer in range", w));
    return *value;
  }

  // {item, item, ...}, perhaps empty.
  template <class Item>
  void list(Item item) {
    punctuation('{');
    if (peek() == '}') return punctuation('}');
    while (true) {
      item();
      if (peek() == '}') return punctuation('}');
      punctuation(',');
    }
  }

 private:
  static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
  static bool is_punctuation(char c) { return c == '{' || c == '}' || c == ',' || c == '='; }

  void skip_blanks() {
    for (; position_ < text_.size() && is_blank(text_[position_]); ++position_)
      if (text_[position_] == '\n') ++line_;
  }

  std::string found() const {
    if (position_ >= text_.size()) return ", the file ends here: it was cut";
    const unsigned char c = static_cast<unsigned char>(text_[position_]);
    return c >= 32 && c < 127 ? fmt::format(", found '{}'", text_[position_]) : fmt::format(", found byte {}", c);
  }

  std::string_view text_;
  std::string file_;
  std::size_t position_ = 0;
  std::size_t line_ = 1;
};

// Reads one file: a handler for every keyword, then the checks that need all of it.
class Parser {
 public:
  Parser(std::string_view text, const std::string& file) : text_(text), scan_(text, file), file_(file) {
    add_keywords();
  }

  MtpParameters parse() {
    if (trim(scan_.rest_of_line()) != "MTP") scan_.fail("the first line of an MTP file must be \"MTP\"");
    std::size_t end = scan_.position();
    while (true) {
      const char next = scan_.peek();
      if (next == '\0' && scan_.position() >= text_.size()) break;
      if (next == '#' || next == '^') {
        p_.selection_state = std::string(text_.substr(end));
        break;
      }
      read_keyword();
      end = scan_.position();
    }
    finish();
    return std::move(p_);
  }

 private:
  using Handler = std::function<void()>;

  void add_keywords() {
    const auto value = [this](Handler read) {
      return [this, read = std::move(read)] {
        scan_.punctuation('=');
        read();
      };
    };
    keywords_["version"] = value([this] {
      if (const auto v = scan_.word("a version"); v != "1.1.0")
        scan_.fail(fmt::format("version {} of the MTP format is not known", v), "Vitrion reads version 1.1.0.");
    });
    keywords_["potential_name"] = value([this] { p_.potential_name = std::string(scan_.rest_of_line()); });
    keywords_["potential_tag"] = value([this] { read_tag(); });
    keywords_["scaling"] = value([this] { p_.scaling *= scan_.number(); });
    keywords_["species_count"] = value([this] { species_count_ = count(0, 1000); });
    keywords_["radial_basis_type"] = value([this] { read_basis_type(); });
    for (const char* name : {"min_dist", "min_val"}) keywords_[name] = value([this] { p_.min_dist = scan_.number(); });
    for (const char* name : {"max_dist", "max_val"}) keywords_[name] = value([this] { p_.max_dist = scan_.number(); });
    for (const char* name : {"radial_basis_size", "basis_size"})
      keywords_[name] = value([this] { p_.radial_basis_size = count(1, 1000); });
    keywords_["magnetic_basis_type"] = [this] { scan_.fail("magnetic moment tensor potentials are not supported"); };
    keywords_["radial_funcs_count"] = value([this] { p_.radial_funcs_count = count(1, 1000); });
    keywords_["radial_coeffs"] = [this] { read_radial_coeffs(); };
    keywords_["alpha_moments_count"] = value([this] { p_.tables.moments_count = count(1); });
    keywords_["alpha_index_basic_count"] = value([this] { basic_count_ = count(1); });
    keywords_["alpha_index_basic"] = value([this] { read_basics(); });
    keywords_["alpha_index_times_count"] = value([this] { times_count_ = count(0); });
    keywords_["alpha_index_times"] = value([this] { read_products(); });
    keywords_["alpha_scalar_moments"] = value([this] { scalar_count_ = count(1); });
    keywords_["alpha_moment_mapping"] =
        value([this] { scan_.list([this] { p_.tables.scalars.push_back(scan_.integer()); }); });
    keywords_["species_coeffs"] = value([this] { read_numbers(p_.species_coeffs); });
    keywords_["moment_coeffs"] = value([this] { read_numbers(p_.moment_coeffs); });
  }

  void read_keyword() {
    const std::string word(scan_.word("a keyword"));
    const auto keyword = keywords_.find(word);
    if (keyword == keywords_.end()) {
      std::vector<std::string> known;
      for (const auto& [name, handler] : keywords_) known.push_back(name);
      const std::string near = nearest_word(word, known);
      scan_.fail(fmt::format("\"{}\" is no keyword of an MTP file", word),
                 near.empty() ? std::string{} : fmt::format("Did you mean {}?", near));
    }
    // scaling may stand twice: for the potential and inside the radial basis.
    if (!seen_.insert(word).second && word != "scaling") scan_.fail(word + " stands twice");
    keyword->second();
  }

  int count(int least, int most = 100'000'000) {
    const int n = scan_.integer();
    if (n < least || n > most) scan_.fail(fmt::format("{} is no sensible count: {} to {}", n, least, most));
    return n;
  }

  void read_numbers(std::vector<double>& to) {
    scan_.list([&] { to.push_back(scan_.number()); });
  }

  // Vitrion's word with the element names; everything else stays the user's tag.
  void read_tag() {
    std::string tag;
    for (const std::string_view word : split_words(scan_.rest_of_line())) {
      if (word.starts_with(species_word)) {
        try {
          names_ = parse_species_list(word.substr(species_word.size()));
        } catch (const InputError& error) {
          scan_.fail(fmt::format("the species in potential_tag: {}", error.what()));
        }
      } else {
        tag += (tag.empty() ? "" : " ") + std::string(word);
      }
    }
    p_.potential_tag = tag;
  }

  void read_basis_type() {
    const std::string_view name = scan_.word("the name of a radial basis");
    for (const RadialBasis basis : {RadialBasis::chebyshev, RadialBasis::chebyshev_repulsive})
      if (name == name_of(basis)) {
        p_.radial_basis = basis;
        return;
      }
    scan_.fail(fmt::format("the radial basis {} is not supported", name),
               "Vitrion knows RBChebyshev and RBChebyshev_repuls; train the potential anew with one of them.");
  }

  void read_radial_coeffs() {
    if (p_.radial_funcs_count < 1 || !seen_.count("radial_funcs_count"))
      scan_.fail("radial_funcs_count must come before radial_coeffs");
    while (scan_.peek() >= '0' && scan_.peek() <= '9') {
      pair_labels_.push_back(read_label());
      for (int mu = 0; mu < p_.radial_funcs_count; ++mu) {
        const std::size_t before = p_.radial_coeffs.size();
        read_numbers(p_.radial_coeffs);
        if (p_.radial_coeffs.size() - before != static_cast<std::size_t>(p_.radial_basis_size))
          scan_.fail(fmt::format("a radial function has {} coefficients, radial_basis_size is {}",
                                 p_.radial_coeffs.size() - before, p_.radial_basis_size));
      }
    }
  }

  std::pair<int, int> read_label() {
    const std::string_view label = scan_.word("a pair of species such as 0-1");
    const std::size_t dash = label.find('-');
    const auto first = parse_integer(label.substr(0, dash));
    const auto second = dash == std::string_view::npos ? std::nullopt : parse_integer(label.substr(dash + 1));
    if (!first || !second || *first < 0 || *second < 0 || *first > 999 || *second > 999)
      scan_.fail(fmt::format("\"{}\" is no pair of species; 0-1 would be one", label));
    return {static_cast<int>(*first), static_cast<int>(*second)};
  }

  void read_basics() {
    scan_.list([this] {
      int index[4], n = 0;
      scan_.list([&] {
        if (n == 4) scan_.fail("a basic moment has four indices: mu, nx, ny, nz");
        index[n++] = scan_.integer();
      });
      if (n != 4) scan_.fail("a basic moment has four indices: mu, nx, ny, nz");
      p_.tables.basic.push_back({index[0], index[1], index[2], index[3]});
    });
  }

  void read_products() {
    scan_.list([this] {
      int index[4], n = 0;
      scan_.list([&] {
        if (n == 4) scan_.fail("a product has four numbers: two sources, multiplicity, target");
        index[n++] = scan_.integer();
      });
      if (n != 4) scan_.fail("a product has four numbers: two sources, multiplicity, target");
      p_.tables.products.push_back({index[0], index[1], index[2], index[3]});
    });
  }

  void finish() {
    for (const char* needed : {"radial_basis_type", "radial_funcs_count", "alpha_moments_count", "alpha_index_basic",
                               "alpha_index_times", "alpha_moment_mapping"})
      if (!seen_.count(needed)) scan_.fail(fmt::format("the file has no {}: it is incomplete", needed));
    const auto agree = [this](const char* name, std::optional<int> declared, std::size_t found) {
      if (declared && static_cast<std::size_t>(*declared) != found)
        scan_.fail(fmt::format("{} is {}, but {} entries follow", name, *declared, found));
    };
    agree("alpha_index_basic_count", basic_count_, p_.tables.basic.size());
    agree("alpha_index_times_count", times_count_, p_.tables.products.size());
    agree("alpha_scalar_moments", scalar_count_, p_.tables.scalars.size());
    const int coefficient_lists =
        static_cast<int>(seen_.count("radial_coeffs") + seen_.count("species_coeffs") + seen_.count("moment_coeffs"));
    if (coefficient_lists != 0 && coefficient_lists != 3)
      scan_.fail("radial_coeffs, species_coeffs and moment_coeffs must all be there, or none (a template)");
    // Every moment is a basic one or made by a product.
    const std::size_t made = p_.tables.basic.size() + p_.tables.products.size();
    if (static_cast<std::size_t>(p_.tables.moments_count) > made)
      scan_.fail(
          fmt::format("alpha_moments_count is {}, but the tables make {} moments", p_.tables.moments_count, made));
    finish_species();
    const auto n = static_cast<double>(p_.species.size());
    demand_memory(n * n * p_.radial_funcs_count * p_.radial_basis_size * sizeof(double), {file_},
                  "its radial functions", "Check species_count, radial_funcs_count and radial_basis_size.");
    validate(p_, file_);
  }

  void finish_species() {
    if (!pair_labels_.empty()) take_labels();
    const std::size_t n = species_count_ ? static_cast<std::size_t>(*species_count_) : p_.labels.size();
    if (!p_.labels.empty() && p_.labels.size() != n)
      scan_.fail(fmt::format("species_count is {}, radial_coeffs are given for {} species", n, p_.labels.size()));
    if (!names_.empty() && names_.size() != n)
      scan_.fail(fmt::format("potential_tag names {} species, the potential has {}", names_.size(), n));
    p_.species = names_;
    if (names_.empty())
      for (std::size_t s = 0; s < n; ++s)
        p_.species.push_back(Species::type(p_.labels.empty() ? static_cast<int>(s) : p_.labels[s]));
    bool plain = true;
    for (std::size_t s = 0; s < p_.labels.size(); ++s) plain = plain && p_.labels[s] == static_cast<int>(s);
    if (plain) p_.labels.clear();
  }

  // All ordered pairs, first species slowest.
  void take_labels() {
    const auto n = static_cast<std::size_t>(std::lround(std::sqrt(static_cast<double>(pair_labels_.size()))));
    if (n * n != pair_labels_.size())
      scan_.fail(
          fmt::format("radial_coeffs hold {} pairs: not all pairs of any number of species", pair_labels_.size()));
    for (std::size_t s = 0; s < n; ++s) p_.labels.push_back(pair_labels_[s].second);
    for (std::size_t a = 0; a < n; ++a)
      for (std::size_t b = 0; b < n; ++b)
        if (pair_labels_[a * n + b] != std::pair(p_.labels[a], p_.labels[b]))
          scan_.fail(fmt::format("pair {} of radial_coeffs is labelled {}-{}, expected {}-{}", a * n + b + 1,
                                 pair_labels_[a * n + b].first, pair_labels_[a * n + b].second, p_.labels[a],
                                 p_.labels[b]));
    if (std::set<int>(p_.labels.begin(), p_.labels.end()).size() != n)
      scan_.fail("two species have the same label in radial_coeffs");
  }

  std::string_view text_;
  Scanner scan_;
  std::string file_;
  MtpParameters p_;
  std::map<std::string, Handler> keywords_;
  std::set<std::string> seen_;
  std::vector<Species> names_;
  std::vector<std::pair<int, int>> pair_labels_;
  std::optional<int> species_count_, basic_count_, times_count_, scalar_count_;
};

}  // namespace

bool looks_like_mtp(std::string_view text) {
  return text.starts_with("MTP\n") || text.starts_with("MTP\r\n");
}

MtpParameters parse_mtp(std::string_view text, const std::string& file) {
  return Parser(text, file).parse();
}

MtpParameters read_mtp(const std::filesystem::path& file) {
  return parse_mtp(read_file(file), file.string());
}

}  // namespace vitrion::potentials::mtp
