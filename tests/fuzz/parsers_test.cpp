// Thousands of damaged files of every format: each must be read or refused with an InputError, nothing else.
//
// The mutations are the same on every machine (a fixed seed and std::mt19937_64). Meant for the asan preset as well.
#include <gtest/gtest.h>

#include <sys/resource.h>

#include <fstream>
#include <random>
#include <utility>

#include "fuzz/samples.hpp"
#include "support.hpp"
#include "vitrion/core/error.hpp"
#include "vitrion/io/frames.hpp"

namespace vitrion::io {
namespace {

constexpr int mutants_per_sample = 1500;

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
    switch (below(9)) {
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
      case 6:
        if (!text.empty()) text[at] = static_cast<char>(text[at] ^ (1 << below(8)));
        break;
      case 7:
        swap_lines(text, at, below(text.size()));
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

  static std::pair<std::size_t, std::size_t> line_at(const std::string& text, std::size_t at) {
    const std::size_t before = at == 0 ? std::string::npos : text.rfind('\n', at - 1);
    const std::size_t begin = before == std::string::npos ? 0 : before + 1;
    return {begin, std::min(text.find('\n', at), text.size()) - begin};
  }

  static void swap_lines(std::string& text, std::size_t a, std::size_t b) {
    const auto [first, first_length] = line_at(text, std::min(a, b));
    const auto [second, second_length] = line_at(text, std::max(a, b));
    if (first + first_length >= second) return;
    const std::string later = text.substr(second, second_length);
    text.replace(second, second_length, text.substr(first, first_length));
    text.replace(first, first_length, later);
  }

  std::mt19937_64 random_;
};

/// Frames of a file up to where it was refused, if it was. Anything but an InputError with file and remedy fails the
/// test.
struct Outcome {
  std::vector<Structure> frames;
  bool refused = false;
};
Outcome read_damaged(const std::filesystem::path& file, const std::string& format, const std::string& content) {
  std::filesystem::remove(file);  // writing into an old file would wait for the disk
  std::ofstream(file, std::ios::binary).write(content.data(), static_cast<std::streamsize>(content.size()));
  ReadOptions options;
  options.format = format;
  Outcome outcome;
  try {
    const auto reader = open_frames(file, options);
    while (auto frame = reader->next()) {
      validate(*frame);
      outcome.frames.push_back(std::move(*frame));
    }
  } catch (const InputError& error) {
    EXPECT_EQ(error.where().file, file.string()) << error.what();
    EXPECT_FALSE(error.remedy().empty()) << error.what();
    outcome.refused = true;
  } catch (const std::exception& error) {
    ADD_FAILURE() << format << ": " << error.what() << " on\n" << content;
  }
  return outcome;
}

class Parsers : public testing::TestWithParam<fuzz::Sample> {};

TEST_P(Parsers, ReadOrRefuseDamagedFiles) {
  limit_memory();
  const fuzz::Sample& sample = GetParam();
  const auto file = test::scratch_folder() / ("sample" + sample.ending);
  ASSERT_FALSE(read_damaged(file, sample.format, sample.content).refused) << "the undamaged sample is not read";
  Mutator mutate(20240229);
  int read = 0;
  for (int i = 0; i < mutants_per_sample; ++i) {
    // Every fifth without the name of the format, so that recognition is tried as well.
    read += read_damaged(file, i % 5 == 0 ? "" : sample.format, mutate(sample.content)).refused ? 0 : 1;
    if (HasFailure()) return;
  }
  EXPECT_LT(read, mutants_per_sample) << "no damage was noticed";
}

// A file cut at any byte: what comes before the frame that was cut is as it was, and nothing is made up. (The very last
// number of a text may lose digits without a trace, so the last frame is not compared.)
TEST_P(Parsers, ReadNothingButWholeFramesOfACutFile) {
  limit_memory();
  const fuzz::Sample& sample = GetParam();
  const auto file = test::scratch_folder() / ("sample" + sample.ending);
  const std::vector<Structure> whole = read_damaged(file, sample.format, sample.content).frames;
  ASSERT_FALSE(whole.empty());
  int refused = 0;
  for (std::size_t length = 0; length < sample.content.size(); ++length) {
    const Outcome cut = read_damaged(file, sample.format, sample.content.substr(0, length));
    refused += cut.refused ? 1 : 0;
    ASSERT_LE(cut.frames.size(), whole.size()) << "cut after " << length << " bytes";
    for (std::size_t f = 0; f + 1 < cut.frames.size(); ++f) {
      ASSERT_EQ(cut.frames[f].positions, whole[f].positions) << "cut after " << length << " bytes";
      ASSERT_EQ(cut.frames[f].labels.energy, whole[f].labels.energy) << "cut after " << length << " bytes";
    }
    if (HasFailure()) return;
  }
  EXPECT_GT(refused, static_cast<int>(sample.content.size() / 4));
}

INSTANTIATE_TEST_SUITE_P(EveryFormat, Parsers, testing::ValuesIn(fuzz::samples()),
                         [](const auto& sample) { return sample.param.name; });

}  // namespace
}  // namespace vitrion::io
