import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Api } from "../api/route.ts";
import { DEFAULT_LISTEN, type ListenAddress } from "../config/listen.ts";
import type { Config } from "../config/load.ts";
import type { Backend } from "../core/backend.ts";
import { problemOf, SelfballoonError } from "../core/errors.ts";

/** The page and the API over TCP, as they came to be served. */
export interface Dashboard {
  /** Null if it is not served. */
  readonly url: string | null;
  /** The same without the token. */
  readonly address: string | null;
  /** True if others than this machine may reach it, and read without the token. */
  readonly isOpen: boolean;
  /** Where the token is, if it has to be looked up. */
  readonly tokenFile: string | null;
  /** Why it is not served though it was to be, as a sentence. */
  readonly problem: string | null;
  readonly close: () => Promise<void>;
}

const NONE: Dashboard = {
  url: null,
  address: null,
  isOpen: false,
  tokenFile: null,
  problem: null,
  close: () => Promise.resolve(),
};

/**
 * Serve the page and the API over TCP: where the configuration says, else on loopback, else, in a guest, not at all: then
 * none of their code is loaded. That the default's port is taken ends nothing.
 * @throws ERR_LISTEN, ERR_PERMISSION for what was configured.
 */
export async function serveDashboard(backend: Backend, config: Config, api: Api): Promise<Dashboard> {
  const usual = backend.traits.place === "host" ? DEFAULT_LISTEN : null;
  const { listen = usual } = config;
  if (listen === null) return NONE;
  try {
    return await serve(backend, config, listen, api);
  } catch (thrown) {
    const isOptional =
      config.listen === undefined && thrown instanceof SelfballoonError && thrown.code === "ERR_LISTEN";
    if (!isOptional) throw thrown;
    return { ...NONE, problem: `No dashboard: ${problemOf(thrown)}.` };
  }
}

async function serve(backend: Backend, config: Config, listen: ListenAddress, api: Api): Promise<Dashboard> {
  const [{ serveTcp }, { isOpen }] = await Promise.all([import("../api/tcp.ts"), import("../api/host-check.ts")]);
  const runtimeTokenFile = join(dirname(config.socket), "token");
  const { url, token, close } = await serveTcp(api, {
    ...listen,
    allowedHosts: config.allowedHosts,
    tokenFile: config.tokenFile ?? null,
    readsNeedToken: config.readsNeedToken,
    runtimeTokenFile,
    pageFolder: fileURLToPath(new URL("./web/", import.meta.url)),
  });
  // What may be changed of simulated guests is no secret worth a copy by hand; a token that lasts, or that moves real
  // guests, is never printed.
  const isShown = !backend.traits.isReal && config.tokenFile === undefined;
  return {
    url: isShown ? `${url}#token=${token}` : url,
    address: url,
    isOpen: isOpen(listen.host) && !config.readsNeedToken,
    tokenFile: isShown ? null : (config.tokenFile ?? runtimeTokenFile),
    problem: null,
    close,
  };
}
