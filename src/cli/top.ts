import type { Gift } from "../core/control.ts";
import { askSocket, socketOf } from "./daemon.ts";
import type { DaemonOptions } from "./flags.ts";
import { coloured, print, printJson } from "./output.ts";
import { withKey } from "./top/keys.ts";
import { LiveScreen, type LiveView } from "./top/live-screen.ts";
import { firstModel, type Order, type Snapshot, type TopModel, withLoss, withSnapshot } from "./top/model.ts";
import { withOrderDone, withOrderFailed } from "./top/order.ts";
import { render, renderPlain, roomOf } from "./top/render.ts";

/** A daemon that does not answer within this counts as lost. */
const ANSWER_DEADLINE_MS = 3000;

/** What is asked for may take balloons that move. */
const ORDER_DEADLINE_MS = 10_000;

/** The answer to an order; gifts come of a release. */
interface Done {
  readonly gifts?: readonly Gift[];
}

export interface TopOptions extends DaemonOptions {
  readonly json?: boolean;
  /** Seconds between two looks. */
  readonly interval: number;
}

/**
 * `selfballoon top`: the guests, live. Where standard output is no terminal they are printed once.
 * @throws ERR_NO_DAEMON if nobody answers at the start; a daemon that is lost later is waited for.
 */
export async function top(options: TopOptions): Promise<void> {
  const socket = await socketOf(options);
  const snapshot = await look(socket, AbortSignal.timeout(ANSWER_DEADLINE_MS));
  if (options.json) return printJson(snapshot);
  const model = firstModel(snapshot, Date.now());
  if (!process.stdout.isTTY) return renderPlain(model, coloured).forEach(print);
  await new LiveScreen(viewOf(socket), model, options.interval * 1000).run();
}

async function look(socket: string, signal: AbortSignal): Promise<Snapshot> {
  const [health, listed, shared] = await Promise.all([
    askSocket(socket, "GET", "/healthz", undefined, signal),
    askSocket(socket, "GET", "/v1/guests", undefined, signal),
    askSocket(socket, "GET", "/v1/host", undefined, signal),
  ]);
  const { version, doing } = health as Pick<Snapshot, "version" | "doing">;
  const { guests } = listed as Pick<Snapshot, "guests">;
  return { version, doing, guests, host: (shared as Pick<Snapshot, "host">).host };
}

/** What `top` shows of the daemon at this socket. */
function viewOf(socket: string): LiveView<TopModel> {
  return {
    render: (model, columns, rows) => render(model, columns, rows, coloured),
    press: (model, press, columns, rows) => withKey(model, press, roomOf(model, columns, rows)),
    isHurried: ({ order }) => order !== null,
    // An order is carried out between two looks, so that no look is older than what it shows.
    look: async ({ order }, end) => {
      const ordered = order === null ? unchanged : await carryOut(socket, order, within(ORDER_DEADLINE_MS, end));
      const looked = await lookAgain(socket, within(ANSWER_DEADLINE_MS, end));
      return (model) => looked(ordered(model));
    },
  };
}

const unchanged = (model: TopModel): TopModel => model;

function within(ms: number, end: AbortSignal): AbortSignal {
  return AbortSignal.any([end, AbortSignal.timeout(ms)]);
}

async function carryOut(socket: string, order: Order, signal: AbortSignal): Promise<(model: TopModel) => TopModel> {
  const body = order.guests.length === 0 ? undefined : { guests: order.guests };
  try {
    const { gifts = [] } = (await askSocket(socket, "POST", `/v1/${order.what}`, body, signal)) as Done;
    return (model) => withOrderDone(model, order, gifts);
  } catch (thrown) {
    return (model) => withOrderFailed(model, order, thrown);
  }
}

async function lookAgain(socket: string, signal: AbortSignal): Promise<(model: TopModel) => TopModel> {
  try {
    const snapshot = await look(socket, signal);
    return (model) => withSnapshot(model, snapshot, Date.now());
  } catch (thrown) {
    return (model) => withLoss(model, thrown, Date.now());
  }
}
