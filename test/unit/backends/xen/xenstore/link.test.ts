import { describe, expect, it } from "vitest";
import { ToolstackLink } from "../../../../../src/backends/xen/xenstore/link.ts";
import { type SelfballoonError, selfballoonError } from "../../../../../src/core/errors.ts";
import type { Entry } from "../../../../../src/core/journal-record.ts";
import { Journal } from "../../../../../src/daemon/journal.ts";
import type { ByteChannel, ChannelListener, OpenChannel } from "../../../../../src/machine/device-channel.ts";
import { FakeXenstored } from "../../../../support/fake-xenstored.ts";
import { stepRecord } from "../../../../support/guest-records.ts";
import { until } from "../../../../support/until.ts";
import { VirtualClock } from "../../../../support/virtual-clock.ts";

const INTERVAL = "control/selfballoon/selfballoon_interval";
const REFUSED = "refused/selfballoon_interval";

/** A daemon that takes every value but 0, and the part with dom0 that is tested. */
class Rig {
  readonly clock = new VirtualClock();
  readonly journal = new Journal(1000, () => 0);
  readonly changes: unknown[] = [];
  readonly xenstored: FakeXenstored;
  readonly link: ToolstackLink;
  canOpen = true;
  /** Whether something was asked that is not answered yet. */
  private isWaiting = false;

  private constructor(xenstored: FakeXenstored) {
    this.xenstored = xenstored;
    this.link = new ToolstackLink({
      path: "/dev/xen/xenbus",
      open: (listener) => {
        if (!this.canOpen) throw new Error("ENOENT: no such file or directory");
        return this.counted(xenstored.open, listener);
      },
      clock: this.clock,
      daemon: {
        change: (changes, privileged) => {
          if (Object.values(changes).includes("0")) throw refusal();
          this.changes.push([changes, privileged]);
          return [];
        },
        subscribe: (listener) => this.journal.subscribe(listener),
        tell: ({ code, details, message: problem }) =>
          this.add({ kind: "fault", guest: "*", code, details, problem, isRepeated: false, turn: null, nowMs: null }),
        notice: (notice) => this.add({ kind: "notice", guest: "*", notice }),
      },
    });
  }

  static async start(prepare: (xenstored: FakeXenstored) => void = () => {}): Promise<Rig> {
    const xenstored = await FakeXenstored.start();
    prepare(xenstored);
    const rig = new Rig(xenstored);
    rig.link.start();
    return rig;
  }

  add(entry: Entry): void {
    this.journal.add(entry);
  }

  /** A step of the guest, which has so many pages as its balloon counts. */
  step(balloonCurrentPages = 262_144): void {
    this.add(stepRecord("guest", { balloonCurrentPages }));
  }

  /** What was told, by its codes. */
  get told(): readonly string[] {
    return this.journal
      .after(0)
      .flatMap((record) =>
        record.kind === "fault" ? record.code : record.kind === "notice" ? record.notice.code : [],
      );
  }

  /** Let time pass, a second after the other, until it is so; never while an answer is on its way, which may take long here. */
  async until(what: string, isSo: () => boolean): Promise<void> {
    await until(what, async () => {
      if (isSo()) return true;
      if (!this.isWaiting || this.xenstored.isSilent) await this.clock.advance(1000);
      return null;
    });
  }

  /** Wait until nothing is asked any more. */
  async answered(): Promise<void> {
    await until("the answers", async () => {
      await this.clock.advance(0);
      return this.isWaiting ? null : true;
    });
  }

  /** The same channel, of which is known whether an answer is on its way. */
  private counted(open: OpenChannel, { onBytes, onEnd }: ChannelListener): ByteChannel {
    const { send, close } = open({
      onBytes: (chunk) => {
        this.isWaiting = false;
        onBytes(chunk);
      },
      onEnd: (problem) => {
        this.isWaiting = false;
        onEnd(problem);
      },
    });
    return {
      send: (bytes) => {
        this.isWaiting = true;
        send(bytes);
      },
      close: () => {
        this.isWaiting = false;
        close();
      },
    };
  }

  /** It is connected, and its watch is set. */
  async connected(): Promise<this> {
    await this.until("the watch", () => this.xenstored.asked.includes("list control/selfballoon"));
    return this;
  }
}

function refusal(): SelfballoonError {
  return selfballoonError("ERR_TUNABLE_INVALID", { name: "it", range: "more", value: "0", current: 5 });
}

describe("the guest's part with dom0", () => {
  it("shows what the guest has, wants and why, and removes first what an earlier daemon left", async () => {
    const rig = await Rig.start(({ values }) => values.set("data/selfballoon/refused/old", "1"));
    rig.step();
    await rig.until("the facts", () => "reason" in rig.xenstored.shown);
    expect(Object.keys(rig.xenstored.shown)).toEqual(["current_kb", "target_kb", "goal_kb", "floor_kb", "reason"]);
    expect(rig.xenstored.shown).toMatchObject({ current_kb: "1048576", reason: "lower" });
  });

  it("writes only what has changed, and once a second at most", async () => {
    const rig = await (await Rig.start()).connected();
    rig.step();
    await rig.until("the facts", () => "reason" in rig.xenstored.shown);
    const before = rig.xenstored.asked.length;
    await rig.answered();
    rig.step();
    await rig.clock.advance(10_000);
    for (let pages = 1; pages <= 100; pages += 1) rig.step(pages);
    await rig.until("the newest", () => rig.xenstored.shown["current_kb"] === "400");
    const writes = rig.xenstored.asked.slice(before).filter((asked) => asked.includes("current_kb"));
    expect(writes).toEqual(["write data/selfballoon/current_kb=400"]);
    expect(rig.xenstored.asked.slice(before)).not.toContain("write data/selfballoon/reason=lower");
  });

  it("removes what is no more known", async () => {
    const rig = await (await Rig.start()).connected();
    rig.step();
    await rig.until("the facts", () => "reason" in rig.xenstored.shown);
    const fault = { code: "ERR_FORMAT", details: {}, problem: "", isRepeated: false, turn: null, nowMs: null } as const;
    rig.add({ kind: "fault", guest: "guest", ...fault });
    await rig.until("the fault", () => rig.xenstored.shown["reason"] === "ERR_FORMAT");
    await rig.until("no figures", () => Object.keys(rig.xenstored.shown).length === 1);
  });

  it("takes wishes that are there when it starts, and those that come", async () => {
    const rig = await Rig.start(({ values }) => values.set(INTERVAL, "3"));
    await rig.until("the first wish", () => rig.changes.length === 1);
    rig.xenstored.dom0(INTERVAL, "4");
    await rig.until("the second wish", () => rig.changes.length === 2);
    expect(rig.changes).toEqual([
      [{ selfballoon_interval: "3" }, true],
      [{ selfballoon_interval: "4" }, true],
    ]);
  });

  it("asks for nothing while nothing happens", async () => {
    const rig = await (await Rig.start()).connected();
    rig.step();
    await rig.until("the facts", () => "reason" in rig.xenstored.shown);
    await rig.answered();
    const before = rig.xenstored.asked.length;
    await rig.clock.advance(3_600_000);
    expect(rig.xenstored.asked).toHaveLength(before);
  });

  it("tells dom0 and the log of a wish that is refused, until it is withdrawn", async () => {
    const rig = await (await Rig.start()).connected();
    rig.xenstored.dom0(INTERVAL, "0");
    await rig.until("the refusal", () => REFUSED in rig.xenstored.shown);
    expect(rig.xenstored.shown[REFUSED]).toBe("it must be more, not 0 (EINVAL); it stays 5");
    expect(rig.told).toEqual(["ERR_WISH_REFUSED"]);
    rig.xenstored.dom0(INTERVAL, null);
    await rig.until("its end", () => !(REFUSED in rig.xenstored.shown));
    expect(rig.xenstored.asked).toContain("remove data/selfballoon/refused");
  });

  it("shows all again after a restore, when the watch is set again and xenstore has nothing of the guest", async () => {
    const rig = await (await Rig.start()).connected();
    rig.step();
    await rig.until("the facts", () => "reason" in rig.xenstored.shown);
    rig.xenstored.values.clear();
    rig.xenstored.fire("control/selfballoon");
    await rig.until("the facts again", () => "current_kb" in rig.xenstored.shown);
  });

  it("has a turn a second at most, whatever flood of events comes", async () => {
    const rig = await (await Rig.start()).connected();
    rig.xenstored.values.set(INTERVAL, "3");
    const before = rig.xenstored.asked.length;
    for (let times = 0; times < 20_000; times += 1) rig.xenstored.fire(INTERVAL);
    const beganMs = rig.clock.nowMs();
    await rig.until("the wish", () => rig.changes.length > 0);
    await rig.answered();
    const reads = rig.xenstored.asked.slice(before).filter((asked) => asked === `read ${INTERVAL}`);
    expect(reads.length).toBeLessThanOrEqual((rig.clock.nowMs() - beganMs) / 1000 + 1);
  });

  it.each([
    [
      "silent",
      (rig: Rig) => {
        rig.xenstored.isSilent = true;
      },
    ],
    [
      "gone",
      (rig: Rig) => {
        rig.canOpen = false;
        rig.xenstored.cut();
      },
    ],
  ])(
    "tells once of a xenstored that is %s, tries again after growing waits, and tells when it is back",
    async (_, fail) => {
      const rig = await (await Rig.start()).connected();
      fail(rig);
      rig.step();
      await rig.until("the fault", () => rig.told.includes("ERR_XENSTORE"));
      const tries = rig.xenstored.connections;
      for (let passed = 0; passed < 600; passed += 1) {
        rig.step(passed);
        await rig.clock.advance(1000);
      }
      expect(rig.told).toEqual(["ERR_XENSTORE"]);
      expect(rig.xenstored.connections - tries).toBeLessThan(10);
      rig.xenstored.isSilent = false;
      rig.canOpen = true;
      await rig.until("its return", () => rig.told.includes("toolstack_back"));
      await rig.until("the facts", () => "reason" in rig.xenstored.shown);
    },
  );

  it("ends a connection on which garbage comes, and makes it again", async () => {
    const rig = await (await Rig.start()).connected();
    rig.xenstored.say(Buffer.alloc(100, 0xff));
    await rig.until("the fault", () => rig.told.includes("ERR_XENSTORE"));
    await rig.until("its return", () => rig.told.includes("toolstack_back"));
    expect(rig.xenstored.connections).toBe(2);
  });

  it("removes what it shows when it ends, and does not wait for a xenstored that is silent", async () => {
    const rig = await (await Rig.start()).connected();
    rig.step();
    await rig.until("the facts", () => "reason" in rig.xenstored.shown);
    await rig.answered();
    await rig.link.close();
    expect(rig.xenstored.shown).toEqual({});
    const other = await (await Rig.start()).connected();
    await other.answered();
    other.xenstored.isSilent = true;
    const closing = other.link.close();
    await other.clock.advance(1000);
    await closing;
  });
});
