import { FakeQemu } from "../../../support/qmp/fake-qemu.ts";

// Stands for a virtual machine in the machine of the test, in which no QEMU could run: its sockets are in the folder that it is told.
const [folder = "."] = process.argv.slice(2);
await FakeQemu.start(folder, { name: "web" });
