import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { SAFETIES } from "../../src/core/guard/safeties.ts";
import { readProjectFile } from "../support/docs.ts";
import { temporaryFolder } from "../support/trees.ts";
import { metricNames, metricsIn } from "./metric-names.ts";
import { hasTool, run } from "./tools.ts";

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly { readonly expr: string }[];
}

interface Dashboard {
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly query: unknown }[] };
}

const text = readProjectFile("packaging/grafana/selfballoon.json");
const { panels, templating } = JSON.parse(text) as Dashboard;
const expressions = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));

describe("the Grafana dashboard", () => {
  it("shows only metrics that there are", async () => {
    const names = await metricNames();
    const used = metricsIn([...expressions, ...templating.list.map(({ query }) => JSON.stringify(query))].join("\n"));
    expect(used.length).toBeGreaterThan(10);
    expect(used.filter((name) => !names.has(name))).toEqual([]);
  });

  it("leaves no metric out but sums of the histogram", async () => {
    const used = metricsIn(text);
    const left = [...(await metricNames())].filter((name) => !used.includes(name));
    expect(left).toEqual(["selfballoon_step_duration_seconds_sum", "selfballoon_step_duration_seconds_count"]);
  });

  it("has host, guests, guard and swap, and tells what each panel is for", () => {
    expect(panels.flatMap(({ type, title }) => (type === "row" ? [title] : []))).toEqual([
      "Host",
      "Guests",
      "Guard",
      "Swap",
    ]);
    for (const { type, title, description = "" } of panels) if (type !== "row") expect(description, title).not.toBe("");
    for (const safety of Object.keys(SAFETIES)) expect(text).toContain(safety);
  });

  it("has variables for data source, daemon and guest, and uses no other", () => {
    const names = templating.list.map(({ name }) => name);
    expect(names).toEqual(["datasource", "daemon", "guest"]);
    const used = [...text.matchAll(/\$\{?([a-z]+)\b/g)].map(([, name = ""]) => name);
    expect(used.filter((name) => !names.includes(name))).toEqual([]);
  });

  it("has no two panels in one place", () => {
    const places = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)},${y + Math.floor(cell / w)}`),
    );
    expect(new Set(places).size).toBe(places.length);
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  });

  it.skipIf(!hasTool("promtool"))("asks in PromQL that Prometheus understands", () => {
    const folder = temporaryFolder();
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
