import { describe, expect, it } from "vitest";
import {
  chooseSetting,
  createSettings,
  existingTunables,
  readSetting,
  resetSetting,
  writeSetting,
} from "../../../src/core/settings.ts";
import { DEFAULT_TUNABLES, TUNABLES } from "../../../src/core/tunables.ts";

const settings = createSettings({ hasCompressedSwap: true });

const DRIVER_NAMES = [
  "selfballooning",
  "selfballoon_interval",
  "selfballoon_downhysteresis",
  "selfballoon_uphysteresis",
  "selfballoon_min_usable_mb",
  "selfballoon_reserved_mb",
  "frontswap_selfshrinking",
  "frontswap_hysteresis",
  "frontswap_inertia",
];

describe("the table of tunables", () => {
  it("begins with the driver's nine, by name", () => {
    expect(TUNABLES.slice(0, 9).map(({ name }) => name)).toEqual(DRIVER_NAMES);
  });

  it("has the driver's defaults", () => {
    const values = DRIVER_NAMES.map((name) => Object.entries(DEFAULT_TUNABLES).find(([key]) => key === name)?.[1]);
    expect(values).toEqual([1, 5, 8, 1, 0, 0, 1, 20, 3]);
  });
});

describe.each(TUNABLES)("$name", (row) => {
  const write = (text: string, privileged = true) => writeSetting(settings, row.name, text, privileged);
  const other = row.default === row.max ? row.min : row.max;

  it("takes a value, gives it back and returns to its default", () => {
    const written = write(`${other}\n`);
    if (!written.ok) throw new Error(`${row.name}=${other} was refused: ${written.refusal}`);
    expect(written.settings.values[row.name]).toBe(other);
    expect(readSetting(written.settings, row.name)).toBe(`${other | 0}\n`);
    const reset = resetSetting(written.settings, row.name, true);
    expect(reset.ok && reset.settings).toEqual(settings);
  });

  it.each([
    "",
    "\n",
    "abc",
    "-1",
    " 7",
    "7 ",
    "7\n\n",
    "\n7",
    "++1",
    "+",
    "0x10",
    "1e3",
    "1.5",
    "٣",
    "4294967296",
    "99999999999999999999",
    "1\0",
  ])("refuses %j and stays as it is", (text) => {
    expect(write(text)).toEqual({ ok: false, refusal: "EINVAL" });
  });

  it.each([`${other}`, `+${other}`, `000${other}\n`])("takes %j", (text) => {
    const written = write(text);
    expect(written.ok && written.value).toBe(other);
  });

  it(`${row.min === 0 ? "takes" : "refuses"} 0`, () => {
    expect(write("0").ok).toBe(row.min === 0);
  });

  it(`${row.min === 0 || row.takesZero ? "takes" : "refuses"} 0 as the operator's choice, and else what a write takes`, () => {
    const choose = (text: string, privileged = true) => chooseSetting(settings, row.name, text, privileged);
    expect(choose("0\n").ok).toBe(row.min === 0 || row.takesZero);
    expect(choose("-0").ok || choose("").ok || choose("0", false).ok).toBe(false);
    expect(choose(`${other}`)).toEqual(write(`${other}`));
  });

  it("asks for the privilege before it looks at the value", () => {
    expect(write("abc", false)).toEqual({ ok: false, refusal: "EPERM" });
    expect(resetSetting(settings, row.name, false)).toEqual({ ok: false, refusal: "EPERM" });
  });

  it(`${row.needsCompressedSwap ? "does not exist" : "exists"} where no compressed swap is configured`, () => {
    const without = createSettings({ hasCompressedSwap: false });
    expect(existingTunables(without).includes(row.name)).toBe(!row.needsCompressedSwap);
    expect(writeSetting(without, row.name, `${other}`, true).ok).toBe(!row.needsCompressedSwap);
  });
});

describe("a write to a name that is not in the table", () => {
  it.each(["", "selfballon", "__proto__", "constructor"])("is refused: %j", (name) => {
    expect(writeSetting(settings, name, "1", true)).toEqual({ ok: false, refusal: "ENOENT" });
    expect(resetSetting(settings, name, true)).toEqual({ ok: false, refusal: "ENOENT" });
  });
});
