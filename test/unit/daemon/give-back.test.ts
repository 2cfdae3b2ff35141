import { describe, expect, it } from "vitest";
import type { Gift } from "../../../src/core/control.ts";
import { selfballoonError } from "../../../src/core/errors.ts";
import { type Giver, giveBack, NOTHING_RELEASED } from "../../../src/daemon/give-back.ts";
import { Journal } from "../../../src/daemon/journal.ts";

const GIFT: Omit<Gift, "guest"> = { bytes: 1024, ofBytes: 1024, isAll: true };

/** A guest's runner as giving back sees it; `giveAll` does what the test says. */
function runner(
  guest: string,
  give: () => Promise<Omit<Gift, "guest"> | null>,
): Giver & { readonly done: readonly string[] } {
  const done: string[] = [];
  return {
    guest,
    done,
    wasDecidedOn: true,
    stop: async () => void done.push("stopped"),
    giveAll: async (): Promise<Gift | null> => {
      done.push("given");
      const gift = await give();
      return gift === null ? null : { guest, ...gift };
    },
  };
}

const journal = () => new Journal(100, () => 0);

describe("giving memory back", () => {
  it("tries each guest, whatever becomes of the others, and says which could not be given theirs", async () => {
    const hung = selfballoonError("ERR_DEADLINE", { what: "b: giving memory back", deadlineMs: 3000 });
    const log = journal();
    const runners = [
      runner("a", async () => GIFT),
      runner("b", () => Promise.reject(hung)),
      runner("c", async () => GIFT),
    ];
    expect(await giveBack(runners, log)).toEqual({
      given: [
        { guest: "a", ...GIFT },
        { guest: "c", ...GIFT },
      ],
      failed: [{ guest: "b", thrown: hung }],
      unasked: [],
    });
    expect(log.after(0)).toMatchObject([{ kind: "fault", guest: "b", code: "ERR_DEADLINE" }]);
  });

  it("counts neither one that had nothing taken nor one that has disappeared", async () => {
    const gone = selfballoonError("ERR_GUEST_UNKNOWN", { guest: "b" });
    const log = journal();
    const runners = [runner("a", async () => null), runner("b", () => Promise.reject(gone))];
    expect(await giveBack(runners, log)).toEqual(NOTHING_RELEASED);
    expect(log.after(0)).toEqual([]);
  });

  it("tells of one that could never be read, and does not fail for it at the end", async () => {
    const thrown = selfballoonError("ERR_DEADLINE", { what: "b: giving memory back", deadlineMs: 3000 });
    const unseen = { ...runner("b", () => Promise.reject(thrown)), wasDecidedOn: false };
    const log = journal();
    expect(await giveBack([unseen], log, true)).toEqual({ given: [], failed: [], unasked: ["b"] });
    expect(log.after(0)).toMatchObject([{ kind: "fault", guest: "b", code: "ERR_DEADLINE" }]);
    expect(await giveBack([unseen], log)).toMatchObject({ failed: [{ guest: "b" }], unasked: [] });
  });

  it("ends a guest's runner first where it is the last that is done", async () => {
    const one = runner("a", async () => GIFT);
    await giveBack([one], journal());
    expect(one.done).toEqual(["given"]);
    await giveBack([one], journal(), true);
    expect(one.done).toEqual(["given", "stopped", "given"]);
  });
});
