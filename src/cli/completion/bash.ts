import type { CompletedCommand, CompletedOption, CompletedProgram, Values } from "./model.ts";

/** The completion for bash; it needs neither bash-completion nor the program itself. */
export function bashCompletion({ commands, options }: CompletedProgram): string {
  return `# bash completion for selfballoon, made from its commands by \`selfballoon completion bash\`.

_selfballoon() {
	local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD - 1]} command=
	local assigned=
	((COMP_CWORD > 1)) && command=\${COMP_WORDS[1]}
	COMPREPLY=()
	# bash takes OPTION=VALUE for three words.
	if [[ $current == "=" ]]; then
		current= assigned=yes
	elif [[ $previous == "=" ]]; then
		previous=\${COMP_WORDS[COMP_CWORD - 2]} assigned=yes
	fi
	case "$command $previous" in
${commands.flatMap(optionCases).join("\n")}
	esac
	# The value of a tunable, or of an option that takes none.
	[[ -z $assigned ]] || return 0
	case "$command \${current:0:1}" in
	" -") _selfballoon_words "${flagsOf(options)}" ;;
	" "*) _selfballoon_words "${commands.map(({ name }) => name).join(" ")}" ;;
${commands.map(flagCase).join("\n")}
${commands.flatMap(argumentCase).join("\n")}
	esac
}

_selfballoon_words() {
	mapfile -t COMPREPLY < <(compgen -W "$1" -- "$current")
}

_selfballoon_assignments() {
	compopt -o nospace
	mapfile -t COMPREPLY < <(compgen -W "$1" -S = -- "$current")
}

_selfballoon_paths() {
	compopt -o filenames
	mapfile -t COMPREPLY < <(compgen "$1" -- "$current")
}

complete -F _selfballoon selfballoon
`;
}

/** What comes after an option with a value. */
function optionCases({ name, options }: CompletedCommand): readonly string[] {
  return options.flatMap(({ flag, values }) =>
    values === null ? [] : [`\t"${name} ${flag}")\n\t\t${action(values)}\n\t\treturn 0\n\t\t;;`],
  );
}

function flagCase({ name, options }: CompletedCommand): string {
  return `\t"${name} -") _selfballoon_words "${flagsOf(options)}" ;;`;
}

function argumentCase(command: CompletedCommand): readonly string[] {
  return command.arguments === null ? [] : [`\t"${command.name} "*) ${action(command.arguments)} ;;`];
}

function action(values: Values): string {
  switch (values.kind) {
    case "words":
    case "assignments":
      return `_selfballoon_${values.kind} "${values.words.map(({ name }) => name).join(" ")}"`;
    case "files":
      return "_selfballoon_paths -f";
    case "folders":
      return "_selfballoon_paths -d";
    case "free":
      return ":";
  }
}

function flagsOf(options: readonly CompletedOption[]): string {
  return options.map(({ flag }) => flag).join(" ");
}
