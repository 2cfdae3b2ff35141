import { spawnSync } from "node:child_process";
import { Counter, Gauge, Histogram, Registry } from "prom-client";
import { describe, expect, it } from "vitest";
import { createApi } from "../../../src/api/api.ts";
import { HOST_METRICS } from "../../../src/api/host-metrics.ts";
import { TUNABLES } from "../../../src/core/tunables.ts";
import { ScriptedControl } from "../../support/control.ts";
import { standingWith } from "../../support/guest-env.ts";
import { faultRecord, guestStatus, stepRecord } from "../../support/guest-records.ts";

const HAS_PROMTOOL = spawnSync("promtool", ["--version"]).status === 0;
const isRequired = (process.env["SELFBALLOON_REQUIRE"] ?? "").split(",").includes("promtool");
if (!HAS_PROMTOOL && !isRequired)
  process.stderr.write("promtool test skipped: this machine lacks promtool (apt-get install prometheus)\n");

function rig() {
  const control = new ScriptedControl();
  const readings = { availablePages: 10_000, oomKills: 2, psiSomeTotalUs: 1_500_000, frontswapPages: 7 };
  control.statuses.set("web", guestStatus("web", readings));
  control.statuses.set('odd "name"\n', guestStatus('odd "name"\n'));
  return { control, api: createApi(control, "1.2.3") };
}

describe("the metrics", () => {
  it("tell what a guest has and wants, in bytes", async () => {
    const text = await rig().api.metrics();
    expect(text).toContain('selfballoon_build_info{version="1.2.3"} 1\n');
    expect(text).toContain(`selfballoon_current_bytes{guest="web"} ${250_000 * 4096}\n`);
    expect(text).toContain(`selfballoon_committed_bytes{guest="web"} ${50_000 * 4096}\n`);
    expect(text).toContain(`selfballoon_available_bytes{guest="web"} ${10_000 * 4096}\n`);
    expect(text).toContain(`selfballoon_compressed_swap_bytes{guest="web"} ${7 * 4096}\n`);
    for (const name of ["target", "goal", "floor", "maximum"])
      expect(text).toMatch(new RegExp(`^selfballoon_${name}_bytes\\{guest="web"\\} [1-9]\\d+$`, "m"));
    expect(text).toContain('selfballoon_oom_kills_total{guest="web"} 2\n');
    expect(text).toContain('selfballoon_pressure_some_seconds_total{guest="web"} 1.5\n');
  });

  it("tell how the host's memory stands, and nothing of it where none is shared", async () => {
    const { control, api } = rig();
    expect(await api.metrics()).not.toMatch(/^selfballoon_host_/m);
    control.standing = standingWith();
    const text = await api.metrics();
    for (const { name } of HOST_METRICS.filter(({ name: metric }) => metric !== "overcommit_limit_ratio"))
      expect(text).toMatch(new RegExp(`^selfballoon_host_${name} [0-9.]+$`, "m"));
    expect(text).toContain(`selfballoon_host_free_bytes ${300 * 1_048_576}\n`);
    expect(text).not.toMatch(/^selfballoon_host_overcommit_limit_ratio /m);
  });

  it("say of each series what it is, as a figure or a count", async () => {
    const { control, api } = rig();
    control.journal.add(faultRecord("web", "late"));
    const text = await api.metrics();
    for (const [, name, help] of text.matchAll(/^# HELP (\S+) ?(.*)$/gm)) {
      expect(help, name).toMatch(/^[A-Z0-9].{5,}\.$/);
      expect(text).toMatch(new RegExp(`^# TYPE ${name} (gauge|counter|histogram)$`, "m"));
    }
    for (const name of ["pressure_some_seconds", "pressure_full_seconds", "refaults", "oom_kills"])
      expect(text).toMatch(new RegExp(`^# TYPE selfballoon_${name}_total counter$`, "m"));
    expect(text).toContain("selfballoon_step_duration_seconds_count 0\n");
  });

  it("have a histogram of the time of steps, with its bounds", async () => {
    const { control, api } = rig();
    await api.metrics();
    for (const durationMs of [0.1, 4, 2500]) control.journal.add({ ...stepRecord("web"), durationMs });
    control.journal.add(faultRecord("web", "late"));
    const text = await api.metrics();
    const buckets = [...text.matchAll(/^selfballoon_step_duration_seconds_bucket\{le="([^"]+)"\} (\d+)$/gm)];
    expect(buckets.map(([, bound, count]) => `${bound} ${count}`)).toEqual([
      "0.0001 1",
      "0.001 1",
      "0.005 2",
      "0.02 2",
      "0.1 2",
      "0.5 2",
      "1 2",
      "3 3",
      "6 3",
      "+Inf 3",
    ]);
    expect(text).toContain("selfballoon_step_duration_seconds_count 3\n");
  });

  it("tell of each guest whether it could be read, and whether it is left alone by hand", async () => {
    const { control, api } = rig();
    const problem = { code: "ERR_DEADLINE", message: "late", details: {} } as const;
    control.statuses.set("mute", { ...guestStatus("mute"), problem });
    control.statuses.set("held", { ...guestStatus("held"), paused: true });
    control.statuses.set("free", { ...guestStatus("free"), released: true });
    const text = await api.metrics();
    const of = (name: string) =>
      ["web", "mute", "held", "free"].map((guest) =>
        Number(new RegExp(`^selfballoon_guest_${name}\\{guest="${guest}"\\} (\\d)$`, "m").exec(text)?.[1]),
      );
    expect({ readable: of("readable"), paused: of("paused"), released: of("released") }).toEqual({
      ...{ readable: [1, 0, 1, 1], paused: [0, 0, 1, 0], released: [0, 0, 0, 1] },
    });
  });

  it("have figures of a guest only once it was read and decided on", async () => {
    const { control, api } = rig();
    control.statuses.set("unread", { ...guestStatus("unread"), observation: null });
    control.statuses.set("undecided", { ...guestStatus("undecided", { oomKills: 1 }), decision: null });
    control.statuses.set("new", { ...guestStatus("new"), observation: null, decision: null });
    const text = await api.metrics();
    const figures = text.split("\n").filter((line) => /guest="(unread|undecided|new)"/.test(line));
    const others = /^selfballoon_(tunable|guest_readable|guest_paused|guest_released)\{/;
    expect(figures.filter((line) => !others.test(line))).toEqual([]);
  });

  it("count refaults and all waits where they are read", async () => {
    const { control, api } = rig();
    control.statuses.set("busy", guestStatus("busy", { refaultPages: 12, psiFullTotalUs: 2_500_000 }));
    const text = await api.metrics();
    expect(text).toContain('selfballoon_refaults_total{guest="busy"} 12\n');
    expect(text).toContain('selfballoon_pressure_full_seconds_total{guest="busy"} 2.5\n');
  });

  it("have no sample for a reading that is not there", async () => {
    const text = await rig().api.metrics();
    for (const name of ["available_bytes", "compressed_swap_bytes", "oom_kills_total", "pressure_some_seconds_total"])
      expect(text).not.toMatch(new RegExp(`selfballoon_${name}\\{guest="odd`));
  });

  it("tell every tunable of every guest", async () => {
    const text = await rig().api.metrics();
    for (const { name } of TUNABLES)
      expect(text).toMatch(new RegExp(`^selfballoon_tunable\\{name="${name}",guest="web"\\} \\d+$`, "m"));
  });

  it("count steps by reason, those before the first request included, and forget a guest that went away", async () => {
    const { control, api } = rig();
    control.journal.add(stepRecord("web"));
    expect(await api.metrics()).toContain('selfballoon_steps_total{guest="web",reason="lower"} 1\n');
    control.journal.add(stepRecord("web"));
    const text = await api.metrics();
    expect(text).toContain('selfballoon_steps_total{guest="web",reason="lower"} 2\n');
    expect(text).toContain("selfballoon_step_duration_seconds_count 2\n");
    control.statuses.delete("web");
    expect(await api.metrics()).not.toContain('guest="web"');
  });

  it("do not grow from one request to the next", async () => {
    const { api } = rig();
    expect(await api.metrics()).toBe(await api.metrics());
  });

  it("have a guest's name escaped and bounded, and each sample once", async () => {
    const { control, api } = rig();
    for (const name of ["*", "__proto__", "a\u202eb", "x".repeat(4096)]) control.statuses.set(name, guestStatus(name));
    const text = await api.metrics();
    expect(text).toContain('selfballoon_current_bytes{guest="odd \\"name\\"\\\\n"} ');
    expect(text).toContain('selfballoon_current_bytes{guest="__proto__"} ');
    expect(text).toContain('selfballoon_current_bytes{guest="a\\\\u{202e}b"} ');
    expect(text).not.toMatch(/x{257}|\u202e/);
    const samples = text.split("\n").map((line) => line.replace(/ \S+$/, ""));
    const named = samples.filter((line) => line.startsWith("selfballoon_"));
    expect(new Set(named).size).toBe(named.length);
  });

  it("are written as prom-client would write them", async () => {
    const { control, api } = rig();
    for (const durationMs of [0.05, 3, 20, 700, 9000]) control.journal.add({ ...stepRecord("web"), durationMs });
    control.journal.add({ ...stepRecord('odd "name"\n'), durationMs: 0.1 });
    const text = await api.metrics();
    expect(text).toBe(await byPromClient(text, [0.05, 3, 20, 700, 9000, 0.1]));
  });

  it.skipIf(!HAS_PROMTOOL && !isRequired)("are clean for promtool", async () => {
    const { control, api } = rig();
    control.journal.add(stepRecord("web"));
    const { status, stdout, stderr } = spawnSync("promtool", ["check", "metrics"], {
      input: await api.metrics(),
      encoding: "utf8",
    });
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: "", stderr: "" });
  });
});

/** The same metrics, told to prom-client and written by it. */
async function byPromClient(text: string, durationsMs: readonly number[]): Promise<string> {
  const registry = new Registry();
  const registers = [registry];
  for (const part of text.trimEnd().split("\n\n")) {
    const [, name = "", help = ""] = /^# HELP (\S+) (.*)$/m.exec(part) ?? [];
    const [, type = ""] = /^# TYPE \S+ (.*)$/m.exec(part) ?? [];
    if (type === "histogram") {
      const bounds = [...part.matchAll(/le="([0-9.]+)"/g)].map(([, bound]) => Number(bound));
      const histogram = new Histogram({ name, help, buckets: bounds, registers });
      for (const ms of durationsMs) histogram.observe(ms / 1000);
      continue;
    }
    tell(registry, { name, help, type }, part.split("\n").slice(2).map(sampleOf));
  }
  return registry.metrics();
}

interface Sample {
  readonly labels: Record<string, string>;
  readonly value: number;
}

function tell(
  registry: Registry,
  { name, help, type }: { readonly name: string; readonly help: string; readonly type: string },
  samples: readonly Sample[],
): void {
  // With no name of a label it would write a sample of 0.
  const labelNames = samples[0] === undefined ? ["guest"] : Object.keys(samples[0].labels);
  const options = { name, help, labelNames, registers: [registry] };
  const counter = type === "counter" ? new Counter(options) : null;
  const gauge = counter === null ? new Gauge(options) : null;
  for (const { labels, value } of samples) {
    counter?.inc(labels, value);
    gauge?.set(labels, value);
  }
}

function sampleOf(line: string): Sample {
  const labels = [...line.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, name = "", text = ""]) => {
    const value = text.replace(/\\(.)/g, (_, letter: string) => (letter === "n" ? "\n" : letter));
    return [name, value] as const;
  });
  return { labels: Object.fromEntries(labels), value: Number(line.slice(line.lastIndexOf(" "))) };
}
