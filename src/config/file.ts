import { readFileSync, statSync } from "node:fs";
import { parse, TomlError } from "smol-toml";
import { problemOf, type SelfballoonError, selfballoonError } from "../core/errors.ts";
import { describeIssue } from "./issue.ts";
import { type ConfigFile, configFileSchema } from "./schema.ts";

const LIMIT_KIB = 256;

/**
 * Read and check a configuration file. `consequence` is what happens if it is bad, for the error's text.
 * @throws ERR_CONFIG_UNREADABLE, ERR_CONFIG_INVALID naming all that is wrong and the nearest known keys.
 */
export function readConfigFile(file: string, consequence: string): ConfigFile {
  return parseConfigFile(readLimited(file, consequence), file, consequence);
}

/** Check the text of a configuration file. @throws ERR_CONFIG_INVALID. */
export function parseConfigFile(text: string, file: string, consequence: string): ConfigFile {
  let parsed: unknown;
  try {
    parsed = parse(text);
  } catch (thrown) {
    throw selfballoonError("ERR_CONFIG_INVALID", { file, problem: syntaxProblem(thrown), consequence }, thrown);
  }
  const checked = configFileSchema.safeParse(parsed);
  if (checked.success) return checked.data;
  const problem = checked.error.issues.map(describeIssue).join("; ");
  throw selfballoonError("ERR_CONFIG_INVALID", { file, problem, consequence });
}

/** The parser's own text continues with an excerpt over several lines. */
function syntaxProblem(thrown: unknown): string {
  const [problem = ""] = problemOf(thrown).split("\n");
  if (!(thrown instanceof TomlError)) return problem;
  return problem.replace("Invalid TOML document:", `Invalid TOML at line ${thrown.line}, column ${thrown.column}:`);
}

function readLimited(file: string, consequence: string): string {
  const unreadable = (problem: string): SelfballoonError =>
    selfballoonError("ERR_CONFIG_UNREADABLE", { file, limitKib: LIMIT_KIB, problem, consequence });
  try {
    const stat = statSync(file);
    if (!stat.isFile()) throw new Error("it is not a file");
    if (stat.size > LIMIT_KIB * 1024) throw new Error("it is larger");
    return readFileSync(file, "utf8");
  } catch (thrown) {
    throw unreadable(problemOf(thrown));
  }
}
