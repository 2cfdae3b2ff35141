import * as z from "zod";
import { selfballoonError } from "../../core/errors.ts";
import { wordRecord } from "../../formats/named-map.ts";
import { FIRST_HOSTS_TEXT, type FirstHosts, parseFirst } from "../first-hosts.ts";
import type { FleetView } from "../fleet-view.ts";
import { type JudgedChange, judgedChange } from "../judged-change.ts";
import { abortRollout, changedBeside } from "../rollout.ts";
import { MAX_WATCH_MS, ROLLOUT_ID, USUAL_WATCH_MS } from "../rollout-limits.ts";
import { beginIn, firstIn, resumeIn } from "../rollout-orders.ts";
import { parseScope, type Scope, scopeText } from "../scope.ts";
import type { SettingsBoard } from "../settings-board.ts";
import { type SettingsChange, withoutAll } from "../settings-change.ts";
import { type SettingsEditor, settingsEditor } from "../settings-editor.ts";
import { hostsIn } from "../settings-overview.ts";
import type { SettingsDocument } from "../settings-wire.ts";
import type { RolloutOrdered, SettingsChanged } from "./answers.ts";
import { bodyOf } from "./body.ts";

const SCOPE = z.string().min(1).max(160);

const TEXT = z.union([z.string().max(64), z.number()]).nullable();

/** What is to be set for many. */
export const SETTINGS_CHANGE = z.strictObject({
  scope: SCOPE,
  guest: z.string().min(1).max(256).nullable().default(null),
  values: wordRecord(z.string().max(64), TEXT).nullable(),
  first: z.string().max(8).nullable().default(null),
  watchMs: z.int().min(0).max(MAX_WATCH_MS).default(USUAL_WATCH_MS),
  revision: z.int().min(0).nullable().default(null),
  dryRun: z.boolean().default(false),
});

/** Which roll-out is meant. */
export const ROLLOUT_CHOICE = z.strictObject({ scope: SCOPE, id: z.string().regex(ROLLOUT_ID) });

const CHANGE_TEXT =
  '{"scope": "all", "guest": null, "values": {"guard_headroom_mb": "128"}, "first": "10%", "watchMs": 600000, "revision": 7, "dryRun": false}, of which ' +
  "only scope (all, rack=a1, or host h1) and values must be there (null for a value that is to be set no more, or for all of them)";

const CHOICE_TEXT = '{"scope": "all", "id": "0a1b2c3d"}, the scope or rack=a1, or host h1';

/** A change that is asked for. */
interface SettingsWish {
  readonly scope: Scope;
  readonly change: JudgedChange;
  /** Whether all that is set there is set no more. */
  readonly isAll: boolean;
  readonly first: FirstHosts | null;
  readonly watchMs: number;
  /** What it is a change of; null: of whatever is there. */
  readonly revision: number | null;
  readonly dryRun: boolean;
}

/** Changes of what is set for many that come over TCP, by the rules of the commands. */
export class FleetSettings {
  private readonly edit: SettingsEditor;
  private readonly view: FleetView;

  constructor(board: Pick<SettingsBoard, "edit">, view: FleetView) {
    this.edit = settingsEditor(async () => board);
    this.view = view;
  }

  /**
   * As `fleet set` and `fleet unset`.
   * @throws ERR_BODY_INVALID, what `judgedChange`, `beginIn` or `changedBeside` throw, or why it can't be written.
   */
  async change(body: string): Promise<SettingsChanged> {
    const { scope, change, isAll, first, watchMs, revision, dryRun } = settingsWishIn(body);
    const { guest, risks } = change;
    const said = { scope: scopeText(scope), hosts: hostsIn(scope, this.view.list()).length, risks, id: null };
    if (dryRun) return { ...said, first: first === null ? [] : firstIn(this.view, scope, first).first };
    if (first !== null) {
      const begun = await beginIn(this.edit, this.view, scope, change, { first, watchMs, revision });
      return { ...said, first: begun.first, id: begun.id };
    }
    const after = (before: SettingsDocument): SettingsDocument =>
      isAll ? withoutAll(guest, before) : changedBeside(before, change, scope);
    await this.edit(scope, after, { isAnew: isAll && guest === null, revision });
    return { ...said, first: [] };
  }

  /** As `fleet resume`. @throws ERR_BODY_INVALID, ERR_NO_ROLLOUT, ERR_ROLLOUT_OTHER, ERR_NO_ROLLOUT_HOSTS, or why it can't be written. */
  async resume(body: string): Promise<RolloutOrdered> {
    const { scope, id } = choiceOf(body);
    return { scope: scopeText(scope), first: await resumeIn(this.edit, this.view, scope, id) };
  }

  /** As `fleet abort`. @throws ERR_BODY_INVALID, ERR_NO_ROLLOUT, ERR_ROLLOUT_OTHER, or why it can't be written. */
  async abort(body: string): Promise<RolloutOrdered> {
    const { scope, id } = choiceOf(body);
    await this.edit(scope, (before) => abortRollout(before, id, scope));
    return { scope: scopeText(scope), first: [] };
  }
}

/** What is to be changed, judged. @throws ERR_BODY_INVALID, or as `judgedChange`. */
export function settingsWishIn(body: string): SettingsWish {
  const { scope: text, guest, values, first: firstText, ...others } = bodyOf(SETTINGS_CHANGE, body, CHANGE_TEXT);
  const scope = scopeIn(text, CHANGE_TEXT);
  const first = firstText === null ? null : parseFirst(firstText);
  if (firstText !== null && (first === null || values === null))
    throw invalid(`first: it goes with values, and must be ${FIRST_HOSTS_TEXT}`);
  if (values !== null && Object.keys(values).length === 0) throw invalid("values: it names nothing");
  const change = judgedChange({ guest, values: textsOf(values ?? {}) });
  return { scope, change, isAll: values === null, first, ...others };
}

function textsOf(values: Readonly<Record<string, string | number | null>>): SettingsChange["values"] {
  const texts = Object.entries(values).map(([name, value]) => [name, value === null ? null : String(value).trim()]);
  return Object.fromEntries(texts) as SettingsChange["values"];
}

function choiceOf(body: string): { readonly scope: Scope; readonly id: string } {
  const { scope, id } = bodyOf(ROLLOUT_CHOICE, body, CHOICE_TEXT);
  return { scope: scopeIn(scope, CHOICE_TEXT), id };
}

function scopeIn(text: string, expected: string): Scope {
  const scope = parseScope(text);
  if (scope === null) throw selfballoonError("ERR_BODY_INVALID", { expected, problem: "scope: it is none" });
  return scope;
}

function invalid(problem: string): Error {
  return selfballoonError("ERR_BODY_INVALID", { expected: CHANGE_TEXT, problem });
}
