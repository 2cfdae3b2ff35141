import type { Described } from "../ports.ts";
import type { CompletedCommand, CompletedOption, CompletedProgram, Values } from "./model.ts";

/** The completion for zsh: a file `_selfballoon` in a folder of `fpath`, or text to be read by `source`. */
export function zshCompletion({ commands, options }: CompletedProgram): string {
  return `#compdef selfballoon
# zsh completion for selfballoon, made from its commands by \`selfballoon completion zsh\`.

_selfballoon() {
  local curcontext=$curcontext state
  local -a line words_with_summaries
  _arguments -C \\
    ${[...options.map(optionSpec), "'1: :->command'", "'*:: :->rest'"].join(" \\\n    ")}
  case $state in
  command)
${described(commands, "    ", "command")}
    ;;
  rest)
    case $line[1] in
${commands.map(commandCase).join("\n")}
    esac
    ;;
  esac
}

_selfballoon_assignments() {
  compset -P '*=' || compadd -S = -- "$@"
}

# Called by the completion system if it loaded this file; read by \`source\` it has to be made known.
if [[ $funcstack[1] == _selfballoon ]]; then
  _selfballoon
else
  compdef _selfballoon selfballoon
fi
`;
}

function commandCase(command: CompletedCommand): string {
  const { name, options, variadic } = command;
  const place = variadic ? "*" : "1";
  const rest = command.arguments === null ? [] : [`'${place}: :${action(command.arguments)}'`];
  return `    ${name})
      _arguments \\
        ${[...options.map(optionSpec), ...rest].join(" \\\n        ")}
      ;;`;
}

function optionSpec({ flag, summary, values, repeatable }: CompletedOption): string {
  const value = values === null ? "" : `: :${action(values)}`;
  const either = values === null ? "" : "=";
  return `'${repeatable ? "*" : ""}${flag}${either}[${quoted(summary.replace(/[[\]:\\]/g, "\\$&"))}]${value}'`;
}

function action(values: Values): string {
  switch (values.kind) {
    case "words":
      return `(${namesOf(values.words)})`;
    case "assignments":
      // The space before it: only our own words are handed over.
      return ` _selfballoon_assignments ${namesOf(values.words)}`;
    case "files":
      return "_files";
    case "folders":
      return "_files -/";
    case "free":
      return "";
  }
}

/** Offer words with what they are for. */
function described(words: readonly Described[], indent: string, what: string): string {
  const rows = words.map(({ name, summary }) => `${indent}  '${quoted(`${name.replaceAll(":", "\\:")}:${summary}`)}'`);
  return `${indent}words_with_summaries=(\n${rows.join("\n")}\n${indent})\n${indent}_describe ${what} words_with_summaries`;
}

function namesOf(words: readonly Described[]): string {
  return words.map(({ name }) => name).join(" ");
}

/** Within single quotes. */
function quoted(text: string): string {
  return text.replaceAll("'", "'\\''");
}
