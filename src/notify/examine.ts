import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { connect, isIP } from "node:net";
import { problemOf } from "../core/errors.ts";
import { type Finding, finding } from "../core/finding.ts";
import { realClock } from "../time/clock.ts";
import { withDeadline } from "../time/deadline.ts";

/** As long as a message may take. */
const CONNECT_MS = 10_000;

/** What `doctor` says of those who are told; `root` stands before the machine's files. Nobody is told anything. */
export async function examineNotify(
  { command, webhook }: { readonly command: readonly string[] | null; readonly webhook: string | null },
  root: string,
): Promise<readonly Finding[]> {
  return [
    ...(command?.[0] === undefined ? [] : [await examineCommand(command[0], root)]),
    ...(webhook === null ? [] : [await examineWebhook(new URL(webhook))]),
  ];
}

async function examineCommand(path: string, root: string): Promise<Finding> {
  const what = `[notify] command: ${path}`;
  const file = `${root}${path}`;
  try {
    const about = await stat(file);
    if (!about.isFile()) throw new Error("it is no file");
    await access(file, constants.X_OK);
    if ((about.mode & 0o022) === 0) return finding("ok", `${what} can be started.`);
  } catch (thrown) {
    const remedy = "Name a program by its whole path; the service's user must be able to run it.";
    return finding("fail", `${what} can't be started: ${problemOf(thrown)}. Nobody is told by it.`, remedy);
  }
  const remedy = `Take that away: \`chmod go-w ${path}\`.`;
  return finding("warn", `${what} may be changed by others than its owner, and runs as the daemon.`, remedy);
}

/** The address may hold a secret: only where it leads is shown. */
async function examineWebhook({ origin, hostname, port, protocol }: URL): Promise<Finding> {
  const what = `[notify] webhook: ${origin}`;
  const host = hostname.replace(/^\[|\]$/g, "");
  const isSecure = protocol === "https:";
  try {
    await reach(host, port === "" ? (isSecure ? 443 : 80) : Number(port), isSecure);
    const remedy = "The service has no network unless it is let out: copy packaging/systemd/notify.conf.";
    return finding("info", `${what} can be reached from here.`, remedy);
  } catch (thrown) {
    const remedy = isSecure
      ? "Look at the address, whether its server is up, and who signed its certificate: an authority that only the daemon's environment names (NODE_EXTRA_CA_CERTS) must be named in this one, too."
      : "Look at the address, and whether its server is up.";
    return finding("fail", `${what} can't be reached: ${problemOf(thrown)}. Nobody is told by it.`, remedy);
  }
}

/** Connects and, where the address is secure, looks at the certificate. */
async function reach(host: string, port: number, isSecure: boolean): Promise<void> {
  const { connect: connectSecurely } = isSecure ? await import("node:tls") : { connect: null };
  await withDeadline(
    realClock,
    CONNECT_MS,
    "the server",
    (signal) =>
      new Promise<void>((resolve, reject) => {
        const name = isIP(host) === 0 ? { servername: host } : {};
        const socket = connectSecurely?.({ host, port, ...name }) ?? connect({ host, port });
        signal.addEventListener("abort", () => socket.destroy(), { once: true });
        socket.on("error", reject);
        socket.on(isSecure ? "secureConnect" : "connect", () => {
          socket.destroy();
          resolve();
        });
      }),
  );
}
