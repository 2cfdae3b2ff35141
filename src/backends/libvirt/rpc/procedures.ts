/** A program of libvirt's RPC. */
export interface Program {
  readonly number: number;
  readonly version: number;
}

/** One that can be called. */
export interface Procedure {
  readonly program: Program;
  readonly number: number;
  /** What it is, for messages: libvirt's own name. */
  readonly name: string;
}

/** REMOTE_PROGRAM (remote_protocol.x). */
export const REMOTE: Program = { number: 0x2000_8086, version: 1 };

/** QEMU_PROGRAM (qemu_protocol.x). */
const QEMU: Program = { number: 0x2000_8087, version: 1 };

/** KEEPALIVE_PROGRAM and its procedures (virkeepaliveprotocol.x). */
export const KEEPALIVE = { program: { number: 0x6b65_6570, version: 1 }, ping: 1, pong: 2 } as const;

const remote = (number: number, name: string): Procedure => ({ program: REMOTE, number, name });

/** remote_procedure and qemu_procedure, those that are used. */
export const PROCEDURES = {
  open: remote(1, "connectOpen"),
  close: remote(2, "connectClose"),
  describe: remote(14, "domainGetXMLDesc"),
  authList: remote(66, "authList"),
  authPolkit: remote(70, "authPolkit"),
  memoryStats: remote(159, "domainMemoryStats"),
  setMemory: remote(204, "domainSetMemoryFlags"),
  setStatisticsPeriod: remote(308, "domainSetMemoryStatsPeriod"),
  registerEvent: remote(316, "connectDomainEventCallbackRegisterAny"),
  allStatistics: remote(344, "connectGetAllDomainStats"),
  agentCommand: { program: QEMU, number: 3, name: "domainAgentCommand" },
} as const satisfies Record<string, Procedure>;
