import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { describe, expect, it } from "vitest";
import { Driver, type DriverEvent } from "../../support/driver.ts";

const DEFAULT_FILE = new URL("../../fixtures/vectors/driver.jsonl", import.meta.url).pathname;
const file = process.env["SELFBALLOON_VECTORS"] ?? DEFAULT_FILE;

type VectorLine = DriverEvent & { readonly scenario: number };

const ANSWERS: readonly string[] = ["rc", "read", "ran", "balloonTarget", "frontswapTarget", "armed", "delay"];

/** What the line says that the driver answered: everything in it that is not the question. */
function expectedAnswer(line: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(line).filter(([key]) => ANSWERS.includes(key)));
}

describe(`the golden vectors of ${file}`, () => {
  it("are answered as the driver answered them, every event", async () => {
    let driver = new Driver();
    let scenario = -1;
    let events = 0;
    for await (const text of createInterface({ input: createReadStream(file) })) {
      if (text === "") continue;
      const line = JSON.parse(text) as VectorLine;
      if (line.scenario !== scenario) driver = new Driver();
      scenario = line.scenario;
      events += 1;
      expect(driver.answer(line), `line ${events}: ${text}`).toEqual(expectedAnswer(line));
    }
    expect(events, "the file must hold events").toBeGreaterThan(0);
    console.log(`${events} events of ${scenario + 1} scenarios answered as recorded`);
  });
});
