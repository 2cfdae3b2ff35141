/** Where a dashboard's figures come from. */
export function dataSource(): object {
  return { name: "datasource", label: "Data source", type: "datasource", query: "prometheus" };
}

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
