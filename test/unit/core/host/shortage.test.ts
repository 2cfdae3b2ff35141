import { describe, expect, it } from "vitest";
import { ledgerOf } from "../../../../src/core/host/ledger.ts";
import {
  entitledTo,
  isWaitedFor,
  mayAskForLack,
  NO_SHORTAGE,
  noteRefusal,
} from "../../../../src/core/host/shortage.ts";
import { BYTES_PER_MIB } from "../../../../src/core/units.ts";
import { accountIn } from "../../../support/guest-env.ts";

const ledger = ledgerOf([accountIn("a", 500), accountIn("b", 500)]);
const bytes = (mib: number): number => mib * BYTES_PER_MIB;

describe("a host's shortage", () => {
  it("lasts ten seconds after a refusal", () => {
    const refused = noteRefusal(NO_SHORTAGE, "a", "wish", 5);
    expect(refused).toEqual({ ...NO_SHORTAGE, shortUntilMs: 10_005 });
    expect(entitledTo(refused, ledger, "a", bytes(2000), 10_004).bytes).toBe(bytes(500));
    expect(entitledTo(refused, ledger, "a", bytes(2000), 10_005).bytes).toBe(Number.POSITIVE_INFINITY);
  });

  it("makes all others give way to a guest in an emergency, and not itself, and not for ever", () => {
    const refused = noteRefusal(NO_SHORTAGE, "a", "lack", 5);
    expect(isWaitedFor(refused, "b", 10_004)).toBe(true);
    expect(isWaitedFor(refused, "b", 10_005)).toBe(false);
    expect(isWaitedFor(refused, "a", 6)).toBe(false);
    expect(isWaitedFor(NO_SHORTAGE, "b", 0)).toBe(false);
    expect(isWaitedFor(noteRefusal(refused, "b", "wish", 6), "b", 7)).toBe(true);
  });

  it("waits for a guest that lacks memory before one that waits for its cache", () => {
    const forCache = noteRefusal(NO_SHORTAGE, "a", "cache", 5);
    expect(forCache).toMatchObject({ waiting: "a", waitingFor: "cache" });
    const lacking = noteRefusal(forCache, "b", "lack", 6);
    expect(lacking).toMatchObject({ waiting: "b", waitingFor: "lack", waitingUntilMs: 10_006 });
    expect(noteRefusal(lacking, "b", "cache", 10_005)).toEqual({ ...lacking, shortUntilMs: 20_005 });
    expect(noteRefusal(lacking, "a", "cache", 10_006)).toMatchObject({ waiting: "a", waitingFor: "cache" });
  });

  it("waits for the last one that lacks memory, and for the last that waits for its cache where none lacks any", () => {
    const lacking = noteRefusal(NO_SHORTAGE, "a", "lack", 5);
    expect(noteRefusal(lacking, "b", "lack", 6)).toMatchObject({ waiting: "b", waitingUntilMs: 10_006 });
    const forCache = noteRefusal(NO_SHORTAGE, "a", "cache", 5);
    expect(noteRefusal(forCache, "b", "cache", 6)).toMatchObject({ waiting: "b", waitingUntilMs: 10_006 });
  });

  it("has others asked for who lacks memory no more than five times a second", () => {
    expect(mayAskForLack(NO_SHORTAGE, 5)).toBe(true);
    expect(mayAskForLack({ ...NO_SHORTAGE, askedForLackMs: 5 }, 204)).toBe(false);
    expect(mayAskForLack({ ...NO_SHORTAGE, askedForLackMs: 5 }, 205)).toBe(true);
  });

  it("is there when guests have more, or want more, than there is", () => {
    expect(entitledTo(NO_SHORTAGE, ledger, "a", bytes(1000), 0).bytes).toBe(Number.POSITIVE_INFINITY);
    expect(entitledTo(NO_SHORTAGE, ledger, "a", bytes(800), 0).bytes).toBe(bytes(400));
    const greedy = ledgerOf([accountIn("a", 100, { goalBytes: bytes(900) }), accountIn("b", 100)]);
    expect(entitledTo(NO_SHORTAGE, greedy, "a", bytes(800), 0).bytes).toBe(bytes(700));
  });

  it("keeps what was computed for a quarter of a second, and knows nothing of a guest that came later", () => {
    const { shortage } = entitledTo(NO_SHORTAGE, ledger, "a", bytes(800), 0);
    const fewer = ledgerOf([accountIn("a", 900), accountIn("c", 1)]);
    expect(entitledTo(shortage, fewer, "a", bytes(800), 250).bytes).toBe(bytes(400));
    expect(entitledTo(shortage, fewer, "a", bytes(800), 250).shortage).toBe(shortage);
    expect(entitledTo(shortage, fewer, "c", bytes(800), 250).bytes).toBe(Number.POSITIVE_INFINITY);
    expect(entitledTo(shortage, fewer, "a", bytes(800), 251).bytes).toBe(bytes(799));
  });

  it("is there when guests want more than what is not reserved, and is shared without that", () => {
    expect(entitledTo(NO_SHORTAGE, ledger, "a", bytes(1000), 0, bytes(200)).bytes).toBe(bytes(400));
  });

  it("is there when guests have more than there is, however little they want", () => {
    const modest = ledgerOf(["a", "b"].map((guest) => accountIn(guest, 500, { goalBytes: bytes(100) })));
    expect(entitledTo(NO_SHORTAGE, modest, "a", bytes(900), 0).bytes).toBe(bytes(100));
    expect(entitledTo(NO_SHORTAGE, modest, "a", bytes(1000), 0, bytes(500)).bytes).toBe(Number.POSITIVE_INFINITY);
  });

  it("keeps what was computed for a quarter of a second, at whatever time that was", () => {
    const { shortage } = entitledTo(NO_SHORTAGE, ledger, "a", bytes(800), 5000);
    expect(entitledTo(shortage, ledger, "a", bytes(800), 5250).shortage).toBe(shortage);
  });
});
