// The import rules between the rooms (ARCHITECTURE.md), checked by `npm test`.
const rooms = {
  core: [],
  formats: ["core"],
  sim: ["core", "formats"],
  time: ["core"],
  view: ["core", "formats"],
  machine: ["core", "formats", "time"],
  swap: ["core", "formats", "machine", "time"],
  "backends/xen": ["core", "formats", "machine", "time"],
  "backends/host": ["core", "formats"],
  "backends/qemu": ["core", "formats", "backends/host", "time"],
  "backends/libvirt": ["core", "formats", "backends/host", "time", "machine/installed.ts"],
  "backends/swap-only": ["core", "formats", "machine"],
  "backends/simulated": ["core", "formats", "sim"],
  "backends/registry.ts": ["core", "formats", "machine", "swap", "backends"],
  config: ["core", "formats", "backends/registry.ts"],
  daemon: ["core", "time"],
  api: ["core", "formats"],
  history: ["core", "formats", "view", "time"],
  sysfs: ["core", "formats", "machine", "api/client.ts"],
  fleet: ["core", "formats", "view", "time", "api"],
  notify: ["core", "view", "time", "machine/tools.ts"],
  cli: ["core", "formats", "config", "view", "api/client.ts", "backends/registry.ts", "fleet"],
  web: ["core", "view", "api", "fleet"],
};

const roomRules = Object.entries(rooms).map(([room, mayImport]) => ({
  name: `${room.replace("/", "-")}-imports`,
  comment: `${room} may import ${mayImport.length === 0 ? "nothing" : mayImport.join(", ")}`,
  severity: "error",
  from: { path: `^src/${room}(/|$)` },
  to: { path: "^src/", pathNot: [`^src/${room}(/|$)`, ...mayImport.map((place) => `^src/${place}`)] },
}));

module.exports = {
  forbidden: [
    ...roomRules,
    {
      name: "core-is-pure",
      comment: "core decides: no I/O, clock, randomness or packages",
      severity: "error",
      from: { path: "^src/core/" },
      to: { dependencyTypes: ["core", "npm", "npm-dev"] },
    },
    {
      name: "formats-and-sim-do-no-io",
      comment: "formats and sim are given text and time",
      severity: "error",
      from: { path: "^src/(formats|sim)/" },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "spawning-is-confined",
      comment: "only these files start other programs",
      severity: "error",
      from: {
        path: "^src/",
        pathNot:
          "^src/(daemon/notify|notify/command|backends/libvirt/virsh|machine/(device-channel|nats-server|tools))\\.ts$",
      },
      to: { path: "^(node:)?child_process$" },
    },
    {
      name: "web-takes-types-of-api-and-fleet",
      comment: "the pages are handed what the APIs send; they run none of their code",
      severity: "error",
      from: { path: "^src/web/" },
      to: { path: "^src/(api|fleet)/", dependencyTypesNot: ["type-only"] },
    },
    {
      name: "page-packages-stay-in-the-page",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/web/" },
      to: { path: "node_modules/(preact|uplot)" },
    },
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    {
      name: "tests-stay-outside",
      severity: "error",
      from: { path: "^src/" },
      to: { path: "^(test|bench|scripts)/" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "types", "node", "default"] },
  },
};
