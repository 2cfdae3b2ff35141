import { until } from "../until.ts";

/** Wait until `holds`. */
export async function eventually(holds: () => boolean | Promise<boolean>): Promise<void> {
  await until(String(holds), holds);
}
