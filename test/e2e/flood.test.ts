import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { Home } from "../support/home.ts";
import { until } from "../support/until.ts";

/** A daemon that serves the page, and where. */
async function serve() {
  const home = new Home();
  home.env["SELFBALLOON_LISTEN"] = "127.0.0.1:0";
  const daemon = await home.daemon("--backend", "simulated");
  const [url] = await daemon.says("stdout", /http:\/\/127[^\s#]+/);
  const { port } = new URL(url);
  return { home, daemon, port: Number(port) };
}

/** A client that reads nothing, and sends `bytes` again and again until it is cut off. */
function flood(port: number, bytes: string) {
  const client = { isCut: false };
  const socket = connect(port, "127.0.0.1").pause();
  const pump = (): void => {
    while (bytes !== "" && !socket.destroyed && socket.write(bytes));
  };
  socket.on("connect", pump).on("drain", pump);
  socket
    .on("error", () => {})
    .on("close", () => {
      client.isCut = true;
    });
  onTestFinished(() => void socket.destroy());
  return client;
}

/** The most memory that the process has had, in MiB. */
function peakMib(pid: number | undefined): number {
  const [, kib] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
  return Number(kib) / 1024;
}

describe("the daemon under clients that ask and do not read", () => {
  it.each(["/v1/guests", "/metrics", "/openapi.json"])(
    "stays small, answers on its socket and lets in others: %s",
    async (path) => {
      const { home, daemon, port } = await serve();
      const beforeMib = peakMib(daemon.child.pid);
      const request = `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`;
      const clients = Array.from({ length: 64 }, () => flood(port, request.repeat(1000)));
      await until("all to be cut off", async () => {
        expect(await home.ask("GET", "/healthz")).toMatchObject({ status: 200 });
        return clients.every(({ isCut }) => isCut) ? true : null;
      });
      expect(peakMib(daemon.child.pid) - beforeMib).toBeLessThan(120);
      expect(daemon.hasEnded).toBe(false);
    },
  );

  it("lets new clients in while idle ones hold all its connections", async () => {
    const { port } = await serve();
    for (let count = 0; count < 64; count += 1) flood(port, "");
    const answer = await fetch(`http://127.0.0.1:${port}/healthz`, { signal: AbortSignal.timeout(10_000) });
    expect(answer.status).toBe(200);
  });
});
