import { FakeQemu } from "../test/support/qmp/fake-qemu.ts";

// A process of its own: a fake QEMU in the folder that is the first argument, which says events without end to whoever is connected.
// Says "ready".
const [, , folder = ""] = process.argv;
const event = { event: "RTC_CHANGE", data: { offset: 1 }, timestamp: { seconds: 1, microseconds: 1 } };
const block = `${JSON.stringify(event)}\n`.repeat(1000);

const qemu = await FakeQemu.start(folder, { name: "flooder" });
qemu.qmp.remember = false;
setInterval(() => qemu.qmp.say(block), 1);
process.stdout.write("ready\n");
process.stdin.on("end", () => process.exit(0)).resume();
