// Runs in the guest: shows that the build machine's Node works there, reading what only the guest has.
import { readFileSync } from "node:fs";

const swap = readFileSync("/proc/swaps", "utf8").split("\n")[1]?.split(/\s+/)[0];
console.log(JSON.stringify({ version: process.version, swap }));
