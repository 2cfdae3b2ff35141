import type { FleetAnswer, FleetSettingsAnswer } from "../../fleet/service/answers.ts";
import { TokenPrompt } from "../components/token-prompt.tsx";
import { usePolled } from "../poll.ts";
import { useAddress } from "../use-address.ts";
import { FleetOverview } from "./fleet-overview.tsx";
import { Lost } from "./lost.tsx";
import { SettingsView } from "./settings-view.tsx";

/** What is shown is read so often, and what is not, not at all. */
const READ_MS = 1000;

const SETTINGS_PATH = "/settings";

/** The page of a fleet: its hosts, or what is set for many of them. */
export function FleetApp() {
  const isSettings = useAddress().path === SETTINGS_PATH;
  const hosts = usePolled<FleetAnswer>(isSettings ? null : "/v1/fleet", READ_MS);
  const settings = usePolled<FleetSettingsAnswer>(isSettings ? "/v1/fleet/settings" : null, READ_MS);
  const news = (isSettings ? settings : hosts).value?.news ?? 0;
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
          <FleetOverview hosts={hosts} />
        )}
        <TokenPrompt />
      </main>
    </>
  );
}
