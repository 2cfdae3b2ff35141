import type { ScopeOverview, SettingLine } from "../../fleet/settings-overview.ts";
import type { Wishes } from "./wishes.ts";

/** Hosts that are named of those that have not taken what is set. */
const NAMED = 10;

interface SettingTableProps {
  readonly scopes: readonly ScopeOverview[];
  /** Null: nothing can be changed here. */
  readonly wishes: Wishes | null;
}

/** What is set, by scope, and how many hosts have it. */
export function SettingTable({ scopes, wishes }: SettingTableProps) {
  const some = scopes.filter(({ settings, problem }) => settings.length > 0 || problem !== null);
  return (
    <section aria-labelledby="settings-title">
      <h2 id="settings-title">Settings for many</h2>
      {some.length === 0 && <p class="empty">Nothing is set for the hosts of this fleet.</p>}
      {some.length > 0 && (
        <table class="fleet-table">
          <thead>
            <tr>
              <th scope="col">For</th>
              <th scope="col">Setting</th>
              <th scope="col">Value</th>
              <th scope="col">Taken by</th>
              {wishes !== null && (
                <th scope="col">
                  <span class="unseen">Change</span>
                </th>
              )}
            </tr>
          </thead>
          {some.map((one) => (
            <ScopeRows key={one.scope} of={one} wishes={wishes} />
          ))}
        </table>
      )}
    </section>
  );
}

function ScopeRows({ of, wishes }: { readonly of: ScopeOverview; readonly wishes: Wishes | null }) {
  const { scope, revision, settings, hosts, waiting, problem } = of;
  const unsetAll = (): void => wishes?.ask({ scope, guest: null, values: null, first: null, revision });
  const more = waiting.length - NAMED;
  return (
    <tbody>
      {settings.map((line) => (
        <SettingRow key={`${line.guest ?? ""} ${line.name}`} {...{ scope, line, hosts, wishes }} />
      ))}
      {waiting.length > 0 && (
        <tr>
          <td colSpan={5} class="about">
            Of {scope}:{" "}
            {waiting
              .slice(0, NAMED)
              .map(({ host, because }) => `${host} ${because}`)
              .join(", ")}
            {more > 0 && `, and ${more} more`}.
          </td>
        </tr>
      )}
      {problem !== null && (
        <tr>
          <th scope="row">{scope}</th>
          <td colSpan={4} class="fleet-alarm">
            What is set there can't be used: {problem}{" "}
            {wishes !== null && (
              <button type="button" disabled={wishes.isBusy} onClick={unsetAll}>
                Unset all for {scope}
              </button>
            )}
          </td>
        </tr>
      )}
    </tbody>
  );
}

interface SettingRowProps {
  readonly scope: string;
  readonly line: SettingLine;
  readonly hosts: number;
  readonly wishes: Wishes | null;
}

function SettingRow({ scope, line: { guest, name, value, taken }, hosts, wishes }: SettingRowProps) {
  const whose = guest === null ? "" : `, guests ${guest}`;
  return (
    <tr>
      <th scope="row">{scope}</th>
      <td>
        <code>{name}</code>
        {guest !== null && <span class="about"> guests {guest}</span>}
      </td>
      <td>{value}</td>
      <td class={taken < hosts ? "fleet-held" : undefined}>
        {taken} of {hosts}
      </td>
      {wishes !== null && (
        <td>
          <button
            type="button"
            aria-label={`Unset ${name} for ${scope}${whose}`}
            disabled={wishes.isBusy}
            onClick={() => wishes.ask({ scope, guest, values: { [name]: null }, first: null })}
          >
            Unset
          </button>
        </td>
      )}
    </tr>
  );
}
