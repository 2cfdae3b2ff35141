import type { Command, Option } from "commander";
import { TUNABLES } from "../../core/tunables.ts";
import type { Described, SimulatorNames } from "../ports.ts";

/** What may stand at a place on the command line. */
export type Values =
  | { readonly kind: "words"; readonly words: readonly Described[] }
  /** A tunable's name with `=` after it; its value is the operator's to say. */
  | { readonly kind: "assignments"; readonly words: readonly Described[] }
  | { readonly kind: "files" }
  | { readonly kind: "folders" }
  /** Something that only the operator knows. */
  | { readonly kind: "free" };

/** One option of a command. */
export interface CompletedOption {
  /** As it is typed, such as `--config`; the long form where there is one. */
  readonly flag: string;
  readonly summary: string;
  /** Null for an option that takes no value. */
  readonly values: Values | null;
  readonly repeatable: boolean;
}

/** One command, as the completions of all shells need it. */
export interface CompletedCommand extends Described {
  readonly options: readonly CompletedOption[];
  /** What its arguments are; null if it has none. */
  readonly arguments: Values | null;
  /** Whether there may be more than one argument. */
  readonly variadic: boolean;
}

/** The whole command line. */
export interface CompletedProgram {
  readonly commands: readonly CompletedCommand[];
  /** Options before any command. */
  readonly options: readonly CompletedOption[];
}

/** What placeholders stand for; those that are not here are the operator's to say. */
type Placeholders = Readonly<Record<string, Values>>;

const HELP: CompletedOption = { flag: "--help", summary: "show how it is used", values: null, repeatable: false };

/** All that can be completed, read from the commands themselves. */
export function completedProgram(program: Command, names: SimulatorNames): CompletedProgram {
  const forOptions = optionPlaceholders(names);
  const forArguments = { ...forOptions, ...argumentPlaceholders(names) };
  const optionsOf = (command: Command): readonly CompletedOption[] => [
    ...command.options.filter(({ hidden }) => !hidden).map((option) => completedOption(option, forOptions)),
    HELP,
  ];
  return {
    options: optionsOf(program),
    commands: program.commands.map((command) => {
      const [argument] = command.registeredArguments;
      return {
        name: command.name(),
        summary: command.description(),
        options: optionsOf(command),
        arguments: argument === undefined ? null : valuesOf(argument.argChoices, argument.name(), forArguments),
        variadic: argument?.variadic ?? false,
      };
    }),
  };
}

const TUNABLE_NAMES: readonly Described[] = TUNABLES.map(({ name, summary }) => ({ name, summary }));

function optionPlaceholders({ policies, cpus }: SimulatorNames): Placeholders {
  return {
    FILE: { kind: "files" },
    SOCKET: { kind: "files" },
    DIR: { kind: "folders" },
    "NAME=VALUE": { kind: "assignments", words: TUNABLE_NAMES },
    POLICY: { kind: "words", words: policies },
    SPEED: wordsOf(cpus),
  };
}

function argumentPlaceholders({ scenarios }: SimulatorNames): Placeholders {
  return {
    NAME: { kind: "words", words: TUNABLE_NAMES },
    SCENARIO: { kind: "words", words: scenarios },
  };
}

function completedOption(option: Option, placeholders: Placeholders): CompletedOption {
  const placeholder = /[<[]([^.>\]]+)/.exec(option.flags)?.[1];
  return {
    flag: option.long ?? option.short ?? option.flags,
    summary: option.description,
    // A value that may be left out is completed by nothing: what follows may be the next option.
    values:
      placeholder === undefined || option.optional ? null : valuesOf(option.argChoices, placeholder, placeholders),
    repeatable: option.variadic || Array.isArray(option.defaultValue),
  };
}

function valuesOf(choices: readonly string[] | undefined, placeholder: string, placeholders: Placeholders): Values {
  return placeholders[placeholder] ?? (choices === undefined ? { kind: "free" } : wordsOf(choices));
}

function wordsOf(names: readonly string[]): Values {
  return { kind: "words", words: names.map((name) => ({ name, summary: "" })) };
}
