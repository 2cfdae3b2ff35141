import type { HostStanding } from "../core/host/standing.ts";
import { describeNotice } from "../core/notices.ts";
import { bytesText } from "./amounts.ts";

/** How a host's memory stands, in one line. */
export function budgetText(host: HostStanding): string {
  const {
    capacityBytes,
    reserveBytes,
    hadBytes,
    promisedBytes,
    reservedBytes,
    freeBytes,
    overcommit,
    overcommitLimit,
  } = host;
  const limit = overcommitLimit === null ? "" : ` of at most ${ratioText(overcommitLimit)}`;
  return (
    `budget ${bytesText(capacityBytes)}: guests have ${bytesText(hadBytes)}, promised ${bytesText(promisedBytes)}, ` +
    `reserved ${bytesText(reservedBytes)}, free ${bytesText(freeBytes)}, kept for emergencies ${bytesText(reserveBytes)}; over-commit ${ratioText(overcommit)}${limit}`
  );
}

/** What is wrong with it, a sentence each. */
export function warningTexts({ warnings }: Pick<HostStanding, "warnings">): readonly string[] {
  return warnings.map(describeNotice);
}

function ratioText(ratio: number): string {
  return ratio.toFixed(2);
}
