// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "cli/help.hpp"

namespace garboard::cli {

namespace {

std::string names_of_commands() {
  std::string text;
  for (const CommandSpec& command : command_specs())
    (text += text.empty() ? "" : " ") += command.name;
  return text;
}

std::string options_of(Command command) {
  std::string text;
  for (const OptionSpec& option : option_specs())
    if ((option.commands & bit(command)) != 0) (text += text.empty() ? "--" : " --") += option.name;
  return text;
}

std::string spaced(std::string_view choices) {
  std::string text;
  for_each_part(choices, '|',
                [&](std::string_view part) { (text += text.empty() ? "" : " ") += part; });
  return text;
}

bool takes_file(const OptionSpec& option) {
  return option.kind == ValueKind::path || option.kind == ValueKind::list;
}

std::string pattern_of(const CommandSpec& command) {
  std::string text(command.name);
  for_each_part(command.aliases, ' ', [&](std::string_view alias) { (text += "|") += alias; });
  return text;
}

// zsh runs this too, through its bashcompinit.
std::string bash_script() {
  std::string text =
      "_garboard() {\n"
      "  local word=\"${COMP_WORDS[COMP_CWORD]}\" previous=\"${COMP_WORDS[COMP_CWORD-1]}\" "
      "command= w\n"
      "  COMPREPLY=()\n"
      "  case \"$previous\" in\n";
  for (const OptionSpec& option : option_specs()) {
    const std::string name = "    --" + std::string(option.name) + ") ";
    if (option.kind == ValueKind::choice) {
      text += name + "COMPREPLY=($(compgen -W \"" + spaced(option.choices) +
              "\" -- \"$word\")); return;;\n";
    } else if (takes_file(option)) {
      text += name + "COMPREPLY=($(compgen -f -- \"$word\")); return;;\n";
    } else if (option.kind != ValueKind::flag) {
      text += name + "return;;\n";
    }
  }
  text +=
      "  esac\n"
      "  for w in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
      "    case \"$w\" in\n";
  for (const CommandSpec& command : command_specs())
    text +=
        "      " + pattern_of(command) + ") command=" + std::string(command.name) + "; break;;\n";
  text +=
      "    esac\n"
      "  done\n"
      "  case \"$command\" in\n";
  for (const CommandSpec& command : command_specs()) {
    std::string words(command.words);
    if (command.command == Command::help) words = names_of_commands() + " exit-codes";
    text += "    " + std::string(command.name) + ") COMPREPLY=($(compgen -W \"" +
            options_of(command.command);
    if (!words.empty()) text += " " + words;
    text += "\" -- \"$word\"))";
    if (command.command == Command::split) text += "; COMPREPLY+=($(compgen -f -- \"$word\"))";
    text += ";;\n";
  }
  text += "    *) COMPREPLY=($(compgen -W \"" + names_of_commands() + " " +
          options_of(Command::help) +
          "\" -- \"$word\"));;\n"
          "  esac\n"
          "}\n"
          "complete -F _garboard garboard\n";
  return text;
}

std::string fish_script() {
  std::string text = "complete -c garboard -f\n";
  const std::string none = "not __fish_seen_subcommand_from " + names_of_commands();
  for (const CommandSpec& command : command_specs()) {
    const std::string name(command.name);
    text.append("complete -c garboard -n '").append(none).append("' -a ").append(name);
    text.append(" -d '").append(command.summary).append("'\n");
    if (!command.words.empty())
      text += "complete -c garboard -n '__fish_seen_subcommand_from " + name + "' -a '" +
              std::string(command.words) + "'\n";
  }
  text += "complete -c garboard -n '__fish_seen_subcommand_from split' -F\n";
  for (const OptionSpec& option : option_specs()) {
    std::string line = "complete -c garboard -l " + std::string(option.name);
    if (option.letter != '\0') line += std::string(" -s ") + option.letter;
    if (option.commands != every_command) {
      line += " -n '__fish_seen_subcommand_from";
      for (const CommandSpec& command : command_specs()) {
        if ((option.commands & bit(command.command)) == 0) continue;
        line += " " + std::string(command.name);
        if (!command.aliases.empty()) line += " " + std::string(command.aliases);
      }
      line += "'";
    }
    if (option.kind == ValueKind::choice)
      line += " -x -a '" + spaced(option.choices) + "'";
    else if (takes_file(option))
      line += " -r -F";
    else if (option.kind != ValueKind::flag)
      line += " -x";
    std::string help;
    for (const char c : option.help) help += c == '\'' ? std::string("\\'") : std::string(1, c);
    text.append(line).append(" -d '").append(help).append("'\n");
  }
  return text;
}

}  // namespace

std::string completion_script(std::string_view shell) {
  if (shell == "fish") return fish_script();
  if (shell == "zsh") return "autoload -U +X bashcompinit && bashcompinit\n" + bash_script();
  return bash_script();
}

}  // namespace garboard::cli
