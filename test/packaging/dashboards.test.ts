import { writeFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { describe, expect, it } from "vitest";
import { PROJECT, readProjectFile } from "../support/docs.ts";
import { temporaryFolder } from "../support/trees.ts";
import { hasTool, run } from "./tools.ts";

const CHECK_DEADLINE_MS = 120_000;

interface Dashboard {
  readonly panels: readonly {
    readonly id: number;
    readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
    readonly targets?: readonly { readonly expr: string }[];
  }[];
  readonly templating: { readonly list: readonly { readonly name: string }[] };
}

/** What the compiler says of a dashboard whose text stands where Grafana's type of one is asked for. */
function complaintsOf(text: string): readonly string[] {
  const file = join(PROJECT, "test/packaging/a-dashboard.ts");
  const source = `import type { GrafanaDashboard } from "./grafana-types.ts";\nexport const one: GrafanaDashboard = ${text};\n`;
  const options: ts.CompilerOptions = {
    ...{ strict: true, noEmit: true, skipLibCheck: true, allowImportingTsExtensions: true, types: [] },
    ...{ module: ts.ModuleKind.NodeNext, target: ts.ScriptTarget.ES2023 },
  };
  const host = ts.createCompilerHost(options);
  const { getSourceFile } = host;
  host.getSourceFile = (name, ...rest) =>
    name === file ? ts.createSourceFile(name, source, ts.ScriptTarget.ES2023) : getSourceFile(name, ...rest);
  const program = ts.createProgram([file], options, host);
  return ts.getPreEmitDiagnostics(program).map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, " "));
}

const NAMES = ["selfballoon", "selfballoon-fleet"];

describe.each(NAMES)("the Grafana dashboard %s", (name) => {
  const text = readProjectFile(`packaging/grafana/${name}.json`);
  const { panels, templating } = JSON.parse(text) as Dashboard;

  it("is one by Grafana's own types", { timeout: CHECK_DEADLINE_MS }, () => {
    expect(complaintsOf(text)).toEqual([]);
  });

  it("uses no variable but its own", () => {
    const names = templating.list.map((one) => one.name);
    const used = [...text.matchAll(/\$\{?([a-z]+)\b/g)].map(([, variable = ""]) => variable);
    expect(names).toContain("datasource");
    expect(used.filter((variable) => !names.includes(variable))).toEqual([]);
  });

  it("has no two panels in one place, nor with one number", () => {
    const places = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)},${y + Math.floor(cell / w)}`),
    );
    expect(new Set(places).size).toBe(places.length);
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  });

  it.skipIf(!hasTool("promtool"))("asks in PromQL that Prometheus understands", () => {
    const folder = temporaryFolder();
    const expressions = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
    const rules = expressions.map((expr, index) => ({
      record: `panel_${index}`,
      expr: expr.replaceAll("$__rate_interval", "5m"),
    }));
    // JSON is YAML, too.
    writeFileSync(join(folder, "rules.yml"), JSON.stringify({ groups: [{ name: "dashboard", rules }] }));
    const { exitCode, stderr } = run("promtool", ["check", "rules", "rules.yml"], folder);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  });
});

describe("Grafana's own types", () => {
  it.each([
    ["a key that there is not", '"gridPos"', '"gridpos"'],
    ["a choice that there is not", '"displayMode": "list"', '"displayMode": "lists"'],
    ["a kind of panel that there is not", '"type": "stat"', '"type": "singlestat"'],
    ["words for a number", '"refresh": 2', '"refresh": "2"'],
  ])("refuse a dashboard with %s", { timeout: CHECK_DEADLINE_MS }, (_, right, wrong) => {
    const text = readProjectFile("packaging/grafana/selfballoon.json");
    expect(text).toContain(right);
    expect(complaintsOf(text.replace(right, wrong))).not.toEqual([]);
  });
});
