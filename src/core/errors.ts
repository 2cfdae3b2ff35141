/** Whose business an error is, and so what is done about it. */
export type ErrorOwner = "operator" | "guest" | "host" | "bug";

/** One kind of error, declared once: exit code, HTTP status, and the sentence that it says. */
export interface ErrorRow {
  readonly owner: ErrorOwner;
  /** Exit code of a command that ends on it: 1 bug, 2 usage, 3 configuration, 4 no backend, 5 permission, 6 running. */
  readonly exitCode: 1 | 2 | 3 | 4 | 5 | 6;
  readonly httpStatus: number;
  /** What it says: what it should have been, what it was, what was done. `{name}` stands for a detail. */
  readonly message: string;
}

/** Every error, by its stable code. A retired code is never used again. */
export const ERRORS = {
  ERR_USAGE: { owner: "operator", exitCode: 2, httpStatus: 400, message: "{problem}" },
  ERR_TUNABLE_UNKNOWN: {
    owner: "operator",
    exitCode: 2,
    httpStatus: 404,
    message: "there is no tunable {name}{hint}; nothing was changed",
  },
  ERR_TUNABLE_INVALID: {
    owner: "operator",
    exitCode: 2,
    httpStatus: 422,
    message: "{name} must be {range}, not {value} (EINVAL); it stays {current}",
  },
  ERR_TUNABLE_ABSENT: {
    owner: "operator",
    exitCode: 2,
    httpStatus: 404,
    message: "{name} does not exist here, because no compressed swap is configured; nothing was changed",
  },
  ERR_TUNABLE_FORBIDDEN: {
    owner: "operator",
    exitCode: 5,
    httpStatus: 403,
    message: "{name} may be written only with privilege (EPERM); it stays {current}",
  },
  ERR_CONFIG_INVALID: { owner: "operator", exitCode: 3, httpStatus: 400, message: "{file}: {problem}; {consequence}" },
  ERR_CONFIG_UNREADABLE: {
    owner: "operator",
    exitCode: 3,
    httpStatus: 400,
    message: "{file} must be a readable file of at most {limitKib} KiB: {problem}; {consequence}",
  },
  ERR_HOST_ELSEWHERE: {
    owner: "operator",
    exitCode: 3,
    httpStatus: 400,
    message:
      "[host] memory_mb must be a number of MiB where the guests run on another machine, whose memory can't be read from here; {consequence}",
  },
  ERR_NO_BACKEND: { owner: "operator", exitCode: 4, httpStatus: 503, message: "no usable balloon: {because}" },
  ERR_NOTHING_TO_DO: {
    owner: "operator",
    exitCode: 4,
    httpStatus: 503,
    message: "neither loop is on (ENODEV), so there is no step to take: {because}",
  },
  ERR_NO_DAEMON: {
    owner: "operator",
    exitCode: 4,
    httpStatus: 503,
    message: "no selfballoon daemon answers at {socket}: {problem}; start one with `selfballoon run`",
  },
  ERR_PERMISSION: {
    owner: "operator",
    exitCode: 5,
    httpStatus: 403,
    message: "{path} must be {mode}: {problem}; {remedy}",
  },
  ERR_DESCRIPTORS: {
    owner: "operator",
    exitCode: 5,
    httpStatus: 503,
    message:
      "at least 128 files must be open at a time (`ulimit -n`, `LimitNOFILE=` of a unit), and fewer may be: {problem}; nothing more was done",
  },
  ERR_ALREADY_RUNNING: {
    owner: "operator",
    exitCode: 6,
    httpStatus: 409,
    message:
      "only one daemon may move a balloon, and process {pid} holds {lock}; end that one first (Ctrl-C, or systemctl stop selfballoon), nothing was started",
  },
  ERR_FILES_SERVED: {
    owner: "operator",
    exitCode: 6,
    httpStatus: 409,
    message: "{path} must not be served by another process, but process {pid} serves it; nothing was mounted",
  },
  ERR_RECORDING_LINE: {
    owner: "operator",
    exitCode: 2,
    httpStatus: 400,
    message: "line {line} must be an observation or a set: {problem}; the replay stopped there",
  },
  ERR_RECORDING_INEXACT: {
    owner: "operator",
    exitCode: 2,
    httpStatus: 400,
    message:
      "line {line} must follow exactly from the lines before it to be checked, but {problem}; {checked} decisions before it were checked",
  },
  ERR_REPLAY_DIFFERS: {
    owner: "bug",
    exitCode: 1,
    httpStatus: 500,
    message:
      "line {line}, {guest}, turn {turn}: a replay must decide as was recorded, but {difference}; {checked} decisions before it agree{versions}",
  },
  ERR_FILE_MISSING: { owner: "guest", exitCode: 4, httpStatus: 503, message: "{path} must be there: {problem}" },
  ERR_FILE_UNREADABLE: {
    owner: "guest",
    exitCode: 1,
    httpStatus: 503,
    message: "{path} must be readable text of at most {limitKib} KiB: {problem}",
  },
  ERR_FORMAT: { owner: "guest", exitCode: 1, httpStatus: 503, message: "{what} must hold {expected}, but {problem}" },
  ERR_READING_MISSING: {
    owner: "guest",
    exitCode: 1,
    httpStatus: 503,
    message: "a step needs {readings} of {guest}, which could not be read; the target stays as it is",
  },
  ERR_GUEST_UNKNOWN: { owner: "operator", exitCode: 2, httpStatus: 404, message: "there is no guest {guest}" },
  ERR_NO_SHARED_HOST: {
    owner: "operator",
    exitCode: 2,
    httpStatus: 409,
    message:
      "memory can be reserved only on a host whose guests share it, not in a guest or on a host without limits; nothing was reserved",
  },
  ERR_RESERVATION_UNKNOWN: {
    owner: "operator",
    exitCode: 2,
    httpStatus: 404,
    message: "there is no reservation {id}; it may have been taken, withdrawn or over",
  },
  ERR_RESERVATION_EXISTS: {
    owner: "operator",
    exitCode: 2,
    httpStatus: 409,
    message:
      "memory must be reserved for a guest once, but there is a reservation {id} for it already; nothing was reserved",
  },
  ERR_RESERVATION_UNMET: {
    owner: "host",
    exitCode: 1,
    httpStatus: 409,
    message:
      "{mib} MiB must be free or be given by guests, but {freeMib} MiB are free and {couldMib} MiB could be at the most; nothing was reserved or taken: {refusals}",
  },
  ERR_RESERVATION_LATE: {
    owner: "host",
    exitCode: 1,
    httpStatus: 409,
    message:
      "{mib} MiB must be free within {waitS} s, but {freeMib} MiB were; the reservation was withdrawn and guests may have theirs back: {refusals}",
  },
  ERR_RESERVATION_UNKEPT: {
    owner: "host",
    exitCode: 1,
    httpStatus: 503,
    message:
      "what a fleet counts on must be kept over a restart of the daemon, but it can't be written down, as the log says; nothing was reserved",
  },
  ERR_RESERVATIONS_FILE: {
    owner: "host",
    exitCode: 1,
    httpStatus: 503,
    message: "reservations must be kept in {path}, but {problem}; a restart of the daemon forgets them",
  },
  ERR_NO_GUEST_SETTINGS: {
    owner: "operator",
    exitCode: 2,
    httpStatus: 409,
    message:
      "guests have settings of their own only on a host whose guests share it, not in a guest or on a host without limits; nothing was changed",
  },
  ERR_GUEST_SETTING_UNKNOWN: {
    owner: "operator",
    exitCode: 2,
    httpStatus: 404,
    message: "a guest has no setting {name}{hint}; nothing was changed",
  },
  ERR_GUEST_SETTING_INVALID: {
    owner: "operator",
    exitCode: 2,
    httpStatus: 422,
    message: "{name} must be {range}, not {value}; nothing was changed",
  },
  ERR_GUEST_LIMITS: {
    owner: "operator",
    exitCode: 2,
    httpStatus: 422,
    message: "min_mb must be at most max_mb, and they would be {minMb} and {maxMb}; nothing was changed",
  },
  ERR_GUEST_SETTINGS_FILE: {
    owner: "host",
    exitCode: 1,
    httpStatus: 503,
    message:
      "what was set for single guests must be kept in {path}, but {problem}; what can't be read counts as not set, and what can't be written is forgotten at a restart",
  },
  ERR_OVERCOMMIT: {
    owner: "operator",
    exitCode: 2,
    httpStatus: 409,
    message:
      "what all guests could have must be at most {limit} times the budget ([host] overcommit), and with {mib} MiB more it is above that; nothing was reserved",
  },
  ERR_TARGET_UNSAFE: {
    owner: "guest",
    exitCode: 1,
    httpStatus: 503,
    message: "a target must be a whole number from {leastKib} to {mostKib} KiB, not {targetKib}; nothing was written",
  },
  ERR_TARGET_NOT_TAKEN: {
    owner: "host",
    exitCode: 1,
    httpStatus: 503,
    message: "{path} must read {targetKib} after that was written, not {readKib}; the old target {oldKib} stays",
  },
  ERR_TARGET_MOVED: {
    owner: "host",
    exitCode: 1,
    httpStatus: 503,
    message:
      "a target must be written while nobody else writes one, but the toolstack set two in a moment; {targetKib} KiB were not written",
  },
  ERR_DEADLINE: {
    owner: "host",
    exitCode: 1,
    httpStatus: 504,
    message: "{what} must answer within {deadlineMs} ms; gave up",
  },
  ERR_CANCELLED: { owner: "host", exitCode: 1, httpStatus: 503, message: "{what} was cancelled before it ended" },
  ERR_SOCKET: {
    owner: "guest",
    exitCode: 4,
    httpStatus: 503,
    message: "{path} must be a socket that QEMU answers on: {problem}",
  },
  ERR_SOCKET_OCCUPIED: {
    owner: "guest",
    exitCode: 4,
    httpStatus: 503,
    message:
      "{path} must greet within {deadlineMs} ms, but took the connection and said nothing: another client holds it, or QEMU hangs; give selfballoon a -qmp socket of its own",
  },
  ERR_PEER_FLOODS: {
    owner: "guest",
    exitCode: 1,
    httpStatus: 503,
    message:
      "{path} must say at most {lines} lines and {kib} KiB a second, but said more; the connection was closed, and is made again later",
  },
  ERR_COMMAND_REFUSED: {
    owner: "guest",
    exitCode: 1,
    httpStatus: 503,
    message: "{what} refused {command}: {problem}",
  },
  ERR_BALLOON_MISSING: {
    owner: "guest",
    exitCode: 4,
    httpStatus: 503,
    message: "{guest} must have a balloon device, so it is left alone; add {remedy}",
  },
  ERR_GUEST_LEFT_ALONE: {
    owner: "guest",
    exitCode: 1,
    httpStatus: 503,
    message: "{guest} is {state}; it is left alone until it runs again",
  },
  ERR_GUESTS_WAITING: {
    owner: "host",
    exitCode: 1,
    httpStatus: 503,
    message: "not all QMP sockets have been asked yet whose they are; their guests are found at one of the next looks",
  },
  ERR_BUSY: {
    owner: "host",
    exitCode: 1,
    httpStatus: 503,
    message: "at most {most} calls may wait for their turn; this one was not begun",
  },
  ERR_VIRSH: { owner: "host", exitCode: 1, httpStatus: 503, message: "virsh {command} must succeed: {problem}" },
  ERR_LIBVIRT: {
    owner: "host",
    exitCode: 1,
    httpStatus: 503,
    message: "libvirt at {path} must carry out {call}: {problem}",
  },
  ERR_CONNECTION: {
    owner: "host",
    exitCode: 1,
    httpStatus: 503,
    message: "{uri} must say which guests it has: {problem}; those that it showed stay, and no others are found there",
  },
  ERR_DOMAIN_AMBIGUOUS: {
    owner: "host",
    exitCode: 1,
    httpStatus: 503,
    message:
      "the domain {guest} at {connection} must differ in UUID and name from another at {other}, but does not; {consequence}",
  },
  ERR_LEFT_OUT: {
    owner: "host",
    exitCode: 1,
    httpStatus: 503,
    message: "{what} must be at most {max}, and there are more; the others are left alone",
  },
  ERR_TOOL: { owner: "host", exitCode: 1, httpStatus: 503, message: "{command} must succeed: {problem}" },
  ERR_ROUTE_UNKNOWN: { owner: "operator", exitCode: 2, httpStatus: 404, message: "there is no {method} {path}" },
  ERR_BODY_INVALID: {
    owner: "operator",
    exitCode: 2,
    httpStatus: 400,
    message: "the body must be {expected}: {problem}; nothing was changed",
  },
  ERR_BODY_TOO_LARGE: {
    owner: "operator",
    exitCode: 2,
    httpStatus: 413,
    message: "the body must be at most {limitKib} KiB; nothing was changed",
  },
  ERR_UNWRITABLE: {
    owner: "operator",
    exitCode: 5,
    httpStatus: 403,
    message: "{file} must be a file that can be written, but {problem}; nothing was written",
  },
  ERR_TOKEN_NEEDED: {
    owner: "operator",
    exitCode: 5,
    httpStatus: 401,
    message:
      "a {what} must show the token as `Authorization: Bearer TOKEN`, but it showed none that is right; nothing was {done}",
  },
  ERR_HOST_UNKNOWN: {
    owner: "operator",
    exitCode: 2,
    httpStatus: 421,
    message:
      "the Host header must be {expected}, not {host}; nothing was answered or changed (another name or port, as of a proxy or tunnel, goes into api.allowed_hosts)",
  },
  ERR_TOO_MANY: {
    owner: "operator",
    exitCode: 2,
    httpStatus: 429,
    message: "there must be at most {limit} {what}; try again in a second, nothing was changed",
  },
  ERR_EVENTS_LOST: {
    owner: "host",
    exitCode: 1,
    httpStatus: 503,
    message:
      "events must be read before the journal drops them, but {lostFrom} to {lostTo} were not; the reading stopped there",
  },
  ERR_NO_PAGE: {
    owner: "operator",
    exitCode: 4,
    httpStatus: 404,
    message: "the daemon serves no page over TCP; start it with --listen, or set api.listen or SELFBALLOON_LISTEN",
  },
  ERR_LISTEN: {
    owner: "operator",
    exitCode: 3,
    httpStatus: 503,
    message:
      "api.listen must be an address of this machine that is free, not {address}: {problem}; choose another with --listen, SELFBALLOON_LISTEN or api.listen",
  },
  ERR_QUERY_INVALID: {
    owner: "operator",
    exitCode: 2,
    httpStatus: 400,
    message: "{name} must be {expected}, not {value}; nothing was read",
  },
  ERR_NO_HISTORY: {
    owner: "operator",
    exitCode: 2,
    httpStatus: 404,
    message: "no history is kept; name a directory for it under [history] of the configuration",
  },
  ERR_HISTORY: {
    owner: "host",
    exitCode: 1,
    httpStatus: 503,
    message: "history must be kept in {directory}, but {problem}; guests are managed all the same",
  },
  ERR_NO_FLEET: {
    owner: "operator",
    exitCode: 4,
    httpStatus: 503,
    message:
      "a fleet must answer at {servers}: {problem}; name its NATS servers under [fleet] of the configuration, and prepare it once with `selfballoon fleet prepare`",
  },
  ERR_NO_NATS_SERVER: {
    owner: "operator",
    exitCode: 4,
    httpStatus: 503,
    message:
      "a fleet to try out needs NATS' server, nats-server, on this machine: {problem}; install it (Debian: apt-get install nats-server), nothing was started",
  },
  ERR_HOST_ABSENT: {
    owner: "operator",
    exitCode: 2,
    httpStatus: 404,
    message: "there is no host {host} in the fleet",
  },
  ERR_HOST_SILENT: {
    owner: "host",
    exitCode: 1,
    httpStatus: 503,
    message: "{host} must answer within {deadlineS} s over NATS, but {problem}; {seen}, and nothing newer is known",
  },
  ERR_HOST_OLD: {
    owner: "host",
    exitCode: 1,
    httpStatus: 501,
    message: "the version of selfballoon on {host} can't show its page through the fleet; look at the host's own page",
  },
  ERR_HOST_REFUSED: {
    owner: "host",
    exitCode: 1,
    httpStatus: 409,
    message: "{host} must show what is asked for, but says: {problem}",
  },
  ERR_HOST_ANSWER: {
    owner: "host",
    exitCode: 1,
    httpStatus: 502,
    message: "what {host} answers must be what its page shows, but {problem}; nothing of it is shown",
  },
  ERR_FLEET_FULL: {
    owner: "host",
    exitCode: 1,
    httpStatus: 409,
    message: "{mib} MiB must be free or be given by guests on one host of the fleet; nothing was reserved: {because}",
  },
  ERR_FLEET_UNDECIDED: {
    owner: "host",
    exitCode: 1,
    httpStatus: 503,
    message:
      "the fleet's servers must keep to whom memory was given, but {problem}; nothing counts as given, and what a host keeps for it ends by itself",
  },
  ERR_NOTIFY: {
    owner: "host",
    exitCode: 1,
    httpStatus: 503,
    message: "{what} must take what it is told, but {problem}; guests are managed all the same",
  },
  ERR_FLEET: {
    owner: "host",
    exitCode: 1,
    httpStatus: 503,
    message: "the fleet must be told by NATS at {servers}, but {problem}; guests are managed all the same",
  },
  ERR_FLEET_UNSET: {
    owner: "host",
    exitCode: 1,
    httpStatus: 503,
    message:
      "the fleet's servers must keep what is set for {scope}, but {problem}; look with `selfballoon fleet get` whether it is set",
  },
  ERR_FLEET_SETTINGS_UNFIT: {
    owner: "operator",
    exitCode: 2,
    httpStatus: 422,
    message: "what is set for hosts must be such that they can read it, but {problem}; nothing was changed",
  },
  ERR_FLEET_SETTINGS_UNREADABLE: {
    owner: "operator",
    exitCode: 2,
    httpStatus: 409,
    message:
      "what is set for {scope} must be readable to be changed, but {problem}; nothing was changed, and `selfballoon fleet unset` for these hosts without a name takes all of it away",
  },
  ERR_FLEET_SETTINGS_OTHER: {
    owner: "operator",
    exitCode: 2,
    httpStatus: 409,
    message:
      "what is set for {scope} must be what was shown, revision {shown}, but somebody has changed it since, to revision {there}; nothing was changed",
  },
  ERR_FLEET_UNTAKEN: {
    owner: "host",
    exitCode: 1,
    httpStatus: 503,
    message: "what is set for {scope} must be taken by hosts, but none of {hosts} has it; it stays set",
  },
  ERR_ROLLOUT_UNDER_WAY: {
    owner: "operator",
    exitCode: 2,
    httpStatus: 409,
    message:
      "one change is rolled out for {scope} at a time, and one is under way; abort it first, nothing was changed",
  },
  ERR_NO_ROLLOUT: {
    owner: "operator",
    exitCode: 2,
    httpStatus: 404,
    message: "there is no change on its way to {scope}; nothing was changed",
  },
  ERR_ROLLOUT_OTHER: {
    owner: "operator",
    exitCode: 2,
    httpStatus: 409,
    message:
      "the roll-out for {scope} must be {id}, which is meant, but it is {other}, begun since; nothing was changed",
  },
  ERR_NO_ROLLOUT_HOSTS: {
    owner: "operator",
    exitCode: 2,
    httpStatus: 409,
    message:
      "a change is rolled out to live hosts first, and there is none that it is for ({scope}); nothing was changed",
  },
  ERR_ROLLOUT_STOPPED: {
    owner: "host",
    exitCode: 1,
    httpStatus: 409,
    message: "a change must do no harm where it is rolled out first, but for {scope}: {problem}",
  },
  ERR_FLEET_SETTINGS: {
    owner: "host",
    exitCode: 1,
    httpStatus: 503,
    message: "what the fleet sets must be readable at {servers}, but {problem}; what was taken last stays",
  },
  ERR_FLEET_SETTING: {
    owner: "operator",
    exitCode: 2,
    httpStatus: 422,
    message:
      "what the fleet sets must suit this host, but for {scope} it sets {name}: {problem}; it counts as not said",
  },
  ERR_FLEET_SETTINGS_FILE: {
    owner: "host",
    exitCode: 1,
    httpStatus: 503,
    message:
      "what the fleet sets must be kept in {path}, but {problem}; a restart of the daemon begins without it until NATS says it again",
  },
  ERR_XENSTORE: {
    owner: "host",
    exitCode: 1,
    httpStatus: 503,
    message: "dom0 must be shown how the guest stands over {path}, but {problem}; the guest is managed all the same",
  },
  ERR_WISH_REFUSED: {
    owner: "operator",
    exitCode: 2,
    httpStatus: 422,
    message: "{path} must hold what may be written here, so dom0's wish was not taken: {problem}",
  },
  ERR_INTERNAL: { owner: "bug", exitCode: 1, httpStatus: 500, message: "this is a bug in selfballoon: {problem}" },
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof ERRORS;

type ErrorDetail = string | number | readonly string[];
export type ErrorDetails = Readonly<Record<string, ErrorDetail>>;

/** An error from the table: a stable code, the facts, and the sentence made of both. */
export abstract class SelfballoonError extends Error {
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, details: ErrorDetails, cause?: unknown) {
    super(fillIn(ERRORS[code].message, details), cause === undefined ? {} : { cause });
    this.code = code;
    this.details = details;
  }

  get exitCode(): number {
    return ERRORS[this.code].exitCode;
  }

  get httpStatus(): number {
    return ERRORS[this.code].httpStatus;
  }
}

/** The operator asked for something that can't be: a command, a value, a file to fix. */
export class OperatorError extends SelfballoonError {
  override readonly name = "OperatorError";
}

/** A guest said something that can't be used: a state of that guest, never of the others. */
export class GuestError extends SelfballoonError {
  override readonly name = "GuestError";
}

/** The machine below refused: tried again, within bounds. */
export class HostError extends SelfballoonError {
  override readonly name = "HostError";
}

/** A fault of our own: said loudly, and targets stay as they are. */
export class BugError extends SelfballoonError {
  override readonly name = "BugError";
}

const CLASSES = { operator: OperatorError, guest: GuestError, host: HostError, bug: BugError } as const;

/** What is wrong with a guest, as data: the error's code, its facts, and the sentence made of both. */
export interface Problem {
  readonly code: ErrorCode;
  readonly details: ErrorDetails;
  readonly message: string;
}

/** Make the error `code`, of the class of its owner. */
export function selfballoonError(code: ErrorCode, details: ErrorDetails = {}, cause?: unknown): SelfballoonError {
  return new CLASSES[ERRORS[code].owner](code, details, cause);
}

/** The code of the system's that what was thrown carries, such as ENOENT; empty if it has none. */
export function systemCodeOf(thrown: unknown): string {
  return thrown instanceof Error && "code" in thrown ? String(thrown.code) : "";
}

/** Whether what was thrown carries one of the system's codes. */
export function hasSystemCode(thrown: unknown, ...codes: readonly string[]): boolean {
  return codes.includes(systemCodeOf(thrown));
}

/** What went wrong, in words, whatever was thrown. */
export function problemOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

function fillIn(message: string, details: ErrorDetails): string {
  return message.replace(/\{(\w+)\}/g, (_, name: string) => textOf(details[name]));
}

/** Several are sentences, one after the other. */
function textOf(detail: unknown): string {
  return Array.isArray(detail) ? detail.join(" ") : String(detail ?? "");
}
