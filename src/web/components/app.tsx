import { useEffect, useState } from "preact/hooks";
import type { Store } from "../store.ts";
import { EventList } from "./event-list.tsx";
import { GuestPage } from "./guest-page.tsx";
import { GuestTable } from "./guest-table.tsx";
import { HostBar } from "./host-bar.tsx";
import { LinkState } from "./link-state.tsx";
import { TokenDialog } from "./token-dialog.tsx";
import { TunableList } from "./tunable-list.tsx";

const VIEWS = [
  { hash: "#/", name: "Guests" },
  { hash: "#/tunables", name: "Tunables" },
  { hash: "#/events", name: "Events" },
] as const;

/** The whole page: drawn again when the store says so. */
export function App({ store }: { readonly store: Store }) {
  const [, draw] = useState(0);
  useEffect(() => store.subscribe(() => draw((count) => count + 1)), [store]);
  const hash = useHash();
  return (
    <>
      <button type="button" class="skip" onClick={() => document.getElementById("main")?.focus()}>
        Skip to the content
      </button>
      <header class="top">
        <div class="brand">
          <h1>selfballoon</h1>
          <LinkState link={store.link} />
        </div>
        <nav aria-label="Views">
          {VIEWS.map((view) => (
            <a key={view.hash} href={view.hash} aria-current={isCurrent(view.hash, hash) ? "page" : undefined}>
              {view.name}
            </a>
          ))}
        </nav>
      </header>
      <main id="main" tabIndex={-1}>
        <View store={store} hash={hash} />
      </main>
      <footer>
        selfballoon {store.version} · <a href="/metrics">metrics</a> · <a href="/openapi.json">API</a>
      </footer>
      {store.token.question !== null && <TokenDialog question={store.token.question} />}
    </>
  );
}

function View({ store, hash }: { readonly store: Store; readonly hash: string }) {
  const { model } = store;
  if (hash === "#/tunables") return <TunableList store={store} />;
  if (hash === "#/events") return <EventList events={model.events} />;
  if (hash.startsWith("#/guests/")) {
    const name = decodeURIComponent(hash.slice("#/guests/".length));
    return <GuestPage key={name} store={store} name={name} />;
  }
  return (
    <>
      <HostBar store={store} />
      <GuestTable guests={model.guests} />
    </>
  );
}

function isCurrent(view: string, hash: string): boolean {
  return view === "#/" ? hash === "#/" || hash === "" || hash.startsWith("#/guests/") : view === hash;
}

/** The address's hash says what is shown, so that the browser's Back works and a view can be linked to. */
function useHash(): string {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const read = (): void => setHash(location.hash);
    addEventListener("hashchange", read);
    return () => removeEventListener("hashchange", read);
  }, []);
  return hash;
}
