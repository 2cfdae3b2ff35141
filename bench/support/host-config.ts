const GUEST_MIB = 512;

/** The configuration of a daemon that steps so many guests once a second and has room for all; `backend` is that section. */
export function hostConfig(folder: string, guests: number, backend: readonly string[]): string {
  return [
    "[tunables]",
    "selfballoon_interval = 1",
    "[backend]",
    ...backend,
    "[host]",
    `memory_mb = ${guests * GUEST_MIB}`,
    '[guests."*"]',
    "[api]",
    `socket = "${folder}/selfballoon.sock"`,
    'listen = ""',
  ].join("\n");
}
