import { describe, expect, it } from "vitest";
import { SAFETIES } from "../../src/core/guard/safeties.ts";
import { readProjectFile } from "../support/docs.ts";
import { metricNames, metricsIn } from "./metric-names.ts";

interface Panel {
  readonly type: string;
  readonly title: string;
  readonly description?: string;
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

  it("has variables for data source, daemon and guest", () => {
    expect(templating.list.map(({ name }) => name)).toEqual(["datasource", "daemon", "guest"]);
  });
});
