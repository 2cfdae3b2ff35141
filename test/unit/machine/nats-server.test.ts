import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { startNatsServer } from "../../../src/machine/nats-server.ts";
import { temporaryFolder } from "../../support/trees.ts";

describe("a NATS server of our own", () => {
  it("is said to be absent where it is not installed, with what to install", async () => {
    await expect(startNatsServer(temporaryFolder(), "no-such-nats-server")).rejects.toMatchObject({
      code: "ERR_NO_NATS_SERVER",
      exitCode: 4,
      message: expect.stringMatching(/there is no no-such-nats-server; install it .*apt-get install nats-server/),
    });
  });

  it("is said to have ended if it ends at once, in the program's own words", async () => {
    const folder = temporaryFolder();
    await expect(startNatsServer(folder, "false")).rejects.toThrow("it ended with exit code 1");
    expect([folder, join(folder, "store")].map((path) => existsSync(path))).toEqual([true, false]);
  });
});
