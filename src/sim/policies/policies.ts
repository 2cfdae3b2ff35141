import { adaptive } from "./adaptive.ts";
import { driver } from "./driver.ts";
import { guarded } from "./guarded.ts";
import { mom } from "./mom.ts";
import { oomd } from "./oomd.ts";
import type { Policy } from "./policy.ts";
import { proxmox } from "./proxmox.ts";
import { qmemman } from "./qmemman.ts";
import { senpai } from "./senpai.ts";
import { staticPolicy } from "./static.ts";

/** All policies, by name: ours first, then other controllers' rules, each in our reading of it as published. */
export const SIMULATED_POLICIES: Readonly<Record<string, Policy>> = {
  static: staticPolicy,
  driver,
  guarded,
  adaptive,
  qmemman,
  mom,
  proxmox,
  senpai,
  oomd,
};
