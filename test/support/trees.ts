import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";

const FIXTURES = new URL("../fixtures/", import.meta.url).pathname;

/** Where Xen's balloon shows itself. */
export const XEN_MEMORY = "sys/devices/system/xen_memory/xen_memory0";

/** A folder of its own for one test, gone when the test ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "sb-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A tree that stands for a machine: a copy of a captured one, which a test may change. */
export class Tree {
  readonly root: string;

  /** `fixture` is a folder below test/fixtures, such as `xen/pv-idle`. */
  constructor(fixture: string) {
    this.root = temporaryFolder();
    cpSync(join(FIXTURES, fixture), this.root, { recursive: true });
  }

  read(path: string): string {
    return readFileSync(join(this.root, path), "utf8");
  }

  write(path: string, content: string | Buffer): void {
    mkdirSync(dirname(join(this.root, path)), { recursive: true });
    writeFileSync(join(this.root, path), content);
  }

  remove(path: string): void {
    rmSync(join(this.root, path), { recursive: true });
  }

  removeIfThere(path: string): void {
    rmSync(join(this.root, path), { recursive: true, force: true });
  }

  /** Put `next` in the place of the text that `pattern` finds in `path`. */
  edit(path: string, pattern: RegExp, next: string): void {
    const text = this.read(path);
    if (!pattern.test(text)) throw new Error(`${path} holds nothing like ${String(pattern)}`);
    this.write(path, text.replace(pattern, next));
  }

  /** The balloon follows: the guest has what it was told to have. */
  followTarget(offsetKib: number): void {
    const targetKib = Number(this.read(`${XEN_MEMORY}/target_kb`));
    this.setMemory(targetKib, offsetKib);
  }

  /** The guest has `currentKib`, of which its kernel sees all but `offsetKib`. */
  setMemory(currentKib: number, offsetKib: number): void {
    const maximumKib =
      Number(this.read(`${XEN_MEMORY}/info/current_kb`)) + Number(this.read(`${XEN_MEMORY}/info/low_kb`));
    this.write(`${XEN_MEMORY}/info/current_kb`, `${currentKib}\n`);
    this.write(`${XEN_MEMORY}/info/low_kb`, `${maximumKib - currentKib}\n`);
    this.setTotal(currentKib - offsetKib);
  }

  /** MemTotal, and with it the pages that the kernel manages in its largest zone. */
  private setTotal(totalKib: number): void {
    const number = (path: string, pattern: RegExp): number => Number(pattern.exec(this.read(path))?.[1]);
    const grownPages = (totalKib - number("proc/meminfo", /^MemTotal: +(\d+)/m)) / 4;
    const managedPages = number("proc/zoneinfo", /zone +DMA32[\s\S]*?managed +(\d+)/) + grownPages;
    this.edit("proc/meminfo", /^MemTotal: +\d+/m, `MemTotal: ${totalKib}`);
    this.edit("proc/zoneinfo", /(zone +DMA32[\s\S]*?managed +)\d+/, `$1${managedPages}`);
  }
}
