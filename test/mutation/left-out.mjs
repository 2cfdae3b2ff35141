import { declareValuePlugin, PluginKind } from "@stryker-mutator/api/plugin";

// What is not changed: what runs when its file is loaded, and in a sample all functions but every so-manieth, in the order in
// which they stand.
const every = Number(process.env["MUTATED_EVERY"] ?? "1");
let functions = 0;

function shouldIgnore(path) {
  if (isMadeAtLoad(path)) return "made when its file is loaded";
  if (!path.isFunction() || path.getFunctionParent() !== null) return undefined;
  functions += 1;
  return functions % every === 0 ? undefined : "not in the sample";
}

/** No single test runs it, and one that loads its file late is taken for one that does: the value is there already. */
function isMadeAtLoad(path) {
  if (path.find((outer) => outer.isFunction() || outer.isClass()) !== null) return false;
  let holdsCode = false;
  path.traverse({
    "Function|Class"(inner) {
      holdsCode = true;
      inner.stop();
    },
  });
  return !holdsCode;
}

export const strykerPlugins = [declareValuePlugin(PluginKind.Ignore, "left-out", { shouldIgnore })];
