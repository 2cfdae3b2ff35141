import type { Backend, OpenBackend, Probe, Reading } from "../../core/backend.ts";
import { selfballoonError } from "../../core/errors.ts";
import { finding } from "../../core/finding.ts";
import type { Meminfo } from "../../formats/meminfo.ts";
import type { MachineFiles } from "../../machine/files.ts";
import { readOwnKernel } from "../../machine/own-kernel.ts";

/** What the backend is given. */
export interface SwapOnlyOptions {
  readonly files: MachineFiles;
  /** The compressed swap of this machine, by name: `zram0`, `zswap`; none if there is none. */
  readonly compressedSwap: () => readonly string[];
  /** Pages held in compressed swap, null where there is none. */
  readonly frontswapPages: (meminfo: Meminfo, pageBytes: number) => number | null;
  /** Seconds for the observations' `t`. */
  readonly nowS: () => number;
}

/** This machine without a balloon: only its compressed swap is managed. */
export function createSwapOnlyBackend(options: SwapOnlyOptions): Backend {
  return {
    name: "swap-only",
    traits: { place: "guest", isReal: true, hasBalloons: false, isHere: true },
    probe: () => Promise.resolve(probe(options.compressedSwap())),
    examine: async () => [finding("ok", WITHOUT_BALLOON)],
    open: () => Promise.resolve(new ThisMachine(options)),
  };
}

const WITHOUT_BALLOON =
  "Where `run` finds no balloon, it brings pages back from compressed swap alone, once it is calm.";

const ADD_SWAP = "With zram or zswap in use, `run` brings pages back from it: selfballoon slices --help";

function probe(compressedSwap: readonly string[]): Probe {
  if (compressedSwap.length === 0) {
    const because = "this machine has no compressed swap";
    return { usable: false, refused: false, because, remedy: ADD_SWAP };
  }
  return { usable: true, found: `compressed swap (${compressedSwap.join(", ")}) and no balloon on this machine` };
}

class ThisMachine implements OpenBackend {
  private readonly options: SwapOnlyOptions;
  private readonly guest: string;

  constructor(options: SwapOnlyOptions) {
    this.options = options;
    this.guest = options.files.readIfPossible("/proc/sys/kernel/hostname")?.trim().slice(0, 64) || "this-machine";
  }

  guests(): Promise<readonly string[]> {
    return Promise.resolve([this.guest]);
  }

  async observe(guest: string): Promise<Reading> {
    if (guest !== this.guest) throw selfballoonError("ERR_GUEST_UNKNOWN", { guest });
    const { files, nowS, frontswapPages } = this.options;
    const { readings, meminfo } = readOwnKernel(files, null);
    return {
      observation: {
        t: nowS(),
        guest,
        ...readings,
        frontswapPages: frontswapPages(meminfo, readings.pageBytes),
        balloonCurrentPages: null,
        balloonMaxPages: null,
      },
      notices: [],
    };
  }

  /** Nothing can be given back at once here, so there is nothing to watch for. */
  watch(): null {
    return null;
  }

  async size(): Promise<null> {
    return null;
  }

  apply(): Promise<void> {
    return Promise.reject(selfballoonError("ERR_NO_BACKEND", { because: "this machine has no balloon to move" }));
  }

  /** The machine has all its memory already. */
  async release(): Promise<void> {}

  async close(): Promise<void> {
    this.options.files.close();
  }
}
