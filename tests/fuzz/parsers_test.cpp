// Thousands of damaged files of every format: each must be read or refused with an InputError, nothing else.
//
// The mutations are the same on every machine (a fixed seed and std::mt19937_64). Meant for the asan preset as well.
#include <gtest/gtest.h>

#include <sys/resource.h>

#include <fstream>
#include <random>

#include "core/error.hpp"
#include "fuzz/samples.hpp"
#include "io/frames.hpp"
#include "support.hpp"

namespace vitrion::io {
namespace {

constexpr int mutants_per_sample = 400;

/// A wrong count must not make the reader ask for gigabytes: beyond 512 MB more, allocations fail and so does the test.
void limit_memory() {
#ifndef __SANITIZE_ADDRESS__
  std::size_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  const rlim_t limit = pages * 4096 + (rlim_t{512} << 20);
  const rlimit bounds{limit, RLIM_INFINITY};
  setrlimit(RLIMIT_AS, &bounds);
#endif
}

class Mutator {
 public:
  explicit Mutator(std::uint64_t seed) : random_(seed) {}

  std::string operator()(std::string text) {
    for (std::size_t n = 1 + below(4); n > 0; --n) mutate(text);
    return text;
  }

 private:
  std::size_t below(std::size_t n) { return n == 0 ? 0 : static_cast<std::size_t>(random_() % n); }

  void mutate(std::string& text) {
    static const std::vector<std::string> words{"nan",
                                                "-inf",
                                                "1e400",
                                                "-1",
                                                "0",
                                                "2147483647",
                                                "99999999999999999999",
                                                "1000000000",
                                                "x",
                                                "\n",
                                                "\n\n",
                                                "\"",
                                                "=",
                                                "ITEM:",
                                                "</v>",
                                                "BEGIN_CFG",
                                                "END_CFG",
                                                "Direct",
                                                " ",
                                                std::string(1, '\0'),
                                                "\xff",
                                                "-",
                                                ".",
                                                "1 1 1",
                                                "Li",
                                                "type0",
                                                "type-1",
                                                "[",
                                                "{",
                                                "\r\n"};
    const std::size_t at = below(text.size()), length = 1 + below(std::min<std::size_t>(40, text.size()));
    switch (below(7)) {
      case 0:
        if (!text.empty()) text[at] = static_cast<char>(random_());
        break;
      case 1:
        text.erase(at, length);
        break;
      case 2:
        text.insert(at, text.substr(below(text.size()), length));
        break;
      case 3:
        text.resize(at);
        break;
      case 4:
        text.insert(at, words[below(words.size())]);
        break;
      case 5:
        replace_word(text, at, words[below(words.size())]);
        break;
      default:
        erase_line(text, at);
    }
  }

  static void replace_word(std::string& text, std::size_t at, const std::string& word) {
    const std::size_t begin = text.find_first_not_of(" \n", at);
    if (begin == std::string::npos) return;
    const std::size_t end = std::min(text.find_first_of(" \n", begin), text.size());
    text.replace(begin, end - begin, word);
  }

  static void erase_line(std::string& text, std::size_t at) {
    const std::size_t begin = text.find('\n', at);
    if (begin == std::string::npos) return;
    const std::size_t end = std::min(text.find('\n', begin + 1), text.size());
    text.erase(begin, end - begin);
  }

  std::mt19937_64 random_;
};

/// True when the file was read, false when it was refused; anything else fails the test.
bool survives(const std::filesystem::path& file, const std::string& format, const std::string& content) {
  std::ofstream(file, std::ios::binary).write(content.data(), static_cast<std::streamsize>(content.size()));
  ReadOptions options;
  options.format = format;
  try {
    const auto reader = open_frames(file, options);
    while (const auto frame = reader->next()) validate(*frame);
    return true;
  } catch (const InputError& error) {
    EXPECT_FALSE(std::string(error.what()).empty());
    return false;
  } catch (const std::exception& error) {
    ADD_FAILURE() << format << ": " << error.what() << " on\n" << content;
    return false;
  }
}

class Parsers : public testing::TestWithParam<fuzz::Sample> {};

TEST_P(Parsers, ReadOrRefuseDamagedFiles) {
  limit_memory();
  const fuzz::Sample& sample = GetParam();
  const auto file = test::scratch_folder() / ("sample" + sample.ending);
  ASSERT_TRUE(survives(file, sample.format, sample.content)) << "the undamaged sample is not read";
  Mutator mutate(20240229);
  int read = 0;
  for (int i = 0; i < mutants_per_sample; ++i) {
    // Every fifth without the name of the format, so that recognition is tried as well.
    read += survives(file, i % 5 == 0 ? "" : sample.format, mutate(sample.content)) ? 1 : 0;
    if (HasFailure()) return;
  }
  EXPECT_LT(read, mutants_per_sample) << "no damage was noticed";
}

INSTANTIATE_TEST_SUITE_P(EveryFormat, Parsers, testing::ValuesIn(fuzz::samples()),
                         [](const auto& sample) { return sample.param.name; });

}  // namespace
}  // namespace vitrion::io
