import type { ControlPort } from "../core/control.ts";
import { problemOf, SelfballoonError } from "../core/errors.ts";
import { BYTES_PER_MIB } from "../core/units.ts";
import { type HostAnswer, type HostQuestion, MAX_REFUSAL, packed, questionIn } from "./wish-wire.ts";

/** Wishes that wait for their memory at a time; more are refused. */
const MAX_WAITING = 16;

/** A host's answers to those who look for room in the fleet: each by a reservation of its own, as if it was asked here. */
export class WishAnswerer {
  private readonly control: Pick<ControlPort, "reserve" | "reservations" | "withdraw">;
  private waiting = 0;

  constructor(control: WishAnswerer["control"]) {
    this.control = control;
  }

  /** Never rejects. */
  async answer(bytes: Uint8Array): Promise<Uint8Array> {
    const question = questionIn(bytes);
    if (question === null) return packed(refused("it must be a question that this version knows"));
    try {
      return packed(await this.answerTo(question));
    } catch (thrown) {
      const { freeMib, couldMib } = thrown instanceof SelfballoonError ? thrown.details : {};
      return packed(refused(problemOf(thrown), freeMib, couldMib));
    }
  }

  private async answerTo(question: HostQuestion): Promise<HostAnswer> {
    const known = this.control.reservations().find(({ id }) => id === question.id);
    if (question.do === "look") return known === undefined ? NOT_KEPT : { is: "kept", untilMs: known.expiresAtMs };
    if (question.do === "withdraw") {
      if (known !== undefined) this.control.withdraw(known.id);
      return NOT_KEPT;
    }
    if (this.waiting >= MAX_WAITING) return refused(`${MAX_WAITING} others wait for memory already`);
    const { id, mib, guest, waitMs, lifeMs } = question;
    this.waiting += 1;
    try {
      const wish = {
        id,
        bytes: mib * BYTES_PER_MIB,
        guest,
        waitMs,
        lifeMs,
        isKept: true,
        isFirst: true,
        isDurable: true,
      };
      const { reservation } = await this.control.reserve(wish);
      return reservation === null ? NOT_KEPT : { is: "kept", untilMs: reservation.expiresAtMs };
    } finally {
      this.waiting -= 1;
    }
  }
}

const NOT_KEPT: HostAnswer = { is: "not_kept" };

function refused(problem: string, freeMib: unknown = null, couldMib: unknown = null): HostAnswer {
  const whole = (value: unknown): number | null => (typeof value === "number" ? Math.max(0, Math.floor(value)) : null);
  return {
    is: "refused",
    problem: problem.slice(0, MAX_REFUSAL),
    freeMib: whole(freeMib),
    couldMib: whole(couldMib),
  };
}
