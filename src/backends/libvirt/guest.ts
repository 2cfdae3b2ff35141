import type { Cancellation, Reading } from "../../core/backend.ts";
import { selfballoonError } from "../../core/errors.ts";
import { BYTES_PER_KIB } from "../../core/units.ts";
import { AgentSource } from "../host/agent-source.ts";
import { type BalloonState, requireSafeTarget } from "../host/balloon-state.ts";
import { requireGoing } from "../host/deadline.ts";
import { Freshness } from "../host/freshness.ts";
import { chooseReadings, type Source, sourceNotices } from "../host/source.ts";
import { LibvirtAgent } from "./agent.ts";
import { type BalloonDevice, parseBalloonDevice } from "./balloon-device.ts";
import type { Domain } from "./domstats.ts";
import type { RunVirsh } from "./virsh.ts";

/** What a newcomer adds to the domain's XML for a balloon. */
const BALLOON_REMEDY = "<memballoon model='virtio' autodeflate='on'><stats period='1'/></memballoon>";

/** The statistics' period where the domain has none. */
const PERIOD_S = 1;

const BACKOFF_MS = { first: 1000, most: 10_000 };

export interface LibvirtGuestOptions {
  readonly name: string;
  readonly run: RunVirsh;
  /** A monotonic clock. */
  readonly nowMs: () => number;
  /** Seconds for the observations' `t`. */
  readonly nowS: () => number;
}

/** One domain of libvirt's. */
export class LibvirtGuest {
  private readonly options: LibvirtGuestOptions;
  private readonly agent: AgentSource;
  private readonly freshness = new Freshness();
  private device: BalloonDevice | null = null;
  private source: Source | null = null;

  constructor(options: LibvirtGuestOptions) {
    const { name: domain, run, nowMs } = options;
    this.options = options;
    const port = new LibvirtAgent({ run, domain, nowMs, backoffMs: BACKOFF_MS });
    // libvirt itself knows whether the port is open, and says so at once.
    this.agent = new AgentSource({ port, portOpen: () => Promise.resolve(null), nowMs });
  }

  async observe(domain: Domain): Promise<Reading> {
    const device = await this.findDevice();
    const state = this.requireState(domain, device);
    const answer = await this.agent.read(state);
    const ageMs = this.freshness.ageMs(domain.lastUpdateS, this.options.nowMs());
    const periodMs = (device.periodS ?? PERIOD_S) * 1000;
    const statistics = { statistics: domain.statistics, ageMs, periodMs };
    const chosen = await chooseReadings(answer, () => Promise.resolve(statistics), state);
    const notices = sourceNotices(this.source, chosen.source, chosen.statisticsAgeMs);
    this.source = chosen.source;
    const observation = { t: this.options.nowS(), guest: domain.name, ...chosen.readings };
    return { observation, notices, rssBytes: domain.rssBytes };
  }

  async apply(domain: Domain, targetBytes: number, cancellation: Cancellation): Promise<void> {
    const { maximumBytes } = this.requireState(domain, await this.findDevice());
    requireSafeTarget(targetBytes, maximumBytes);
    requireGoing(`setting ${domain.name}`, cancellation);
    await this.setMemory(targetBytes);
  }

  async release(domain: Domain): Promise<void> {
    if (domain.maximumBytes !== null) await this.setMemory(domain.maximumBytes);
  }

  close(): Promise<void> {
    return this.agent.close();
  }

  private async setMemory(bytes: number): Promise<void> {
    const size = `--size=${Math.floor(bytes / BYTES_PER_KIB)}`;
    await this.options.run(["setmem", this.domainArgument, size, "--live"]);
  }

  private requireState(domain: Domain, { deflateOnOom }: BalloonDevice): BalloonState {
    const { name: guest, currentBytes, maximumBytes } = domain;
    if (!domain.running) throw selfballoonError("ERR_GUEST_LEFT_ALONE", { guest, state: "paused" });
    if (currentBytes === null || maximumBytes === null) {
      throw selfballoonError("ERR_GUEST_LEFT_ALONE", { guest, state: "busy, or migrating" });
    }
    return { currentBytes, maximumBytes, deflateOnOom };
  }

  /** Look at the domain's XML once, and have its statistics updated. */
  private async findDevice(): Promise<BalloonDevice> {
    if (this.device !== null) return this.device;
    const { name: guest, run } = this.options;
    const device = parseBalloonDevice((await run(["dumpxml", this.domainArgument])).stdout);
    if (device === null) throw selfballoonError("ERR_BALLOON_MISSING", { guest, remedy: BALLOON_REMEDY });
    if (device.periodS === null) {
      await run(["dommemstat", this.domainArgument, `--period=${PERIOD_S}`, "--live"]);
    }
    this.device = device;
    return device;
  }

  /** A name that starts with a dash is no option, when it is written so. */
  private get domainArgument(): string {
    return `--domain=${this.options.name}`;
  }
}
