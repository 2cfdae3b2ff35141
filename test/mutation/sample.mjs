import { declareValuePlugin, PluginKind } from "@stryker-mutator/api/plugin";

// Leaves out all functions but every so-manieth, in the order in which they stand; functions inside one go with it.
const every = Number(process.env["MUTATED_EVERY"] ?? "1");
let functions = 0;

function shouldIgnore(path) {
  if (!path.isFunction() || path.getFunctionParent() !== null) return undefined;
  functions += 1;
  return functions % every === 0 ? undefined : "not in the sample";
}

export const strykerPlugins = [declareValuePlugin(PluginKind.Ignore, "sample", { shouldIgnore })];
