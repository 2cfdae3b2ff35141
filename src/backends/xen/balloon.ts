import { selfballoonError } from "../../core/errors.ts";
import { parseOptional } from "../../formats/kernel-text.ts";
import { parseNumberFile } from "../../formats/number-file.ts";
import type { MachineFiles } from "../../machine/files.ts";

/** The directory of Xen's balloon (Linux, Documentation/ABI/stable/sysfs-devices-system-xen_memory). */
export const XEN_MEMORY = "/sys/devices/system/xen_memory/xen_memory0";

const TARGET_KB = `${XEN_MEMORY}/target_kb`;

/** Xen's balloon rounds targets down to this. */
const GRAIN_KIB = 4;

/** A balloon on its way may move while it is read: its files are then read again, so often at the most. */
const MAX_READINGS = 3;

/** What the balloon driver shows, in KiB. */
export interface XenBalloonReading {
  readonly targetKib: number;
  readonly currentKib: number;
  /** What the guest has plus what its balloon holds, as far as the two were read at one moment (`./maximum.ts`). */
  readonly sumKib: number;
  /** 1 while nothing is being retried, and again once the driver has given up; null where the driver does not tell. */
  readonly retryCount: number | null;
}

/** The balloon driver's files. */
export class XenBalloon {
  private readonly files: MachineFiles;

  constructor(files: MachineFiles) {
    this.files = files;
  }

  /** Read all of it, again if the balloon has moved meanwhile. */
  read(): XenBalloonReading {
    for (let readings = 1; ; readings += 1) {
      const reading = this.readOnce();
      if (readings === MAX_READINGS || this.currentKib() === reading.currentKib) return reading;
    }
  }

  private readOnce(): XenBalloonReading {
    const currentKib = this.currentKib();
    const lowKib = this.number(`${XEN_MEMORY}/info/low_kb`);
    const highKib = this.number(`${XEN_MEMORY}/info/high_kb`);
    const retryCount = (text: string): number => parseNumberFile(text, "retry_count");
    return {
      targetKib: this.number(TARGET_KB),
      currentKib,
      sumKib: currentKib + lowKib + highKib,
      retryCount: parseOptional(retryCount, this.files.readIfPossible(`${XEN_MEMORY}/retry_count`)),
    };
  }

  currentKib(): number {
    return this.number(`${XEN_MEMORY}/info/current_kb`);
  }

  /**
   * Write the target, checked before and read back after, because the driver takes anything without complaint and
   * understands garbage as 0, which ends in a kernel panic.
   * @param seenKib the target that this one was made for. If there is another by now, the toolstack's, it stays.
   * @returns what was asked of it: rounded down to 4 KiB; null if nothing was written. If the toolstack's write came right
   * after ours, its target stays, and the next reading tells.
   * @throws ERR_TARGET_UNSAFE outside `leastKib` to `mostKib`; ERR_TARGET_NOT_TAKEN if it reads back as something else.
   */
  write(targetKib: number, seenKib: number, leastKib: number, mostKib: number): number | null {
    if (!Number.isSafeInteger(targetKib) || targetKib < leastKib || targetKib > mostKib) {
      throw selfballoonError("ERR_TARGET_UNSAFE", { targetKib, leastKib, mostKib });
    }
    const oldKib = this.number(TARGET_KB);
    if (oldKib !== seenKib) return null;
    const wantedKib = targetKib - (targetKib % GRAIN_KIB);
    this.files.write(TARGET_KB, `${wantedKib}`);
    const readKib = this.number(TARGET_KB);
    if (readKib === wantedKib || (readKib !== oldKib && readKib >= leastKib)) return wantedKib;
    if (readKib !== oldKib) this.files.write(TARGET_KB, `${oldKib}`);
    const path = this.files.resolve(TARGET_KB);
    throw selfballoonError("ERR_TARGET_NOT_TAKEN", { path, targetKib: wantedKib, readKib, oldKib });
  }

  private number(path: string): number {
    return parseNumberFile(this.files.read(path), this.files.resolve(path));
  }
}
