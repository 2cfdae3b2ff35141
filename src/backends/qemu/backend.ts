import type { Backend, Cancellation, GuestSize, OpenBackend, Probe, Reading, WatchSample } from "../../core/backend.ts";
import { type SelfballoonError, selfballoonError } from "../../core/errors.ts";
import { realClock } from "../../time/clock.ts";
import { endsWithin } from "../../time/deadline.ts";
import { cancellable } from "../host/cancellation.ts";
import { createSemaphore } from "../host/semaphore.ts";
import { findSockets, isPattern, mayBeThere, type SocketSearch } from "../host/socket-search.ts";
import { findDoubles, type SocketOfMachine } from "./double-sockets.ts";
import { QemuGuest } from "./guest.ts";
import { GuestNames } from "./guest-names.ts";

/** How long QEMU or an agent may take for one answer, unless the operator says otherwise. */
const DEADLINE_MS = 1000;

/** Most new machines that are asked at a time what they are. */
const MAX_DISCOVERIES = 32;

/** How long a look for guests waits for new machines to say what they are. The others are guests once they have. */
const DISCOVERY_MS = 2500;

/** What the QEMU backend is given. */
export interface QemuOptions {
  /** The machines' QMP sockets: absolute paths, with `*` and `?` for parts of names. One socket a machine is used. */
  readonly qmp: readonly string[];
  /** The agents' sockets, with `{dir}` and `{name}` of the QMP socket. Null: beside the QMP socket, where QEMU says. */
  readonly agent: string | null;
  /** A monotonic clock. */
  readonly nowMs: () => number;
  /** Seconds for the observations' `t`. */
  readonly nowS: () => number;
  readonly deadlineMs?: number;
}

/** The guests of a QEMU host, each by its QMP socket. */
export function createQemuBackend(options: QemuOptions): Backend {
  return {
    name: "qemu",
    traits: { place: "host", isReal: true, hasBalloons: true, isHere: true },
    probe: () => probe(options.qmp),
    examine: async (context) => {
      const { examineQemu } = await import("./examine.ts");
      return examineQemu(
        { ...options, open: (path, qmpPaths) => new QemuHost({ ...options, qmp: [path] }, qmpPaths) },
        context,
      );
    },
    open: () => Promise.resolve(new QemuHost(options)),
  };
}

async function probe(patterns: readonly string[]): Promise<Probe> {
  const where = patterns.join(", ");
  if (patterns.length === 0)
    return absent("no QMP sockets are configured: name them with --qmp, or as qmp under [backend]");
  const { paths, problems } = await findSockets(patterns);
  if (paths.length > 0)
    return { usable: true, found: `${paths.length} QMP ${paths.length === 1 ? "socket" : "sockets"} at ${where}` };
  if (problems.length > 0) return absent(`there is no QMP socket at ${where}: ${problems.join(", ")}`);
  if (patterns.some(isPattern)) return { usable: true, found: `no QMP socket at ${where} yet` }; // guests come and go
  return absent(`there is no QMP socket at ${where}`);
}

function absent(because: string): Probe {
  return { usable: false, refused: false, because };
}

class QemuHost implements OpenBackend {
  private readonly options: QemuOptions;
  private readonly byPath = new Map<string, QemuGuest>();
  /** Sockets of machines that others lead to, and those others. */
  private readonly doubles = new Map<string, string>();
  private readonly names = new GuestNames();
  private byName: ReadonlyMap<string, QemuGuest> = new Map();
  /** Sockets that are said to be another machine's, and that do not answer themselves. */
  private hidden: ReadonlySet<string> = new Set();
  private found: readonly string[] = [];
  private readonly atATime = createSemaphore(MAX_DISCOVERIES);
  /** New machines that have neither said what they are nor failed to. */
  private readonly asked = new Map<QemuGuest, Promise<void>>();
  private readonly neighbours: readonly string[];

  /** @param neighbours QMP sockets of the same host that are not asked for: no machine may name one as its agent's. */
  constructor(options: QemuOptions, neighbours: readonly string[] = []) {
    this.options = options;
    this.neighbours = neighbours;
  }

  /**
   * New sockets are asked for their names, a few at a time; those that do not answer are listed too, and observing them says
   * why. However many there are, a look waits for so long only: those whose turn has not come are asked meanwhile, and
   * listed at a later look.
   */
  async guests(cancellation: Cancellation): Promise<readonly string[]> {
    for (const path of this.hidden) void identify(this.byPath.get(path)); // nobody else asks them again
    const added = await this.follow(await findSockets(this.options.qmp));
    for (const guest of added) this.ask(guest);
    const allAsked = endsWithin(realClock, DISCOVERY_MS, Promise.all(this.asked.values()));
    await cancellable(allAsked, "finding guests", cancellation);
    await this.dropDoubles();
    const listed = [...this.byPath.values()].filter((guest) => !this.asked.has(guest) && !this.hidden.has(guest.path));
    const names = this.names.assign(listed.map(({ path, known }) => ({ path, name: known?.name ?? null })));
    this.byName = new Map(listed.map((guest) => [names.get(guest.path) ?? guest.path, guest]));
    return [...this.byName.keys()];
  }

  problems(): readonly SelfballoonError[] {
    return this.asked.size === 0 ? [] : [selfballoonError("ERR_GUESTS_WAITING")];
  }

  async observe(guest: string, cancellation: Cancellation): Promise<Reading> {
    return this.find(guest).observe(guest, cancellation);
  }

  watch(guest: string, cancellation: Cancellation): Promise<WatchSample | null> | null {
    return this.find(guest).watch(guest, cancellation);
  }

  async size(guest: string, cancellation: Cancellation): Promise<GuestSize> {
    return this.find(guest).size(guest, cancellation);
  }

  async apply(guest: string, balloonTargetPages: number, pageBytes: number, cancellation: Cancellation): Promise<void> {
    return this.find(guest).apply(guest, balloonTargetPages * pageBytes, cancellation);
  }

  async release(guest: string, maxBytes: number | null, cancellation: Cancellation): Promise<void> {
    return this.find(guest).release(guest, maxBytes, cancellation);
  }

  async close(): Promise<void> {
    const guests = [...this.byPath.values()];
    this.byPath.clear();
    this.byName = new Map();
    await Promise.all(guests.map((guest) => guest.close()));
  }

  private find(guest: string): QemuGuest {
    const found = this.byName.get(guest);
    if (found === undefined) throw selfballoonError("ERR_GUEST_UNKNOWN", { guest });
    return found;
  }

  /** Sockets come and go with their machines; one that could not be looked at stays. Returns the guests behind new ones. */
  private async follow(search: SocketSearch): Promise<readonly QemuGuest[]> {
    this.found = search.paths;
    const there = new Set(search.paths);
    const isGone = (path: string): boolean => !there.has(path) && !mayBeThere(path, search);
    await this.forget([...this.byPath.keys()].filter(isGone));
    for (const [path, first] of this.doubles) {
      if (isGone(path) || !this.byPath.has(first)) this.doubles.delete(path);
    }
    const added = search.paths.filter((path) => !this.byPath.has(path) && !this.doubles.has(path));
    for (const path of added) this.byPath.set(path, this.create(path));
    return added.flatMap((path) => this.byPath.get(path) ?? []);
  }

  /** Ask a new machine what it is when its turn comes, if it is still there. */
  private ask(guest: QemuGuest): void {
    const turn = this.atATime(async () => {
      if (this.byPath.get(guest.path) === guest) await identify(guest);
    });
    this.asked.set(
      guest,
      turn.finally(() => this.asked.delete(guest)),
    );
  }

  private create(path: string): QemuGuest {
    const { agent, nowMs, nowS, deadlineMs = DEADLINE_MS } = this.options;
    const qmpPaths = (): readonly string[] => [...this.neighbours, ...this.found];
    return new QemuGuest({ path, qmpPaths, agentPattern: agent, deadlineMs, nowMs, nowS });
  }

  /** A machine may have several QMP sockets, and a pattern may match them all: the first that answers is used. */
  private async dropDoubles(): Promise<void> {
    const { proven, claimed } = findDoubles([...this.byPath.values()].map(socketsOf));
    for (const [path, first] of proven) this.doubles.set(path, first);
    await this.forget([...proven.keys()]);
    this.hidden = claimed;
  }

  private async forget(paths: readonly string[]): Promise<void> {
    const guests = paths.flatMap((path) => this.byPath.get(path) ?? []);
    for (const path of paths) this.byPath.delete(path);
    await Promise.all(guests.map((guest) => guest.close()));
  }
}

/** Ask a machine what it is; one that does not answer stays unknown until it is observed. */
async function identify(guest: QemuGuest | undefined): Promise<void> {
  await guest?.discover().catch(() => {});
}

function socketsOf({ path, known }: QemuGuest): SocketOfMachine {
  const said = known?.chardevs.flatMap(({ socketPath }) => socketPath ?? []) ?? null;
  return { path, others: said?.filter((other) => other !== path) ?? null };
}
