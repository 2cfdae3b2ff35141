import { type Finding, finding } from "../core/finding.ts";
import { POLICIES, type Policy } from "../core/policy.ts";
import type { Config } from "./load.ts";

/** What `doctor` says of what was configured: the guard, the policy that `run` would have (null: not known), the file. */
export function examineConfig(config: Config, policy: Policy | null): readonly Finding[] {
  return [examineGuard(config), ...(policy === null ? [] : [examinePolicy(config, policy)]), examineFile(config)];
}

function examineGuard(config: Config): Finding {
  if (!isGuardOff(config))
    return finding("ok", "The guard is on: memory in use is left alone, and a burst is answered at once.");
  const what = "The guard is off (guard=0): the law alone decides, as in the driver, whose users met OOM kills.";
  return finding("warn", what, "Set guard=1, or keep swap of at least the guest's memory.");
}

function examinePolicy(config: Config, policy: Policy): Finding {
  if (policy === "adaptive" && isGuardOff(config)) {
    const what = "The policy adaptive needs the guard, which is off: goals are found as under the policy driver.";
    return finding("warn", what, "Set guard=1, or choose the policy driver.");
  }
  return finding("info", `How goals are found (policy ${policy}): ${POLICIES[policy]}`);
}

function examineFile({ file }: Config): Finding {
  if (file === null) return finding("info", "There is no configuration file; the defaults hold.");
  return finding("ok", `${file} is good.`);
}

function isGuardOff({ tunables }: Config): boolean {
  const configured = tunables.filter(({ name }) => name === "guard").at(-1);
  return configured?.text.trim() === "0";
}
