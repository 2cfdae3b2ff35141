import { type AgentReply, parseAgentReply } from "../../../src/backends/host/agent-protocol.ts";
import { agentReadings, seldomReadings } from "../../../src/backends/host/agent-readings.ts";
import { AgentSource } from "../../../src/backends/host/agent-source.ts";
import { parseGuestSystem } from "../../../src/backends/host/guest-system.ts";
import { statisticsReadings } from "../../../src/backends/host/statistics.ts";
import { meminfoSample } from "../../../src/backends/host/watch-sample.ts";
import { parseBalloonDevice } from "../../../src/backends/libvirt/balloon-device.ts";
import { parseDomainList } from "../../../src/backends/libvirt/domain-list.ts";
import { parseDomstats } from "../../../src/backends/libvirt/domstats.ts";
import { findHindrances, isCountedResident } from "../../../src/backends/libvirt/hindrances.ts";
import { parseUncountedMemory } from "../../../src/backends/libvirt/memory-devices.ts";
import { PacketSplitter as RpcSplitter } from "../../../src/backends/libvirt/rpc/packet.ts";
import {
  readAllStats,
  readAuthTypes,
  readDomain,
  readErrorMessage,
  readMemoryStats,
} from "../../../src/backends/libvirt/rpc/values.ts";
import { XdrError, XdrReader } from "../../../src/backends/libvirt/rpc/xdr-reader.ts";
import { parseAgentReplies } from "../../../src/backends/libvirt/virsh-agent.ts";
import { LineSplitter } from "../../../src/backends/qemu/json-lines.ts";
import { discoverMachine, listDevices } from "../../../src/backends/qemu/machine.ts";
import { parseQmpMessage } from "../../../src/backends/qemu/qmp-message.ts";
import { parseGuestStatistics } from "../../../src/backends/qemu/statistics.ts";
import { readBalloonBytes, readVitals } from "../../../src/backends/qemu/vitals.ts";
import { parseTexts, PacketSplitter as XenstoreSplitter } from "../../../src/backends/xen/xenstore/packet.ts";
import { WISHES, Wishes } from "../../../src/backends/xen/xenstore/wishes.ts";
import { selfballoonError } from "../../../src/core/errors.ts";
import { FileSystem } from "../../../src/sysfs/file-system.ts";
import { OPCODE, parseRequest } from "../../../src/sysfs/fuse-requests.ts";
import { readFixture } from "../../support/fixtures.ts";
import { requestBytes } from "../../support/fuse.ts";
import { captured } from "../../support/libvirt/captured.ts";
import { linesOf } from "../../support/qmp/lines-of.ts";
import { requireNumbers } from "../judge.ts";
import { bytesTarget, type Target, textTarget } from "../target.ts";

const MIB = 1_048_576;
const BALLOON = { currentBytes: 400 * MIB, maximumBytes: 512 * MIB, unballoonedBytes: 0, totalIsConstant: false };
const MAX_LINE_BYTES = 4096;
const MAX_MESSAGE_BYTES = 65_536;
const XENSTORE_READ = Buffer.from("02000000010000000000000003000000313000", "hex");

const transcript = (name: string): string =>
  readFixture(`qemu/transcripts/${name}.jsonl`)
    .split("\n")
    .flatMap((line) => /^\{"dir": "recv", "line": (".*")\}$/.exec(line)?.[1] ?? [])
    .map((line) => String(JSON.parse(line)))
    .join("\n");

/** Parts of a text that is longer than an input may be. */
const partsOf = (text: string, bytes = 4000): Buffer[] =>
  Array.from({ length: Math.min(16, Math.ceil(text.length / bytes)) }, (_, nth) =>
    Buffer.from(`${text.slice(nth * bytes, (nth + 1) * bytes)}\n`),
  );

const guestFile = (path: string): string => readFixture(`qemu/linux-6.12-thrash/proc/${path}`);
const GUEST_FILES = [guestFile("meminfo"), guestFile("vmstat"), guestFile("pressure/memory"), guestFile("zoneinfo")];

const fuse = (opcode: number, node: number, body: Buffer): Buffer =>
  requestBytes({ opcode, unique: 7n, node, pid: 2, body });

const DOMAIN_XML = `<domain type='kvm' id='1'><memory unit='KiB'>1048576</memory>
<memoryBacking><hugepages/><locked/></memoryBacking><launchSecurity type='sev'/><devices>
<hostdev mode='subsystem' type='pci'/><memory model='dimm'><target><size unit='KiB'>524288</size></target></memory>
<memory model='virtio-mem'><target><size unit='KiB'>524288</size><current unit='KiB'>1024</current></target></memory>
<memballoon model='virtio' autodeflate='on'><stats period='1'/></memballoon></devices></domain>`;

/** What guests, hypervisors and kernels say over a connection. */
export const PEER_TARGETS: readonly Target[] = [
  bytesTarget(takeQmpLines, {
    name: "qmp",
    files: ["src/backends/qemu/json-lines.ts", "src/backends/qemu/qmp-message.ts", "src/backends/host/json.ts"].concat([
      ...["src/backends/qemu/machine.ts", "src/backends/qemu/vitals.ts", "src/backends/qemu/statistics.ts"],
      "src/backends/host/statistics.ts",
    ]),
    seeds: [...partsOf(transcript("qmp-7.2")), ...partsOf(transcript("qmp-10.0"))],
    words: ['{"return": ', '{"event": "', '"error": {"class": "', '"id": ', '"stats": {', '"actual": ', "\n", "\u00ff"],
  }),
  bytesTarget(takeAgentLines, {
    name: "agent",
    files: ["src/backends/host/agent-protocol.ts", "src/backends/host/agent-source.ts"].concat([
      ...["src/backends/host/guest-files.ts", "src/backends/host/guest-system.ts"],
    ]),
    seeds: [
      ...partsOf(transcript("qga-7.2")),
      Buffer.from(
        [1000, 1001, 1002, 1003, 1004, 1005]
          .map((handle) => `{"return": ${handle}}`)
          .concat(
            GUEST_FILES.flatMap((text) => ['{"return": {"position": 0, "eof": false}}', fileReply(text.slice(0, 600))]),
          )
          .join("\n"),
      ),
    ],
    words: ['{"return": ', '"buf-b64": "', '"count": ', '"eof": true', '"error": {"class": "CommandNotFound"', "\n"],
    maxBytes: 16_384,
  }),
  textTarget(takeGuestFiles, {
    name: "guest-files",
    files: ["src/backends/host/agent-readings.ts", "src/backends/host/watch-sample.ts"],
    seeds: [Buffer.from(GUEST_FILES.join("\f"), "latin1")],
    ...{ words: ["\f", "MemTotal:", "Zswapped:", "SwapTotal:", "managed "], maxBytes: 16_384 },
  }),
  bytesTarget(takeRpc, {
    name: "libvirt-rpc",
    files: ["packet", "xdr-reader", "values"].map((name) => `src/backends/libvirt/rpc/${name}.ts`),
    seeds: captured().flatMap(({ bytes }) => [bytes.subarray(0, 4000), bytes.subarray(-4000)]),
    mayThrow: (thrown) => thrown instanceof XdrError,
  }),
  textTarget(takeVirsh, {
    name: "virsh",
    files: ["domain-list", "domstats", "virsh-agent", "balloon-device", "hindrances", "memory-devices"].map(
      (name) => `src/backends/libvirt/${name}.ts`,
    ),
    seeds: [
      "Domain: 'web'\n  state.state=1\n  balloon.current=524288\n  balloon.maximum=1048576\n  balloon.rss=400000\n\n",
      "6c2b9a5e-1111-2222-3333-444455556666 1 web\n",
      DOMAIN_XML,
      '{"return":1000}\nselfballoon-next\n{"error":{"class":"GenericError","desc":"no"}}\nselfballoon-next\n',
    ].map((text) => Buffer.from(text)),
    words: [
      "Domain: '",
      "  balloon.current=",
      "<memballoon",
      "<stats period='",
      "<memory model='",
      "unit='KiB'>",
      "</",
    ],
  }),
  bytesTarget(takeFuse, {
    name: "fuse",
    files: ["src/sysfs/fuse-requests.ts", "src/sysfs/file-system.ts", "src/sysfs/fuse-replies.ts", "src/sysfs/tree.ts"],
    seeds: [
      fuse(OPCODE.init, 0, Buffer.from("07000000260000000000020000000000", "hex")),
      fuse(OPCODE.lookup, 1, Buffer.from("selfballooning\0")),
      fuse(OPCODE.open, 2, Buffer.alloc(8)),
      fuse(
        OPCODE.write,
        2,
        Buffer.concat([Buffer.alloc(16), Buffer.from([2, 0, 0, 0]), Buffer.alloc(20), Buffer.from("1\n")]),
      ),
      ...[OPCODE.read, OPCODE.readdir, OPCODE.setattr, OPCODE.getattr].map((opcode) =>
        fuse(opcode, 1, Buffer.alloc(88)),
      ),
    ],
    words: ["selfballooning\0", "\u0001\0\0\0", "\u000f\0\0\0", "\u0010\0\0\0", "\0\0\0\0\0\0\0\0"],
  }),
  bytesTarget(takeXenstore, {
    name: "xenstore",
    files: ["src/backends/xen/xenstore/packet.ts", "src/backends/xen/xenstore/wishes.ts"],
    seeds: [XENSTORE_READ, Buffer.from("0f000000000000000000000008000000612f62006300780000", "hex")],
    words: ["control/selfballoon/selfballoon_interval\0", "\u0010\0\0\0", "\u000f\0\0\0", "5\0"],
    mayThrow: (thrown) => thrown instanceof Error && thrown.message.startsWith("a message can't have "),
  }),
];

function fileReply(text: string): string {
  const content = Buffer.from(text, "latin1").toString("base64");
  return JSON.stringify({ return: { count: text.length, "buf-b64": content, eof: true } });
}

/** The lines that a peer's bytes hold, cut in two as a socket may. */
function linesInTwo(bytes: Buffer): readonly string[] {
  const splitter = new LineSplitter("a peer", MAX_LINE_BYTES);
  const half = Math.floor(bytes.length / 2);
  return [...linesOf(splitter, bytes.subarray(0, half)), ...linesOf(splitter, bytes.subarray(half))];
}

/** What comes is answered to what QEMU is asked for, one after the other. */
async function takeQmpLines(bytes: Buffer): Promise<void> {
  const messages = linesInTwo(bytes).flatMap((line) => parseQmpMessage(line) ?? []);
  for (const message of messages) {
    if (message.kind !== "reply") continue;
    const { statistics } = parseGuestStatistics(message.value);
    requireNumbers(statisticsReadings(statistics, BALLOON), 0);
  }
  for (const ask of [discoverMachine, readVitals, readBalloonBytes, listFirst]) {
    let next = 0;
    await ask({ execute: async () => answerOf(messages[next++]) }).then(
      (value) => requireNumbers(value),
      (thrown: unknown) => refuseOthers(thrown),
    );
  }
}

type Commands = Parameters<typeof discoverMachine>[0];

function listFirst(qmp: Commands): Promise<unknown> {
  return listDevices(qmp, "/machine/peripheral");
}

function answerOf(message: ReturnType<typeof parseQmpMessage> | undefined): unknown {
  if (message?.kind === "reply") return message.value;
  const problem = message?.kind === "refusal" ? message.problem : "nothing more was said";
  throw selfballoonError("ERR_COMMAND_REFUSED", { what: "QEMU", command: "a command", problem });
}

function refuseOthers(thrown: unknown): void {
  if (!(thrown instanceof Error && "code" in thrown)) throw thrown;
}

async function takeAgentLines(bytes: Buffer): Promise<void> {
  const lines = linesInTwo(bytes);
  const replies = lines.flatMap((line) => parseAgentReply(line) ?? []);
  for (const reply of replies) if (reply.ok) parseGuestSystem(reply.value);
  let next = 0;
  const reply = (): AgentReply => {
    const said = replies[next++];
    if (said === undefined) throw selfballoonError("ERR_DEADLINE", { what: "the guest agent", deadlineMs: 1 });
    return said;
  };
  const port = {
    exchange: async (requests: readonly unknown[]) => requests.map(reply),
    ...{ isOneByOne: true, waiting: false, lastError: null, retry: () => undefined, close: () => undefined },
  };
  let nowMs = 0;
  const source = new AgentSource({ port, portOpen: async () => true, nowMs: () => (nowMs += 15_000) });
  for (let reading = 0; reading < 3; reading += 1) {
    const answer = await source.read(BALLOON).catch(refuseOthers);
    if (answer?.kind === "readings") requireNumbers(answer.readings);
    await source.readFirst();
  }
  await source.close();
}

function takeGuestFiles(text: string): void {
  const files = text.split("\f");
  const seldom = seldomReadings(files, null);
  requireNumbers(agentReadings(files, seldom, BALLOON));
  requireNumbers(agentReadings(files, seldom, { ...BALLOON, totalIsConstant: true }));
  requireNumbers(meminfoSample(files[0] ?? "", BALLOON, 4096), 0);
}

function takeRpc(bytes: Buffer): void {
  const splitter = new RpcSplitter(MAX_MESSAGE_BYTES);
  const half = Math.floor(bytes.length / 2);
  const packets = [...splitter.push(bytes.subarray(0, half)), ...splitter.push(bytes.subarray(half))];
  const readers = [readAllStats, readMemoryStats, readAuthTypes, readErrorMessage, readDomain];
  for (const { payload } of packets) {
    for (const read of readers) {
      try {
        read(new XdrReader(payload));
      } catch (thrown) {
        if (!(thrown instanceof XdrError)) throw thrown;
      }
    }
  }
}

function takeVirsh(text: string): void {
  requireNumbers([...parseDomainList(text).values()], 0);
  requireNumbers(parseDomstats(text), 0);
  requireNumbers(parseUncountedMemory(text), 0);
  requireNumbers(parseBalloonDevice(text));
  findHindrances(text);
  isCountedResident(text);
  parseAgentReplies({ stdout: text, stderr: text.slice(0, 100) }, 2);
}

async function takeFuse(bytes: Buffer): Promise<void> {
  const written = new Map([
    ["selfballooning", 1],
    ["frontswap_selfshrinking", 1],
  ]);
  const values = {
    read: async () => written,
    write: async (name: string, value: number) => void written.set(name, value),
  };
  const files = new FileSystem(values, (pid) => pid % 2 === 0, 0);
  const request = parseRequest(bytes);
  if (request === null) return;
  const answer = await files.answer(request);
  if (answer !== null && answer.readUInt32LE(0) !== answer.length) throw new Error("the answer's length is wrong");
  requireNumbers([...written.values()], 0);
}

/** What xenstored sends, whatever it is: messages, of which events name what dom0 has written. */
async function takeXenstore(bytes: Buffer): Promise<void> {
  const splitter = new XenstoreSplitter();
  const half = Math.floor(bytes.length / 2);
  const packets = [...splitter.push(bytes.subarray(0, half)), ...splitter.push(bytes.subarray(half))];
  const texts = packets.flatMap(({ payload }) => parseTexts(payload));
  const refuse = (): never => {
    throw selfballoonError("ERR_TUNABLE_INVALID", { name: "x", text: "x", expected: "x", consequence: "x" });
  };
  const wishes = new Wishes({ change: refuse, tell: () => undefined });
  for (const text of texts) wishes.note(text);
  await wishes.take({ list: async () => texts, read: async (path) => texts[path.length % 3] ?? null });
  if (wishes.refusals.size > 32) throw new Error(`${WISHES}: too many refusals are remembered`);
}
