import type { GeneratedFile } from "./file.ts";

/** What one dashboard has that another has not. */
export interface DashboardSpec {
  /** What Grafana knows it by, and its file. */
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  /** Besides the data source. */
  readonly variables: readonly object[];
  readonly panels: readonly object[];
}

/** A dashboard of Grafana's, as a file of packaging/. */
export function dashboardFile({ uid, title, description, variables, panels }: DashboardSpec): GeneratedFile {
  const json = {
    uid,
    title,
    description,
    tags: ["selfballoon"],
    schemaVersion: 39,
    editable: true,
    graphTooltip: 1,
    refresh: "30s",
    time: { from: "now-6h", to: "now" },
    templating: { list: [DATA_SOURCE, ...variables] },
    panels,
  };
  return { path: `packaging/grafana/${uid}.json`, text: `${JSON.stringify(json, null, 2)}\n` };
}

/** Where a dashboard's figures come from. */
const DATA_SOURCE = { name: "datasource", label: "Data source", type: "datasource", query: "prometheus" };

/** A variable with the values of a label; all of them at first. */
export function variable(name: string, shown: string, label: string, series: string): object {
  return {
    name,
    label: shown,
    type: "query",
    datasource: { type: "prometheus", uid: "$" + "{datasource}" },
    query: { query: `label_values(${series}, ${label})`, refId: name },
    refresh: 2,
    sort: 1,
    multi: true,
    includeAll: true,
    current: { text: "All", value: "$__all" },
  };
}
