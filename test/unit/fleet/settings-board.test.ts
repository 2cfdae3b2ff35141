import { Kvm } from "@nats-io/kv";
import { describe, expect, it, onTestFinished } from "vitest";
import { connectFleet } from "../../../src/fleet/connect.ts";
import { SETTINGS_BUCKET } from "../../../src/fleet/names.ts";
import { prepareFleet } from "../../../src/fleet/prepare.ts";
import { SettingsBoard } from "../../../src/fleet/settings-board.ts";
import { NO_SETTINGS } from "../../../src/fleet/settings-wire.ts";
import { natsGate, startNats } from "../../support/nats.ts";

describe.skipIf(natsGate().skip)("what is set for a fleet", () => {
  it("is left alone where it can't be read, until it is set anew", async () => {
    const { url } = await startNats();
    const connection = await connectFleet({ servers: [url], credentials: null, tlsCa: null }, "board");
    onTestFinished(() => connection.close());
    await prepareFleet(connection, 1);
    const bucket = await new Kvm(connection).open(SETTINGS_BUCKET);
    await bucket.put("all", new TextEncoder().encode("nonsense"));
    const board = await SettingsBoard.open(connection);
    await expect(board.edit({ kind: "all" }, (before) => before)).rejects.toMatchObject({
      code: "ERR_FLEET_SETTINGS_UNREADABLE",
      message: expect.stringContaining("selfballoon fleet unset"),
    });
    expect((await bucket.get("all"))?.string()).toBe("nonsense");
    expect(await board.edit({ kind: "all" }, () => NO_SETTINGS, { isAnew: true })).toEqual({
      ...NO_SETTINGS,
      revision: 2,
    });
    expect(await board.edit({ kind: "all" }, (before) => before)).toEqual({ ...NO_SETTINGS, revision: 2 });
  });

  it("is not changed by whoever was shown what is there no more", async () => {
    const { url } = await startNats();
    const connection = await connectFleet({ servers: [url], credentials: null, tlsCa: null }, "board");
    onTestFinished(() => connection.close());
    await prepareFleet(connection, 1);
    const board = await SettingsBoard.open(connection);
    const [scope, guard] = [{ kind: "all" } as const, { ...NO_SETTINGS, settings: { guard: "1" } }];
    expect(await board.edit(scope, () => guard, { revision: 0 })).toEqual({ ...guard, revision: 1 });
    for (const revision of [0, 2])
      await expect(board.edit(scope, () => NO_SETTINGS, { isAnew: true, revision })).rejects.toMatchObject({
        code: "ERR_FLEET_SETTINGS_OTHER",
        details: { scope: "all", shown: revision, there: 1 },
      });
    expect(await board.edit(scope, () => NO_SETTINGS, { isAnew: true, revision: 1 })).toEqual({
      ...NO_SETTINGS,
      revision: 2,
    });
  });
});
