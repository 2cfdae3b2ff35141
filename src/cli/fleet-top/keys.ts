import { type Effect, effectOf, type KeyRow, type Room, type Wish } from "../top/key-rows.ts";
import { movedTo, scrolledBy } from "../top/listing.ts";
import type { Press } from "../top/press.ts";
import { withSearch, withTyped } from "../top/search.ts";
import { backKey, pageKeys, quitKey, terminalKeys, turnKey, typingKeys } from "../top/shared-keys.ts";
import { HOST_COLUMNS } from "./columns.ts";
import { type FleetMode, type FleetTopModel, hostsSortedBy, listedHosts } from "./model.ts";

const EVERYWHERE: readonly FleetMode[] = ["list", "search", "host", "help"];
const NOT_TYPING: readonly FleetMode[] = ["list", "host", "help"];

/** All keys, in the order in which they are told; those of `top` mean the same. */
export const FLEET_KEYS: readonly KeyRow<FleetTopModel>[] = [
  {
    shown: "?",
    does: "these keys, and back",
    short: { list: "? keys", host: "? keys" },
    modes: NOT_TYPING,
    keys: { "?": (model) => withMode(model, model.mode === "help" ? "list" : "help") },
  },
  quitKey(NOT_TYPING, { list: "q quit", host: "q quit", help: "q quit" }),
  backKey(EVERYWHERE, { search: "Esc end the search", host: "Esc back", help: "Esc back" }, back),
  {
    shown: "Up, Down, k, j",
    does: "select a host; scroll a text",
    short: {},
    modes: NOT_TYPING,
    keys: { up: move(() => -1), down: move(() => 1), k: move(() => -1), j: move(() => 1) },
  },
  pageKeys(EVERYWHERE, move),
  {
    shown: "Enter",
    does: "the guests of the selected host, the worst off first, and back",
    short: { list: "Enter guests" },
    modes: NOT_TYPING,
    keys: { return: guestsOfHost, enter: guestsOfHost },
  },
  {
    shown: "/",
    does: "search hosts by name or label; Esc ends it, Enter keeps what it finds",
    short: { list: "/ search" },
    modes: ["list"],
    keys: { "/": withSearch },
  },
  {
    shown: "Left, Right, <, >",
    does: "sort by the column beside; figures begin with the most",
    short: { list: "<> sort" },
    modes: ["list"],
    keys: { left: sort(-1), "<": sort(-1), right: sort(1), ">": sort(1) },
  },
  turnKey(["list"], { list: "o turn" }),
  typingKeys(["search"], { search: "Enter keep what is found" }, withFound),
  terminalKeys(EVERYWHERE),
];

/** What comes of a key; one that means nothing changes nothing. */
export function withFleetKey(model: FleetTopModel, press: Press, room: Room): FleetTopModel | Wish {
  const effect = effectOf(FLEET_KEYS, model.mode, press);
  if (effect !== null) return effect(model, room);
  return model.mode === "search" ? withTyped(model, press.text) : model;
}

function withMode(model: FleetTopModel, mode: FleetMode): FleetTopModel {
  return { ...model, mode, offset: 0 };
}

function back(model: FleetTopModel): FleetTopModel | Wish {
  if (model.mode === "host" || model.mode === "help") return withMode(model, "list");
  if (model.mode === "search" || model.filter !== "") return { ...model, mode: "list", filter: "" };
  return model.selected === null ? "quit" : { ...model, selected: null };
}

/** Of the selected host or, where none of those listed is, of the first. */
function guestsOfHost(model: FleetTopModel): FleetTopModel {
  if (model.mode !== "list") return withMode(model, "list");
  const selected = selectedOf(model);
  return selected === null ? model : withMode({ ...model, selected }, "host");
}

function withFound(model: FleetTopModel): FleetTopModel {
  return { ...model, mode: "list", selected: model.filter === "" ? model.selected : selectedOf(model) };
}

function selectedOf(model: FleetTopModel): string | null {
  const listed = listedHosts(model).map(({ host }) => host);
  return listed.find((host) => host === model.selected) ?? listed[0] ?? null;
}

function move(by: (inView: number) => number): Effect<FleetTopModel> {
  return (model, { rows, lines, beyond }) => {
    if (model.mode === "host" || model.mode === "help")
      return { ...model, offset: scrolledBy(model.offset, by(lines), beyond) };
    const names = listedHosts(model).map(({ host }) => host);
    return movedTo(names, model, by(rows), rows);
  };
}

function sort(aside: number): Effect<FleetTopModel> {
  return (model) => {
    const keys = HOST_COLUMNS.map(({ key }) => key);
    const place = (keys.indexOf(model.sorting.key) + aside + keys.length) % keys.length;
    return hostsSortedBy(model, keys[place] ?? "host");
  };
}
