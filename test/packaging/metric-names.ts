import { createApi } from "../../src/api/api.ts";
import { ScriptedControl } from "../support/control.ts";
import { guestStatus, stepRecord } from "../support/guest-records.ts";

/** Names of the series that the daemon's metrics have, histograms' parts and all. */
export async function metricNames(): Promise<ReadonlySet<string>> {
  const control = new ScriptedControl();
  control.statuses.set("web", guestStatus("web"));
  control.journal.add(stepRecord("web"));
  const text = await createApi(control, "1.2.3").metrics();
  const named = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)];
  return new Set(
    named.flatMap(([, name = "", type]) =>
      type === "histogram" ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
    ),
  );
}

/** Our metrics that a text names. */
export function metricsIn(text: string): readonly string[] {
  return [...new Set(text.match(/\bselfballoon_[a-z_]+/g) ?? [])];
}
