// The report as JSON, and as files in a folder.
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "vitrion/core/file.hpp"
#include "vitrion/core/json.hpp"
#include "vitrion/core/version.hpp"
#include "vitrion/report/blocks.hpp"
#include "vitrion/report/report.hpp"
#include "vitrion/report/text.hpp"

namespace vitrion::report {
namespace {

namespace fs = std::filesystem;

// A PNG beside the SVG where the system has a renderer; without one the SVG is enough.
bool render_png(const fs::path& svg, const fs::path& png) {
  std::string program = "rsvg-convert", zoom = "--zoom=2", output = "--output=" + png.string(), input = svg.string();
  char* arguments[] = {program.data(), zoom.data(), output.data(), input.data(), nullptr};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  pid_t child = 0;
  const bool started = posix_spawnp(&child, program.c_str(), &actions, nullptr, arguments, environ) == 0;
  posix_spawn_file_actions_destroy(&actions);
  int status = 0;
  return started && waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace

std::vector<std::string> warnings_of(const Report& report) {
  std::vector<std::string> list;
  for (const Section& section : report.sections)
    for (const Block& block : section.blocks) {
      const auto* callout = std::get_if<Callout>(&block);
      if (callout == nullptr || callout->severity < Severity::warning) continue;
      const std::string where = plain_text(section.heading) + ": ";
      for (const Markup& item : callout->details.items) list.push_back(where + plain_text(item));
      if (callout->details.items.empty())
        list.push_back(where + plain_text(callout->text.empty() ? callout->title : callout->text));
    }
  return list;
}

nlohmann::json to_json(const Report& report) {
  validate(report);
  nlohmann::json json{{"generator", std::string(program_name) + " " + version},
                      {"title", report.title},
                      {"subtitle", report.subtitle},
                      {"headlines", nlohmann::json::array()},
                      {"sections", nlohmann::json::array()},
                      {"warnings", warnings_of(report)},
                      {"provenance", nlohmann::json::array()}};
  for (const Headline& h : report.headlines) json["headlines"].push_back(to_json(h));
  for (const Section& section : report.sections) json["sections"].push_back(to_json(section));
  for (const auto& [name, value] : report.provenance) json["provenance"].push_back({{"name", name}, {"value", value}});
  return json;
}

std::vector<fs::path> write_report(const Report& report, const fs::path& folder) {
  std::vector<fs::path> files;
  const auto write = [&](const fs::path& path, const std::string& content) {
    write_file_atomically(path, content);
    files.push_back(path);
  };
  const auto picture = [&](const std::string& id, const std::string& svg) {
    const fs::path stem = folder / "figures" / id;
    write(stem.string() + ".svg", svg);
    if (render_png(stem.string() + ".svg", stem.string() + ".png")) files.emplace_back(stem.string() + ".png");
  };
  const std::string html = to_html(report);
  for (const Section& section : report.sections)
    for (const Block& block : section.blocks)
      std::visit(Overloaded{[](const Paragraph&) {}, [](const List&) {}, [](const Callout&) {}, [](const Table&) {},
                            [&](const Figure& f) { picture(f.id, to_svg(f)); },
                            [&](const StructureView& v) { picture(v.id, to_svg(v)); }},
                 block);
  write(folder / "report.json", json_text(to_json(report), 1) + "\n");
  // Last: whoever sees the page may count on all the rest.
  write(folder / "report.html", html);
  return files;
}

}  // namespace vitrion::report
