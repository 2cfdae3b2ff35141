import type { FleetSettingsAnswer } from "../../fleet/service/answers.ts";
import type { SettingsOverview } from "../../fleet/settings-overview.ts";
import { TokenPrompt } from "../components/token-prompt.tsx";
import { usePolled } from "../poll.ts";
import { useAddress } from "../use-address.ts";
import { FleetOverview } from "./fleet-overview.tsx";
import { Lost } from "./lost.tsx";
import { SettingsView } from "./settings-view.tsx";

const SETTINGS_MS = 1000;

const SETTINGS_PATH = "/settings";

/** The page of a fleet: its hosts, or what is set for many of them. */
export function FleetApp() {
  const settings = usePolled<FleetSettingsAnswer>("/v1/fleet/settings", SETTINGS_MS);
  const isSettings = useAddress().path === SETTINGS_PATH;
  const news = settings.value === null ? 0 : newsIn(settings.value);
  return (
    <>
      <header class="top">
        <h1>selfballoon fleet</h1>
        <nav aria-label="Views">
          <a href="#/" aria-current={isSettings ? undefined : "page"}>
            Hosts
          </a>
          <a href={`#${SETTINGS_PATH}`} aria-current={isSettings ? "page" : undefined}>
            Settings
            {news > 0 && <b class="badge">{news}</b>}
          </a>
        </nav>
      </header>
      <main id="main">
        {isSettings ? (
          <Lost sinceMs={settings.lostAtMs}>
            <SettingsView answer={settings.value} />
          </Lost>
        ) : (
          <FleetOverview />
        )}
        <TokenPrompt />
      </main>
    </>
  );
}

/** What somebody should look at: roll-outs that are not done, and what hosts refuse. */
function newsIn({ scopes, refused }: SettingsOverview): number {
  return refused.length + scopes.filter(({ rollout }) => rollout !== null && rollout.is !== "done").length;
}
