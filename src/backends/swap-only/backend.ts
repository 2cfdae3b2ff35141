import type { Backend, OpenBackend, Probe, Reading } from "../../core/backend.ts";
import { selfballoonError } from "../../core/errors.ts";
import type { Meminfo } from "../../formats/meminfo.ts";
import type { MachineFiles } from "../../machine/files.ts";
import { readOwnKernel, readZonesIfPossible } from "../../machine/own-kernel.ts";

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

/** This machine without a balloon: only its compressed swap is looked after. */
export function createSwapOnlyBackend(options: SwapOnlyOptions): Backend {
  return {
    name: "swap-only",
    probe: () => Promise.resolve(probe(options.compressedSwap())),
    open: () => Promise.resolve(new ThisMachine(options)),
  };
}

function probe(compressedSwap: readonly string[]): Probe {
  if (compressedSwap.length === 0)
    return { usable: false, refused: false, because: "this machine has no compressed swap" };
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
    const { readings, meminfo } = readOwnKernel(files, readZonesIfPossible(files));
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
