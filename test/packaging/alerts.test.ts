import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { REASONS } from "../../src/core/reasons.ts";
import { PROJECT, readProjectFile } from "../support/docs.ts";
import { temporaryFolder } from "../support/trees.ts";
import { metricNames, metricsIn } from "./metric-names.ts";
import { hasTool, run } from "./tools.ts";

const PATH = "packaging/prometheus/selfballoon.rules.yml";
const rules = readProjectFile(PATH);
const tests = readProjectFile("test/packaging/alerts.test.yml");

describe("the alert rules", () => {
  it("ask only for metrics and reasons that there are", async () => {
    const names = await metricNames();
    const used = metricsIn(rules.replace(/^ +(summary|description): .*$/gm, "").replace(/selfballoon\.rules/g, ""));
    expect(used.length).toBeGreaterThan(4);
    expect(used.filter((name) => !names.has(name))).toEqual([]);
    const reasons = [...rules.matchAll(/reason=~?"([^"]+)"/g)].flatMap(([, list = ""]) => list.split("|"));
    expect(reasons.length).toBeGreaterThan(4);
    expect(reasons.filter((reason) => !Object.hasOwn(REASONS, reason))).toEqual([]);
  });

  it("each have a test in which they come", () => {
    const alerts = [...rules.matchAll(/- alert: (\w+)/g)].map(([, name]) => name);
    expect(alerts.length).toBeGreaterThan(5);
    const come = tests.split("- alertname: ").filter((part) => part.includes("exp_labels"));
    expect(come.map((part) => /^\w+/.exec(part)?.[0]).sort()).toEqual(alerts.sort());
  });

  it.skipIf(!hasTool("promtool"))("are clean for promtool, and come when they should and not before", () => {
    const checked = run("promtool", ["check", "rules", PATH], PROJECT);
    expect(checked, checked.stderr).toMatchObject({ exitCode: 0 });
    const file = join(temporaryFolder(), "alerts.yml");
    writeFileSync(file, tests.replace("- RULES", `- ${join(PROJECT, PATH)}`));
    const tested = run("promtool", ["test", "rules", file], PROJECT);
    expect(tested, `${tested.stdout}${tested.stderr}`).toMatchObject({ exitCode: 0 });
  });
});
