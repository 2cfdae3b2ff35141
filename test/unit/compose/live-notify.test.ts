import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { LiveNotify } from "../../../src/compose/live-notify.ts";
import type { NotifySection } from "../../../src/config/load.ts";
import { Journal } from "../../../src/daemon/journal.ts";
import { faultRecord } from "../../support/guest-records.ts";
import { temporaryFolder } from "../../support/trees.ts";
import { until } from "../../support/until.ts";

/** A command that adds what it is told to a file. */
function writerTo(path: string): NotifySection {
  return { command: ["/bin/sh", "-c", `cat >> '${path}'`], webhook: null, severity: "warning", kinds: null };
}

/** What was told of, in order. */
const toldIn = (path: string): readonly string[] =>
  existsSync(path) ? [...readFileSync(path, "utf8").matchAll(/"guest":"(\w+)"/g)].map(([, guest = ""]) => guest) : [];

function rig() {
  const folder = temporaryFolder();
  const journal = new Journal(100, () => 0);
  const told = new LiveNotify(journal);
  onTestFinished(() => told.close());
  return {
    path: (name: string) => join(folder, name),
    told,
    fault: (of: string) => journal.add(faultRecord(of, "late")),
  };
}

describe("whom a reload has told", () => {
  it("is whoever is named now, and nobody once nobody is", async () => {
    const { told, fault, path } = rig();
    const [first, second] = [path("first"), path("second")];
    await told.take(null);
    fault("nobody");
    await told.take(writerTo(first));
    fault("a");
    await until("the first to be told", () => toldIn(first).includes("a"));
    await told.take(writerTo(second));
    fault("b");
    await until("the second to be told", () => toldIn(second).includes("b"));
    await told.take(null);
    fault("c");
    expect([toldIn(first), toldIn(second)]).toEqual([["a"], ["b"]]);
  });

  it("is told all that waits where the same ones are named as before", async () => {
    const { told, fault, path } = rig();
    const file = path("file");
    await told.take(writerTo(file));
    for (const guest of ["a", "b", "c"]) fault(guest);
    await told.take(writerTo(file));
    await until("all of it to be told", () => toldIn(file).length === 3);
    expect(toldIn(file)).toEqual(["a", "b", "c"]);
  });
});
