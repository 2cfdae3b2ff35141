import type { PeerLimits } from "../../host/peer-budget.ts";

const MIB = 1_048_576;

/** What a daemon may say over one connection; its messages count as lines. */
export interface RpcLimits extends PeerLimits {
  /** Most bytes of one message. */
  readonly messageBytes: number;
}

/** Of a connection that the operator names: as libvirt itself (VIR_NET_MESSAGE_MAX of libvirt 4 and newer, virnetprotocol.x). */
export const NAMED_LIMITS: RpcLimits = {
  messageBytes: 32 * MIB,
  linesPerS: 50_000,
  linesAtOnce: 100_000,
  bytesPerS: 64 * MIB,
  bytesAtOnce: 128 * MIB,
};

/** Of one that a pattern found, whose daemon may be anybody's: enough for the domains that are taken of it. */
export const FOUND_LIMITS: RpcLimits = {
  messageBytes: 2 * MIB,
  linesPerS: 10_000,
  linesAtOnce: 20_000,
  bytesPerS: 8 * MIB,
  bytesAtOnce: 32 * MIB,
};
