import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { FleetView } from "../../src/fleet/fleet-view.ts";
import { fleetMetrics } from "../../src/fleet/service/metrics.ts";
import { encode } from "../../src/fleet/wire.ts";
import { PROJECT, readProjectFile } from "../support/docs.ts";
import { hostState } from "../support/fleet.ts";
import { temporaryFolder } from "../support/trees.ts";
import { metricsIn } from "./metric-names.ts";
import { hasTool, run } from "./tools.ts";

const RULES = "packaging/prometheus/selfballoon-fleet.rules.yml";
const DASHBOARD = "packaging/grafana/selfballoon-fleet.json";
const UNIT = "packaging/systemd/selfballoon-fleet.service";

const rules = readProjectFile(RULES);
const alertTests = readProjectFile("test/packaging/fleet-alerts.test.yml");

interface Panel {
  readonly title: string;
  readonly type: string;
  readonly description?: string;
  readonly targets?: readonly { readonly expr: string }[];
}

const { panels } = JSON.parse(readProjectFile(DASHBOARD)) as { readonly panels: readonly Panel[] };
const expressions = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));

/** The metrics of a service that sees one host. */
function metrics(): string {
  const view = new FleetView(() => 0);
  view.takeKey("h1", "state", encode<"state">(hostState("h1")), 0);
  return fleetMetrics(view);
}

/** Their names. */
function metricNames(): readonly string[] {
  return [...metrics().matchAll(/^# TYPE (\S+) /gm)].map(([, name = ""]) => name);
}

describe("the fleet's alert rules", () => {
  it("ask only for metrics that there are", () => {
    const used = metricsIn(
      rules.replace(/^ +(summary|description): .*$/gm, "").replace(/selfballoon-?fleet\b(?!_)/g, ""),
    );
    expect(used.length).toBeGreaterThan(4);
    expect(used.filter((name) => !metricNames().includes(name))).toEqual([]);
  });

  it("each have a test in which they come", () => {
    const alerts = [...rules.matchAll(/- alert: (\w+)/g)].map(([, name]) => name);
    const come = alertTests.split("- alertname: ").filter((part) => part.includes("exp_labels"));
    expect(come.map((part) => /^\w+/.exec(part)?.[0]).sort()).toEqual(alerts.sort());
  });

  it.skipIf(!hasTool("promtool"))("are clean for promtool, and come when they should and not before", () => {
    const checked = run("promtool", ["check", "rules", RULES], PROJECT);
    expect(checked, checked.stderr).toMatchObject({ exitCode: 0 });
    const file = join(temporaryFolder(), "alerts.yml");
    writeFileSync(file, alertTests.replace("- RULES", `- ${join(PROJECT, RULES)}`));
    const tested = run("promtool", ["test", "rules", file], PROJECT);
    expect(tested, `${tested.stdout}${tested.stderr}`).toMatchObject({ exitCode: 0 });
  });
});

describe("the fleet's metrics", () => {
  it.skipIf(!hasTool("promtool"))("are clean for promtool", () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "metrics.txt"), metrics());
    const checked = run("sh", ["-c", "promtool check metrics < metrics.txt"], folder);
    expect(checked).toEqual({ exitCode: 0, stdout: "", stderr: "" });
  });
});

describe("the fleet's Grafana dashboard", () => {
  it("shows every metric that there is, and no other", () => {
    expect([...metricsIn(expressions.join("\n"))].sort()).toEqual([...metricNames()].sort());
  });

  it("says what each panel is for", () => {
    for (const { type, title, description = "" } of panels) if (type !== "row") expect(description, title).not.toBe("");
  });
});

describe("the unit of the fleet's service", () => {
  const lines = readProjectFile(UNIT).split("\n");
  const isDirective = (line: string): boolean => /^[A-Z][A-Za-z]+=/.test(line);

  it("has nothing but sections, directives, comments and empty lines", () => {
    const others = lines.filter((line) => !isDirective(line) && !/^(#.*|\[(Unit|Service|Install)\])?$/.test(line));
    expect(others).toEqual([]);
  });

  it.each(lines.filter(isDirective))("gives the reason for %s in the line above", (directive) => {
    expect(lines[lines.indexOf(directive) - 1]).toMatch(/^# \S/);
  });

  it("can write no files but the token, where the guide has it, nor gain rights", () => {
    const [, path = ""] = /token_file = "(.*)\/token"/.exec(readProjectFile("docs/guides/fleet.md")) ?? [];
    expect(lines).toContain(`StateDirectory=${path.replace("/var/lib/", "")}`);
    for (const line of ["DynamicUser=yes", "CapabilityBoundingSet=", "NoNewPrivileges=yes", "ProtectSystem=strict"])
      expect(lines).toContain(line);
  });

  it.skipIf(!hasTool("systemd-analyze"))("is exposed little, by systemd's own measure", () => {
    const words = ["security", "--offline=true", "--threshold=25", "--no-pager", join(PROJECT, UNIT)];
    const { exitCode, stdout } = run("systemd-analyze", words, PROJECT);
    expect(exitCode, stdout).toBe(0);
  });
});
