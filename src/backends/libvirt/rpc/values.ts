import type { XdrReader } from "./xdr-reader.ts";
import { XdrWriter } from "./xdr-writer.ts";

/** REMOTE_STRING_MAX (remote_protocol.x). */
const MAX_STRING_BYTES = 4_194_304;

/** REMOTE_DOMAIN_LIST_MAX. */
const MAX_DOMAINS = 16_384;

/** REMOTE_CONNECT_GET_ALL_DOMAIN_STATS_MAX. */
const MAX_PARAMETERS = 4096;

/** REMOTE_DOMAIN_MEMORY_STATS_MAX. */
const MAX_MEMORY_STATS = 1024;

/** REMOTE_AUTH_TYPE_LIST_MAX. */
const MAX_AUTH_TYPES = 20;

const UUID_BYTES = 16;

/** remote_nonnull_domain. */
export interface RemoteDomain {
  readonly name: string;
  readonly uuid: string;
  readonly id: number;
}

/** What a typed parameter holds (virTypedParameterType): a number of any width, or a text. */
export type ParameterValue = number | bigint | string;

/** remote_domain_stats_record. */
export interface StatsRecord {
  readonly domain: RemoteDomain;
  readonly parameters: ReadonlyMap<string, ParameterValue>;
}

/** A domain as an argument, behind what was written before. libvirt's drivers look it up by its UUID alone. */
export function domainArgument(uuid: string, writer = new XdrWriter()): XdrWriter {
  const bytes = Buffer.from(uuid.replaceAll("-", ""), "hex");
  return writer.string("").opaque(bytes).int(-1);
}

export function readString(reader: XdrReader): string {
  return reader.string(MAX_STRING_BYTES);
}

export function readDomain(reader: XdrReader): RemoteDomain {
  const name = readString(reader);
  const hex = reader.opaque(UUID_BYTES).toString("hex");
  const uuid = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  return { name, uuid, id: reader.int() };
}

/** remote_connect_get_all_domain_stats_ret. */
export function readAllStats(reader: XdrReader): readonly StatsRecord[] {
  return reader.array(MAX_DOMAINS, () => {
    const domain = readDomain(reader);
    const parameters = reader.array(MAX_PARAMETERS, () => readParameter(reader));
    return { domain, parameters: new Map(parameters) };
  });
}

/** remote_domain_memory_stats_ret: values by tag (virDomainMemoryStatTags). */
export function readMemoryStats(reader: XdrReader): ReadonlyMap<number, bigint> {
  const stats = reader.array(MAX_MEMORY_STATS, () => [reader.int(), reader.uhyper()] as const);
  return new Map(stats);
}

/** remote_auth_list_ret: values of remote_auth_type. */
export function readAuthTypes(reader: XdrReader): readonly number[] {
  return reader.array(MAX_AUTH_TYPES, () => reader.int());
}

/** remote_error: what it says, in libvirt's words. The other fields repeat it in parts. */
export function readErrorMessage(reader: XdrReader): string {
  reader.int(); // code
  reader.int(); // domain
  return reader.optional(() => readString(reader)) ?? "it did not say why";
}

/** remote_typed_param. */
function readParameter(reader: XdrReader): readonly [string, ParameterValue] {
  const field = readString(reader);
  const type = reader.int();
  const read = PARAMETER_TYPES[type];
  return [field, read === undefined ? reader.fail(`there is no parameter of type ${type}`) : read(reader)];
}

/** virTypedParameterType: int, uint, llong, ullong, double, boolean, string. */
const PARAMETER_TYPES: Readonly<Record<number, (reader: XdrReader) => ParameterValue>> = {
  1: (reader) => reader.int(),
  2: (reader) => reader.uint(),
  3: (reader) => reader.hyper(),
  4: (reader) => reader.uhyper(),
  5: (reader) => reader.double(),
  6: (reader) => reader.int(),
  7: readString,
};
