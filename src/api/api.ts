import type { ControlPort } from "../core/control.ts";
import type { HistoryPort } from "../core/history.ts";
import type { Metrics } from "./metrics.ts";
import type { Api } from "./route.ts";

/** What the routes answer from. The metrics are loaded by the first request for them: few guests are ever asked. */
export function createApi(
  control: ControlPort,
  version: string,
  history: HistoryPort | null = null,
  url: () => string | null = () => null,
): Api {
  let loading: Promise<Metrics> | null = null;
  return {
    control,
    history,
    version,
    url,
    metrics: async () => {
      loading ??= import("./metrics.ts").then(({ Metrics: Loaded }) => new Loaded(control, version));
      return (await loading).text();
    },
  };
}
