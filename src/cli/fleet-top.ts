import type { FleetView } from "../fleet/fleet-view.ts";
import { byNeed } from "../fleet/guest-summary.ts";
import { missingMb } from "../view/missing-mb.ts";
import { withFleetKey } from "./fleet-top/keys.ts";
import { type FleetSnapshot, type FleetTopModel, firstFleetModel } from "./fleet-top/model.ts";
import { fleetRoom, renderFleet } from "./fleet-top/render.ts";
import { coloured } from "./output.ts";
import { LiveScreen } from "./top/live-screen.ts";

/** The fleet tells of itself; it is drawn so often. */
const DRAW_MS = 1000;

/** `selfballoon fleet top`: the hosts of a fleet, live, until somebody wants the terminal back. */
export async function fleetTop(view: FleetView): Promise<void> {
  const screen = new LiveScreen<FleetTopModel>(
    {
      render: (model, columns, rows) => renderFleet(model, columns, rows, coloured),
      press: (model, press, columns, rows) => withFleetKey(model, press, fleetRoom(model, columns, rows)),
      // The guests of a host that was just chosen are not here yet.
      isHurried: ({ mode, selected, guests }) => mode === "host" && guests?.host !== selected,
      look: (model) => {
        const seen = snapshotOf(view, model);
        return Promise.resolve((now) => ({ ...now, ...seen, nowMs: Date.now() }));
      },
    },
    firstFleetModel(view.list(), Date.now()),
    DRAW_MS,
  );
  await screen.run();
}

function snapshotOf(view: FleetView, { mode, selected }: FleetTopModel): FleetSnapshot {
  const hosts = view.list();
  if (mode !== "host" || selected === null) return { hosts, guests: null };
  const isStale = hosts.some((one) => one.host === selected && one.isStale);
  const rows = [...view.guests(selected)].sort(byNeed);
  const placed = rows.map((row) => ({ ...row, host: selected, isStale, missingMb: missingMb(row) }));
  return { hosts, guests: { host: selected, rows: placed } };
}
