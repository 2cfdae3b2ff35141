import type { ControlPort } from "../core/control.ts";
import type { HistoryPort, HostPastPort } from "../core/history.ts";
import type { Metrics } from "./metrics.ts";
import type { Api } from "./route.ts";

/** What there may be besides the control port. */
interface Extras {
  readonly history?: HistoryPort | null;
  readonly hostPast?: HostPastPort | null;
  readonly url?: () => string | null;
}

/** What the routes answer from. The metrics are loaded by the first request for them: few guests are ever asked. */
export function createApi(
  control: ControlPort,
  version: string,
  { history = null, hostPast = null, url = () => null }: Extras = {},
): Api {
  let loading: Promise<Metrics> | null = null;
  return {
    control,
    history,
    hostPast,
    version,
    url,
    metrics: async () => {
      loading ??= import("./metrics.ts").then(({ Metrics: Loaded }) => new Loaded(control, version));
      return (await loading).text();
    },
  };
}
