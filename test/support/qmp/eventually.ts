/** Wait until `holds`, looking every few milliseconds, for at most five seconds. */
export async function eventually(holds: () => boolean | Promise<boolean>): Promise<void> {
  const untilMs = performance.now() + 5000;
  while (!(await holds())) {
    if (performance.now() > untilMs) throw new Error(`this did not come true within 5 s: ${String(holds)}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
