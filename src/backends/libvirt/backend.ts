import type { Backend, Probe } from "../../core/backend.ts";
import { problemOf } from "../../core/errors.ts";
import { realClock } from "../../time/clock.ts";
import { withDeadline } from "../../time/deadline.ts";
import { LibvirtHosts, type LibvirtHostsOptions, MAX_CONNECTIONS } from "./hosts.ts";
import { isOnThisMachine } from "./socket-paths.ts";

/** How long a connection is looked for that can be used. */
const PROBE_MS = 6000;

/** The active domains of a libvirt host, by way of one connection or several. */
export function createLibvirtBackend(options: LibvirtHostsOptions): Backend {
  const isHere = options.connections.uris.every(isOnThisMachine);
  return {
    name: "libvirt",
    traits: { place: "host", isReal: true, hasBalloons: true, isHere },
    probe: () => probe(options),
    examine: async (context) => {
      const { examineLibvirt } = await import("./examine.ts");
      return examineLibvirt(options, context);
    },
    open: () => Promise.resolve(new LibvirtHosts(options)),
  };
}

/** All are tried at once, and the first that can be used is enough. */
async function probe({ connections: { uris, find } }: LibvirtHostsOptions): Promise<Probe> {
  const { connections } = await find();
  const where = uris.join(", ");
  const [first] = connections;
  if (first === undefined) return { usable: true, found: `no socket of libvirt's at ${where} yet` }; // they come and go
  const tried = connections.slice(0, MAX_CONNECTIONS).map((connection) => connection.open());
  try {
    const answers = tried.map((libvirt) => libvirt.probe());
    await withDeadline(realClock, PROBE_MS, "the first of them", () => Promise.any(answers));
  } catch (thrown) {
    const problem = problemOf(thrown instanceof AggregateError ? thrown.errors[0] : thrown);
    return { usable: false, refused: false, because: `libvirt at ${where} can't be used: ${problem}` };
  } finally {
    await Promise.all(tried.map((libvirt) => libvirt.close()));
  }
  const found =
    connections.length === 1 ? `libvirt at ${first.uri}` : `${connections.length} connections of libvirt's at ${where}`;
  return { usable: true, found };
}
