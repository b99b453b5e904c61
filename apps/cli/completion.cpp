// vitrion completion: what shells and man need to know of the command line, written from the command line itself.
#include <fmt/format.h>

#include <string>
#include <vector>

#include "cli/commands.hpp"

namespace vitrion::cli {

namespace {

/// A word that may follow a command, and what it is.
struct Word {
  std::string text, description;
};

/// A command as it is typed ("vitrion build slab") and what may follow it.
struct Node {
  std::string path;
  const CLI::App* app;
  std::vector<Word> words;
};

std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

std::vector<Word> words_of(const CLI::App& app) {
  std::vector<Word> words;
  for (const CLI::App* command : app.get_subcommands({})) {
    if (!command->get_name().empty()) words.push_back({command->get_name(), first_line(command->get_description())});
  }
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) {
      words.push_back({"--" + name, first_line(option->get_description())});
    }
  }
  return words;
}

void collect(const CLI::App& app, const std::string& path, std::vector<Node>& nodes) {
  nodes.push_back({path, &app, words_of(app)});
  for (const CLI::App* command : app.get_subcommands({})) {
    if (!command->get_name().empty()) collect(*command, path + " " + command->get_name(), nodes);
  }
}

/// `text` with every character of `special` behind a backslash.
std::string escaped(const std::string& text, const std::string& special) {
  std::string out;
  for (const char c : text) {
    if (special.find(c) != std::string::npos) out += '\\';
    out += c;
  }
  return out;
}

/// In single quotes, as POSIX shells and zsh read them.
std::string in_quotes(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

/// Shell lines that follow the words typed so far to the command they lead to, in $at. `typed` expands to those words.
std::string find_command(const std::vector<Node>& nodes, const std::string& typed) {
  std::string out = fmt::format("  local at=vitrion word\n  for word in {}; do\n    case \"$at $word\" in\n", typed);
  for (const Node& node : nodes) {
    if (node.app->get_parent() != nullptr)
      out += fmt::format("      {}) at={} ;;\n", in_quotes(node.path), in_quotes(node.path));
  }
  return out + "    esac\n  done\n";
}

std::string bash(const std::vector<Node>& nodes) {
  std::string out = "# bash completion of vitrion, from `vitrion completion bash`\n_vitrion() {\n";
  out += find_command(nodes, "\"${COMP_WORDS[@]:1:COMP_CWORD-1}\"") + "  local choices=\n  case \"$at\" in\n";
  for (const Node& node : nodes) {
    std::string words;
    for (const Word& word : node.words) words += (words.empty() ? "" : " ") + word.text;
    out += fmt::format("    {}) choices={} ;;\n", in_quotes(node.path), in_quotes(words));
  }
  return out +
         "  esac\n  COMPREPLY=($(compgen -W \"$choices\" -- \"${COMP_WORDS[COMP_CWORD]}\"))\n}\n"
         "complete -o default -F _vitrion vitrion\n";
}

std::string zsh(const std::vector<Node>& nodes) {
  std::string out = "#compdef vitrion\n# zsh completion of vitrion, from `vitrion completion zsh`\n_vitrion() {\n";
  out += find_command(nodes, "${words[2,CURRENT-1]}") + "  local -a choices\n  case \"$at\" in\n";
  for (const Node& node : nodes) {
    std::string words;
    for (const Word& word : node.words) {
      words += " " + in_quotes(escaped(word.text, ":\\") + ":" + escaped(word.description, "\\"));
    }
    out += fmt::format("    {}) choices=({}) ;;\n", in_quotes(node.path), words);
  }
  return out +
         "  esac\n  _describe vitrion choices\n  _files\n}\n"
         "if [ \"$funcstack[1]\" = _vitrion ]; then _vitrion \"$@\"; else compdef _vitrion vitrion; fi\n";
}

/// True of fish once all words of the path were typed.
std::string fish_condition(const std::string& path) {
  std::string out;
  for (const std::string& name : CLI::detail::split(path, ' ')) {
    if (name == "vitrion") continue;
    out += (out.empty() ? "" : "; and ") + ("__fish_seen_subcommand_from " + name);
  }
  return out.empty() ? "__fish_use_subcommand" : out;
}

std::string fish(const std::vector<Node>& nodes) {
  std::string out = "# fish completion of vitrion, from `vitrion completion fish`\n";
  for (const Node& node : nodes) {
    for (const Word& word : node.words) {
      const bool is_option = word.text.starts_with("--");
      out +=
          fmt::format("complete -c vitrion -n '{}' {} {} -d '{}'\n", fish_condition(node.path), is_option ? "-l" : "-a",
                      is_option ? word.text.substr(2) : word.text, escaped(word.description, "\\'"));
    }
  }
  return out;
}

/// Text as roff takes it word for word.
std::string roff(const std::string& text) {
  std::string out;
  for (const std::string& line : CLI::detail::split(text, '\n')) {
    out += line.starts_with('.') || line.starts_with('\'') ? "\\&" : "";
    for (const char c : line) out += c == '\\' ? std::string("\\e") : c == '-' ? std::string("\\-") : std::string(1, c);
    out += '\n';
  }
  return out;
}

/// What `--help` says. App::help() would speak of the command that is running instead.
std::string help(const Node& node) {
  return node.app->get_formatter()->make_help(node.app, node.path, CLI::AppFormatMode::Normal);
}

std::string man(const std::vector<Node>& nodes) {
  std::string out =
      ".TH VITRION 1\n.SH NAME\nvitrion \\- from DFT data to ion transport in amorphous battery materials\n";
  for (const Node& node : nodes) {
    out += fmt::format(".SH {}\n.nf\n{}.fi\n", node.app->get_parent() == nullptr ? "SYNOPSIS" : node.path,
                       roff(help(node)));
  }
  return out;
}

}  // namespace

void add_completion(CLI::App& app) {
  auto* command =
      app.add_subcommand("completion", "completion for bash, zsh or fish, or the man page, to standard output");
  command->footer("Example: vitrion completion bash > ~/.local/share/bash-completion/completions/vitrion");
  const std::vector<std::pair<std::string, std::string (*)(const std::vector<Node>&)>> kinds = {
      {"bash", bash}, {"zsh", zsh}, {"fish", fish}, {"man", man}};
  for (const auto& [name, write] : kinds) {
    command->add_subcommand(name, name == "man" ? "the man page" : "completion for " + name)
        ->callback([&app, write = write] {
          std::vector<Node> nodes;
          collect(app, "vitrion", nodes);
          fmt::print("{}", write(nodes));
        });
  }
  command->require_subcommand(1);
}

}  // namespace vitrion::cli
