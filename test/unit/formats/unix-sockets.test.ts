import { describe, expect, it } from "vitest";
import { listeningInodes } from "../../../src/formats/unix-sockets.ts";

const HEAD = "Num       RefCount Protocol Flags    Type St Inode Path\n";
const line = (flags: string, inode: string, path: string): string =>
  `00000000ea9da3c2: 00000002 00000000 ${flags} 0001 01 ${inode} ${path}\n`;

describe("/proc/net/unix", () => {
  it("tells which sockets listen at a path, and none that is connected to it or lies elsewhere", () => {
    const text = [
      HEAD,
      "00000000bf287331: 00000003 00000000 00000000 0001 03 162349\n",
      line("00010000", "267517", "/run/vm/a b.qmp"),
      line("00000000", " 1622", "/run/vm/a b.qmp"),
      line("00010000", " 1623", "/run/vm/a b.qmp"),
      line("00010000", "267519", "/run/vm/a b.qmp2"),
      line("00010000", "267520", "/other/run/vm/a b.qmp"),
      line("00010000", "267521", "@/run/vm/a b.qmp"),
    ].join("");
    expect(listeningInodes(text, "/run/vm/a b.qmp")).toEqual(["267517", "1623"]);
  });

  it.each(["", HEAD, "x /a\n", line("00010000", "1e3", "/a"), line("00010000", "7", "/a").slice(0, -1)])(
    "tells of none where there is none: %j",
    (text) => expect(listeningInodes(text, "/a")).toEqual([]),
  );

  it("is not misled by a socket whose path has a line of its own", () => {
    const odd = line("00000000", "5", "/tmp/x\n00000000ea9da3c2: 00000002 00000000 00010000 0001 01 666 /a");
    expect(listeningInodes(HEAD + odd, "/a")).toEqual(["666"]); // whoever holds it must hold the machine's socket, too
  });
});
