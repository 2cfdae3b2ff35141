import { basename, dirname, extname } from "node:path";
import { agentSocket } from "./agent-socket.ts";
import type { Machine } from "./machine.ts";

/**
 * Where the agent of the machine with the QMP socket `path` listens: by the operator's pattern, with `{dir}` and `{name}`
 * of that socket, or where the machine says, as far as it may be believed; null if there is none.
 * @param qmpPaths all QMP sockets that were found.
 */
export async function agentPathOf(
  { chardevs, agentLabel }: Machine,
  path: string,
  qmpPaths: readonly string[],
  pattern: string | null,
): Promise<string | null> {
  if (pattern !== null)
    return pattern.replaceAll("{dir}", dirname(path)).replaceAll("{name}", basename(path, extname(path)));
  const said = chardevs.find(({ label }) => label === agentLabel)?.socketPath ?? null;
  return said === null ? null : agentSocket(said, path, qmpPaths);
}
