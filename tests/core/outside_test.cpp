// Text, JSON, files and memory from outside: what is taken, what is refused, and what is left behind.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "support.hpp"
#include "vitrion/core/atomic_file.hpp"
#include "vitrion/core/error.hpp"
#include "vitrion/core/file.hpp"
#include "vitrion/core/folder_lock.hpp"
#include "vitrion/core/json.hpp"
#include "vitrion/core/memory.hpp"
#include "vitrion/core/output_lock.hpp"
#include "vitrion/core/parse_integer_as.hpp"
#include "vitrion/core/plain_path.hpp"
#include "vitrion/core/regular_file.hpp"
#include "vitrion/core/running_hash.hpp"
#include "vitrion/core/utf8.hpp"

namespace vitrion {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

std::string refusal(const std::function<void()>& action) {
  try {
    action();
  } catch (const InputError& e) {
    return e.what();
  }
  return "no error";
}

// Markus Kuhn's stress test for UTF-8 decoders (www.cl.cam.ac.uk/~mgk25/ucs/examples/UTF-8-test.txt): boundaries,
// stray continuation bytes, overlong forms, surrogates.
TEST(Utf8, IsWhatTheStandardSays) {
  for (const char* good : {"", "plain", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xef\xbf\xbd", "\xf0\x90\x80\x80",
                           "\xf4\x8f\xbf\xbf", "\xed\x9f\xbf", "\xee\x80\x80", "12345678\xc3\xbcmore text than eight"})
    EXPECT_FALSE(invalid_utf8(good)) << good;
  for (const char* bad :
       {"\x80", "\xbf", "\xc0\xaf", "\xe0\x80\xaf", "\xf0\x80\x80\xaf", "\xc1\xbf", "\xed\xa0\x80", "\xed\xbf\xbf",
        "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80", "\xfe", "\xff", "\xc3", "\xe2\x82"})
    EXPECT_EQ(invalid_utf8(bad), 0u) << bad;
  EXPECT_EQ(invalid_utf8("0123456789caf\xe9 x"), 13u);
  EXPECT_THAT(refusal([] { demand_utf8("a\nb\ncaf\xe9", {"f.xyz", 7}); }), HasSubstr("f.xyz:9: the text is not UTF-8"));
}

TEST(Json, IsRefusedWhereItsDepthWouldEndTheProgram) {
  for (const int depth : {101, 1000, 200000}) {
    const std::string lists =
        std::string(static_cast<std::size_t>(depth), '[') + std::string(static_cast<std::size_t>(depth), ']');
    EXPECT_THAT(refusal([&] { parse_json(lists, {"f.json"}); }), HasSubstr("f.json: its JSON is nested"));
    EXPECT_THAT(refusal([&] { parse_json(std::string(static_cast<std::size_t>(depth), '['), {"f.json"}); }),
                HasSubstr("nested"));
  }
  EXPECT_EQ(parse_json("[\"[[[\\\"[[\"]", {}).size(), 1u);  // brackets of a text are none
  EXPECT_THAT(refusal([] { parse_json("{\"a\": 1,}", {"f.json"}); }), HasSubstr("f.json: is not valid JSON"));
  EXPECT_THAT(refusal([] { parse_json("[\"caf\xe9\"]", {"f.json"}); }), HasSubstr("f.json"));
}

TEST(Json, NumbersKeepTheirValueOrAreRefused) {
  EXPECT_EQ(json_integer<int>(nlohmann::json(7), "n"), 7);
  for (const char* text : {"4294967300", "-4294967300", "18446744073709551615", "1.5", "\"7\"", "null", "true"})
    EXPECT_THAT(refusal([&] { json_integer<int>(parse_json(text, {}), "n"); }), HasSubstr("n must be a whole number"))
        << text;
}

TEST(Json, NamesOfFilesMayHoldAnything) {
  EXPECT_EQ(json_text(nlohmann::json("caf\xe9.xyz")), "\"caf\xef\xbf\xbd.xyz\"");
}

TEST(Json, ASealShowsEveryChange) {
  const nlohmann::json written = sealed({{"a", 1}, {"b", {0.1, 1e-300, -0.0}}});
  const std::string text = json_text(written, 1);
  EXPECT_EQ(unsealed(parse_json(text, {}), {}).at("a"), 1);
  std::size_t n_seen = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string flipped = text;
    flipped[i] = static_cast<char>(flipped[i] ^ 1);
    try {
      // What still reads as before is no damage: blanks that became another blank.
      if (unsealed(parse_json(flipped, {}), {}, true) != parse_json("{\"a\": 1, \"b\": [0.1, 1e-300, -0.0]}", {}))
        ADD_FAILURE() << flipped;
    } catch (const InputError&) {
      ++n_seen;
    }
  }
  EXPECT_GT(n_seen, text.size() / 2);
}

TEST(Integers, OfTextStayWithinTheirType) {
  EXPECT_EQ(parse_integer_as<int>("2147483647"), 2147483647);
  for (const char* word : {"2147483648", "-2147483649", "4294967297", "-9223372036854775808", "x", ""})
    EXPECT_FALSE(parse_integer_as<int>(word)) << word;
  EXPECT_FALSE(parse_integer_as<std::size_t>("-1"));
}

TEST(Files, ThatNeverEndAreNotRead) {
  for (const char* device : {"/dev/zero", "/dev/null"}) {
    EXPECT_THAT(refusal([&] { read_file(device); }), HasSubstr("is a device"));
    EXPECT_THAT(refusal([&] { content_hash_of_file(device); }), HasSubstr("is a device"));
  }
  const fs::path sparse = test::scratch_folder() / "sparse";
  std::ofstream(sparse) << "x";
  fs::resize_file(sparse, std::uintmax_t{1} << 40);  // takes no place on the disk
  EXPECT_THAT(refusal([&] { read_file(sparse); }), HasSubstr("is larger than"));
}

TEST(Memory, IsAskedForBeforeItIsTaken) {
  demand_memory(1e6, {}, "a table");
  EXPECT_THAT(refusal([] { demand_memory(1e18, {"f", 3}, "the table"); }), HasSubstr("f:3: the table needs 1e+09 GB"));
  EXPECT_THAT(
      refusal([] { with_memory_for({"f"}, "the table", [] { std::vector<double>().resize(std::size_t{1} << 62); }); }),
      HasSubstr("f: there is not enough memory for the table"));
  // In a process that may take no more than it has.
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    const rlimit limit{std::size_t{1} << 30, std::size_t{1} << 30};
    ::setrlimit(RLIMIT_AS, &limit);
    ::_exit(available_memory() <= std::size_t{1} << 30 ? 0 : 1);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
}

TEST(AtomicFile, LeavesNothingUnlessItIsWhole) {
  const fs::path folder = test::scratch_folder();
  {
    AtomicFile file(folder / "a");
    file.write("half");
  }
  EXPECT_TRUE(fs::is_empty(folder));
  // Names as long as the file system has them.
  const fs::path longest = folder / std::string(255, 'x');
  write_file_atomically(longest, "whole");
  EXPECT_EQ(read_file(longest), "whole");
  // What is no file is written to, not replaced.
  write_file_atomically("/dev/null", "gone");
  EXPECT_TRUE(fs::is_character_file("/dev/null"));
}

TEST(AtomicFile, AKilledWriterLeavesNothing) {
  const fs::path folder = test::scratch_folder();
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    AtomicFile file(folder / "a");
    file.write("half");
    ::kill(::getpid(), SIGKILL);
  }
  ::waitpid(child, nullptr, 0);
  std::ofstream(folder / ("b.vitrion-part" + std::to_string(child))) << "half";
  std::ofstream(folder / "data.part3") << "another's";
  const FolderLock lock(folder, 1);
  std::vector<std::string> left;
  for (const auto& entry : fs::directory_iterator(folder)) left.push_back(entry.path().filename().string());
  EXPECT_THAT(left, ::testing::UnorderedElementsAre("lock", "data.part3"));
}

TEST(Locks, AreNoLinks) {
  const fs::path folder = test::scratch_folder();
  std::ofstream(folder / "precious") << "content";
  fs::create_symlink(folder / "precious", folder / "lock");
  EXPECT_THAT(refusal([&] { FolderLock(folder, 0.1); }), HasSubstr("is a link"));
  fs::create_symlink(folder / "precious", folder / "out.mtp.lock");
  EXPECT_THAT(refusal([&] { OutputLock(folder / "out.mtp", 0.1); }), HasSubstr("is a link"));
  EXPECT_EQ(read_file(folder / "precious"), "content");
}

TEST(OutputLock, HasOneOwnerAndGoesWithIt) {
  const fs::path output = test::scratch_folder() / "out.mtp";
  {
    const OutputLock lock(output, 0.1);
    EXPECT_THAT(refusal([&] { OutputLock(output, 0.1); }),
                HasSubstr("process " + std::to_string(::getpid()) + " writes"));
    const OutputLock another(output.parent_path() / "other.mtp", 0.1);
  }
  EXPECT_TRUE(fs::is_empty(output.parent_path()));
  const OutputLock again(output, 0.1);
}

TEST(PlainPath, NamesAnyFileInPlainWords) {
  for (const std::string name :
       {"plain/a.mtp", "m\xc3\xbcnchen", "a b", "a'b\"c", "$x*%&#", "a\nb", "-x", "path:x", "\xe9"}) {
    const std::string word = encoded_path(name);
    EXPECT_EQ(decoded_path(word), fs::path(name));
    EXPECT_EQ(word.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./+,=@~:%"),
              std::string::npos)
        << word;
  }
  EXPECT_EQ(encoded_path("plain/a.mtp"), "plain/a.mtp");
  EXPECT_NE(refusal([] { decoded_path("path:%4"); }), "no error");
  EXPECT_NE(refusal([] { decoded_path("path:%00"); }), "no error");
  const fs::path folder = test::scratch_folder() / "m\xc3\xbcnchen *";
  fs::create_directories(folder);
  const PlainName plain(folder);
  std::ofstream(plain.text() + "/a") << "x";
  EXPECT_EQ(read_file(folder / "a"), "x");
}

TEST(RunningHash, IsThatOfTheWhole) {
  const fs::path file = test::scratch_folder() / "a";
  RunningHash hash;
  std::string whole;
  for (int k = 0; k < 5; ++k) {
    whole += std::string(100000, static_cast<char>('a' + k));
    std::ofstream(file) << whole << "not yet";
    hash.extend(file, whole.size());
    EXPECT_EQ(hash.digest(), content_hash(whole));
  }
  EXPECT_NE(refusal([&] { hash.extend(file, 1 << 30); }), "no error");
}

}  // namespace
}  // namespace vitrion
