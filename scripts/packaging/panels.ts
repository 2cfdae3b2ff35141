/** A panel before it has its place. */
export interface PanelSpec {
  /** In columns; a page has 24. */
  readonly width: number;
  readonly height: number;
  readonly json: Readonly<Record<string, unknown>>;
}

interface GraphStyle {
  readonly isStacked?: boolean;
  /** One panel for each guest that is chosen. */
  readonly isRepeated?: boolean;
}

/** An expression and the legend of its series. */
type Query = readonly [expression: string, legend: string];

const PAGE_WIDTH = 24;
const DATA_SOURCE = { type: "prometheus", uid: "$" + "{datasource}" };

/** A heading over what follows. */
export function row(title: string): PanelSpec {
  return { width: PAGE_WIDTH, height: 1, json: { type: "row", title, collapsed: false, panels: [] } };
}

/** One number each. */
export function stat(title: string, description: string, unit: string, expressions: readonly string[]): PanelSpec {
  const queries = expressions.map((expression) => [expression, ""] as const);
  const options = { reduceOptions: { calcs: ["lastNotNull"] }, colorMode: "none", graphMode: "area" };
  return { width: 4, height: 4, json: { ...panel("stat", title, description, unit, queries), options } };
}

/** Lines over time. */
export function graph(
  title: string,
  description: string,
  unit: string,
  queries: readonly Query[],
  { isStacked = false, isRepeated = false }: GraphStyle = {},
): PanelSpec {
  const json = panel("timeseries", title, description, unit, queries);
  const custom = isStacked ? { stacking: { mode: "normal" }, fillOpacity: 30 } : { fillOpacity: 0 };
  const options = { tooltip: { mode: "multi", sort: "desc" }, legend: { displayMode: "list", placement: "bottom" } };
  const repeat = isRepeated ? { repeat: "guest", repeatDirection: "h", maxPerRow: 2 } : {};
  return {
    width: PAGE_WIDTH / 2,
    height: 8,
    json: { ...json, ...repeat, options, fieldConfig: { defaults: { unit, min: 0, custom }, overrides: [] } },
  };
}

/** The newest values of one metric, two of its labels as rows and columns. */
export function tableOf(
  title: string,
  description: string,
  expression: string,
  { rows, columns }: { readonly rows: string; readonly columns: string },
): PanelSpec {
  const json = panel("table", title, description, "none", [[expression, ""]]);
  const matrix = { columnField: columns, rowField: rows, valueField: "Value" };
  return {
    width: PAGE_WIDTH / 2,
    height: 8,
    json: {
      ...json,
      targets: [{ ...DATA_SOURCE_TARGET, refId: "A", expr: expression, instant: true, format: "table" }],
      transformations: [{ id: "groupingToMatrix", options: matrix }],
    },
  };
}

const DATA_SOURCE_TARGET = { datasource: DATA_SOURCE };

function panel(
  type: string,
  title: string,
  description: string,
  unit: string,
  queries: readonly Query[],
): Record<string, unknown> {
  return {
    type,
    title,
    description,
    datasource: DATA_SOURCE,
    fieldConfig: { defaults: { unit }, overrides: [] },
    targets: queries.map(([expr, legendFormat], index) => ({
      ...DATA_SOURCE_TARGET,
      refId: String.fromCharCode("A".charCodeAt(0) + index),
      expr,
      legendFormat,
    })),
  };
}

/** Panels in reading order: a line is as high as its highest panel. */
export function layOut(specs: readonly PanelSpec[]): readonly object[] {
  let x = 0;
  let y = 0;
  let lineHeight = 0;
  return specs.map(({ width, height, json }, index) => {
    if (x + width > PAGE_WIDTH) {
      x = 0;
      y += lineHeight;
      lineHeight = 0;
    }
    const gridPos = { x, y, w: width, h: height };
    x += width;
    lineHeight = Math.max(lineHeight, height);
    return { id: index + 1, gridPos, ...json };
  });
}
