import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { problemOf } from "../../src/core/errors.ts";
import { connectFleet } from "../../src/fleet/connect.ts";
import { prepareFleet } from "../../src/fleet/prepare.ts";
import { type OwnNatsServer, startNatsServer } from "../../src/machine/nats-server.ts";
import { type Figure, pending } from "../budgets.ts";

/** Where a fleet is measured. */
export interface OwnFleet {
  /** Its NATS server, which is prepared for members. */
  readonly url: string;
  /** Gone afterwards. */
  readonly folder: string;
}

/** Measure a fleet on a NATS server of its own; where that is not to be, `count` figures say why. */
export async function onOwnFleet(
  count: number,
  measure: (fleet: OwnFleet) => Promise<readonly Figure[]>,
): Promise<readonly Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), "selfballoon-bench-"));
  let nats: OwnNatsServer | null = null;
  try {
    nats = await startNatsServer(folder);
    const connection = await connectFleet({ servers: [nats.url], credentials: null, tlsCa: null }, "bench");
    await prepareFleet(connection, 1);
    await connection.close();
    return await measure({ url: nats.url, folder });
  } catch (thrown) {
    return Array.from({ length: count }, () => pending(problemOf(thrown)));
  } finally {
    await nats?.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
