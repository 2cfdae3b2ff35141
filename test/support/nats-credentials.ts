import { createHash } from "node:crypto";
import { nkeys } from "@nats-io/transport-node";

type KeyPair = ReturnType<typeof nkeys.createUser>;

/** What a user of NATS may do, as in its token. */
export interface Permissions {
  readonly pub: { readonly allow: readonly string[] };
  readonly sub: { readonly allow: readonly string[] };
  readonly resp?: { readonly max: number; readonly ttl: number };
}

/** Everything. */
export const ADMINISTRATOR: Permissions = { pub: { allow: [">"] }, sub: { allow: [">"] } };

const UNLIMITED = {
  ...{ subs: -1, data: -1, payload: -1, imports: -1, exports: -1, wildcards: true, conn: -1, leaf: -1 },
  ...{ mem_storage: -1, disk_storage: -1, streams: -1, consumer: -1 },
};

/**
 * An operator with one account, as `nsc` would make them: the server's part of the configuration, and what gives users of
 * it the text of a `.creds` file.
 */
export function operatorWithAccount(): {
  readonly config: string;
  readonly credentials: (name: string, permissions: Permissions) => string;
} {
  const [operator, account] = [nkeys.createOperator(), nkeys.createAccount()];
  const operatorToken = token(operator, operator, "OP", { type: "operator", version: 2 });
  const accountToken = token(account, operator, "FLEET", { type: "account", version: 2, limits: UNLIMITED });
  const system = nkeys.createAccount();
  const systemToken = token(system, operator, "SYS", { type: "account", version: 2 });
  const preload = [`${account.getPublicKey()}: "${accountToken}"`, `${system.getPublicKey()}: "${systemToken}"`].join(
    ", ",
  );
  return {
    config: [
      `operator: "${operatorToken}"`,
      `system_account: ${system.getPublicKey()}`,
      "resolver: MEMORY",
      `resolver_preload: { ${preload} }`,
    ].join("\n"),
    credentials: (name, permissions) => {
      const user = nkeys.createUser();
      const limits = { subs: -1, data: -1, payload: -1 };
      const userToken = token(user, account, name, { type: "user", version: 2, ...limits, ...permissions });
      const seed = new TextDecoder().decode(user.getSeed());
      return `${block("NATS USER JWT", userToken)}\n${block("USER NKEY SEED", seed)}`;
    },
  };
}

function block(title: string, text: string): string {
  return `-----BEGIN ${title}-----\n${text}\n------END ${title}------\n`;
}

/** A JSON web token as NATS has them, signed with an nkey. */
function token(of: KeyPair, issuer: KeyPair, name: string, nats: object): string {
  const claims = { iat: 1_700_000_000, iss: issuer.getPublicKey(), name, sub: of.getPublicKey(), nats };
  const jti = createHash("sha256").update(JSON.stringify(claims)).digest("hex");
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const text = `${part({ typ: "JWT", alg: "ed25519-nkey" })}.${part({ ...claims, jti })}`;
  return `${text}.${Buffer.from(issuer.sign(new TextEncoder().encode(text))).toString("base64url")}`;
}
