import { back, details, move, sort, withMode } from "./effects.ts";
import { effectOf, type KeyRow, type Room, type Wish } from "./key-rows.ts";
import type { Mode, TopModel } from "./model.ts";
import { withOrder } from "./order.ts";
import type { Press } from "./press.ts";
import { withFound, withSearch, withTyped } from "./search.ts";
import { backKey, pageKeys, quitKey, terminalKeys, turnKey, typingKeys } from "./shared-keys.ts";

const EVERYWHERE: readonly Mode[] = ["list", "search", "all", "details", "help"];
const NOT_TYPING: readonly Mode[] = ["list", "all", "details", "help"];
const HANDS: readonly Mode[] = ["list", "all", "details"];

/** All keys, in the order in which they are told. Each is found in the first row that has it in the mode. */
export const KEYS: readonly KeyRow<TopModel>[] = [
  {
    shown: "?",
    does: "these keys, and back",
    short: { list: "? keys", details: "? keys" },
    modes: NOT_TYPING,
    keys: { "?": (model) => (model.mode === "help" ? withMode(model, "list") : withMode(model, "help")) },
  },
  quitKey(NOT_TYPING, { list: "q quit", details: "q quit", help: "q quit" }),
  backKey(EVERYWHERE, { search: "Esc end the search", all: "Esc back", details: "Esc back", help: "Esc back" }, back),
  {
    shown: "Up, Down",
    does: "select a guest; scroll a text",
    short: {},
    modes: EVERYWHERE,
    keys: { up: move(() => -1), down: move(() => 1) },
  },
  {
    shown: "k, j",
    does: "the same as Up and Down",
    short: {},
    modes: NOT_TYPING,
    keys: { k: move(() => -1), j: move(() => 1) },
  },
  pageKeys(EVERYWHERE, move),
  {
    shown: "Enter",
    does: "all of the selected guest, and why, and back",
    short: { list: "Enter details" },
    modes: NOT_TYPING,
    keys: { return: details, enter: details },
  },
  {
    shown: "/",
    does: "search guests by name or state; Esc ends it",
    short: { list: "/ search" },
    modes: ["list"],
    keys: { "/": withSearch },
  },
  {
    shown: "p",
    does: "pause the selected guest: it is observed, and not moved",
    short: { list: "p pause", details: "p pause", all: "p pause" },
    modes: HANDS,
    keys: { p: (model) => withOrder(model, "pause") },
  },
  {
    shown: "r",
    does: "resume the selected guest, paused or released",
    short: { list: "r resume", details: "r resume", all: "r resume" },
    modes: HANDS,
    keys: { r: (model) => withOrder(model, "resume") },
  },
  {
    shown: "g",
    does: "release the selected guest: give it all its memory, and move it no more",
    short: { list: "g release", details: "g release", all: "g release" },
    modes: HANDS,
    keys: { g: (model) => withOrder(model, "release") },
  },
  {
    shown: "a",
    does: "the next p, r or g is for all guests, or for all that the search finds",
    short: { list: "a for all" },
    modes: ["list", "all"],
    keys: { a: (model) => withMode(model, model.mode === "all" ? "list" : "all") },
  },
  {
    shown: "Left, Right, <, >",
    does: "sort by the column beside; amounts begin with the most",
    short: { list: "<> sort" },
    modes: ["list"],
    keys: { left: sort(-1), "<": sort(-1), right: sort(1), ">": sort(1) },
  },
  turnKey(["list"], { list: "o turn" }),
  typingKeys(["search"], { search: "Enter keep what is found" }, withFound),
  terminalKeys(EVERYWHERE),
];

/** What comes of a key. One that means nothing changes nothing but that the notice goes. */
export function withKey(model: TopModel, press: Press, room: Room): TopModel | Wish {
  const unnoticed = { ...model, notice: null };
  const effect = effectOf(KEYS, model.mode, press);
  if (effect !== null) return effect(unnoticed, room);
  return model.mode === "search" ? withTyped(unnoticed, press.text) : unnoticed;
}
