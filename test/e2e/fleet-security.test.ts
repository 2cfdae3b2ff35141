import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { makeCertificate } from "../support/certificates.ts";
import type { Home } from "../support/home.ts";
import { hostsSeenBy, member } from "../support/members.ts";
import { natsGate, startNats } from "../support/nats.ts";
import { ADMINISTRATOR, operatorWithAccount, type Permissions } from "../support/nats-credentials.ts";
import { temporaryFolder } from "../support/trees.ts";
import { until } from "../support/until.ts";

/** What the example gives to a host by its nkey, for a user of an account. */
function permissionsOf(host: string): Permissions {
  const state = ["state", "guests"].map((key) => `$KV.selfballoon_hosts.${host}.${key}`);
  return {
    pub: {
      allow: [
        ...state,
        `selfballoon.changes.${host}`,
        `selfballoon.records.${host}`,
        "$JS.API.STREAM.MSG.GET.KV_selfballoon_settings",
      ],
    },
    sub: { allow: [`_INBOX_selfballoon_${host}.>`, `selfballoon.ask.${host}`, "$KV.selfballoon_settings.>"] },
    resp: { max: 1, ttl: 360_000_000_000 },
  };
}

/** A home of a member whose guests share memory. */
function sharing(name: string, url: string, more: string): Home {
  return member(name, url, more, "[host]\nmemory_mb = 16384\n[simulated]\nguests = 3\n");
}

describe.skipIf(natsGate().skip)("a fleet whose members have .creds files", { timeout: 120_000 }, () => {
  it("takes each at its own name alone", async () => {
    const operator = operatorWithAccount();
    const { url } = await startNats(operator.config);
    const withCredentials = (name: string, user: string, permissions: Permissions): Home => {
      const file = join(temporaryFolder(), "user.creds");
      writeFileSync(file, operator.credentials(user, permissions), { mode: 0o600 });
      return sharing(name, url, `credentials = "${file}"`);
    };
    const admin = withCredentials("admin", "admin", ADMINISTRATOR);
    await admin.succeed("fleet", "prepare");
    await withCredentials("h1", "h1", permissionsOf("h1")).daemon("--backend", "simulated");
    await until("the host", async () => ((await hostsSeenBy(admin)).length === 1 ? true : null));
    expect(await admin.succeed("fleet", "reserve", "16")).toContain("on h1");
    // One that took another's name in its configuration has still its own credentials.
    const liar = withCredentials("h2", "h1", permissionsOf("h1"));
    const daemon = await liar.daemon("--backend", "simulated");
    await daemon.says("stderr", /the fleet must be told by NATS .*(ermission|timeout)/i);
    expect((await hostsSeenBy(admin)).map(({ host }) => host)).toEqual(["h1"]);
  });

  it("takes nobody without", async () => {
    const { url } = await startNats(operatorWithAccount().config);
    const { exitCode, stderr } = await sharing("h1", url, "").do("fleet", "status");
    expect({ exitCode, stderr }).toEqual({ exitCode: 4, stderr: expect.stringMatching(/Authorization Violation/i) });
  });
});

describe.skipIf(natsGate().skip)("a fleet over TLS", { timeout: 120_000 }, () => {
  it("is reached by those who know the authority of the server's certificate, and by nobody else", async () => {
    const { ca, certificate, key } = makeCertificate();
    const { url } = await startNats(`tls { cert_file: "${certificate}", key_file: "${key}" }`);
    const secure = url.replace("nats://127.0.0.1", "tls://localhost");
    const home = sharing("h1", secure, `tls_ca = "${ca}"`);
    await home.succeed("fleet", "prepare");
    await home.daemon();
    await until("the host", async () => ((await hostsSeenBy(home)).length === 1 ? true : null));
    const stranger = await sharing("h2", secure, "").do("fleet", "status");
    expect(stranger).toMatchObject({ exitCode: 4, stderr: expect.stringMatching(/certificate/) });
    const other = await sharing("h2", secure, `tls_ca = "${makeCertificate().ca}"`).do("fleet", "status");
    expect(other).toMatchObject({ exitCode: 4, stderr: expect.stringMatching(/certificate/) });
  });

  it("is not talked to in the clear where tls:// was asked for", async () => {
    const { url } = await startNats();
    const { exitCode, stderr } = await sharing("h1", url.replace("nats:", "tls:"), "").do("fleet", "prepare");
    expect({ exitCode, stderr }).toEqual({
      exitCode: 4,
      stderr: expect.stringMatching(/server does not support .?tls/i),
    });
  });
});
