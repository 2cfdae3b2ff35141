import type { BudgetName, Figure } from "./budgets.ts";
import { measureDemand } from "./measurements/demand.ts";
import { measureFleet } from "./measurements/fleet.ts";
import { measureFleetMember } from "./measurements/fleet-member.ts";
import { measureFleetPage } from "./measurements/fleet-page.ts";
import { measureGuestDaemon } from "./measurements/guest-daemon.ts";
import { measureHostDaemon } from "./measurements/host-daemon.ts";
import { measureIdleGuest } from "./measurements/idle-guest.ts";
import { measureLibvirtCall } from "./measurements/libvirt-call.ts";
import { measureLibvirtHost } from "./measurements/libvirt-host.ts";
import { measurePage } from "./measurements/page.ts";
import { measureQmpFlood } from "./measurements/qmp-flood.ts";
import { measureQmpHost } from "./measurements/qmp-host.ts";
import { measureReaction } from "./measurements/reaction.ts";
import { measureSimulator } from "./measurements/simulator.ts";
import { measureStart } from "./measurements/start.ts";
import { measureStep } from "./measurements/step.ts";
import { measureSwap } from "./measurements/swap.ts";

/** One thing that is measured, and the budgets that it answers. */
export interface Measurement {
  readonly budgets: readonly BudgetName[];
  /** A figure for each of the budgets, in their order. */
  readonly measure: () => Promise<readonly Figure[]>;
}

/** All measurements, in the order in which they are made, one after the other. */
export const MEASUREMENTS: readonly Measurement[] = [
  { budgets: ["step"], measure: measureStep },
  { budgets: ["guestMemory", "guestCpu"], measure: measureGuestDaemon },
  { budgets: ["start"], measure: measureStart },
  { budgets: ["reaction"], measure: measureReaction },
  { budgets: ["idleGuest"], measure: measureIdleGuest },
  { budgets: ["simulator"], measure: measureSimulator },
  { budgets: ["swapPages", "swapSlices"], measure: measureSwap },
  { budgets: ["hostCpu", "hostMemory", "hostLateness"], measure: measureHostDaemon },
  { budgets: ["qmpCpu", "qmpMemory", "qmpLateness"], measure: measureQmpHost },
  { budgets: ["qmpFlood"], measure: measureQmpFlood },
  { budgets: ["libvirtCall"], measure: measureLibvirtCall },
  { budgets: ["libvirtCpu"], measure: measureLibvirtHost },
  { budgets: ["libvirtDemand"], measure: measureDemand },
  { budgets: ["fleetCpu", "fleetMemory", "fleetDelay"], measure: measureFleet },
  { budgets: ["memberCpu", "memberMemory"], measure: measureFleetMember },
  { budgets: ["fleetPageUpdate", "fleetPageTask"], measure: measureFleetPage },
  { budgets: ["pageWeight", "pagePaint", "pageUpdate"], measure: measurePage },
];
