import type { Dashboard, GraphFieldConfig, Panel, RowPanel, TableFieldOptions } from "@grafana/schema";
import type { Options as StatOptions } from "@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen";
import type { Options as TableOptions } from "@grafana/schema/dist/esm/raw/composable/table/panelcfg/x/TablePanelCfg_types.gen";
import type { Options as GraphOptions } from "@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen";

/** A type of Grafana's as JSON has it: its enumerations by their values, and parts that have a default left out. */
type Json<Type> = Type extends string
  ? `${Type}`
  : Type extends readonly (infer Part)[]
    ? readonly Json<Part>[]
    : Type extends object
      ? { readonly [Key in keyof Type]?: Json<Type[Key]> }
      : Type;

/** A panel of one of the kinds that we use, which Grafana's own type of a panel leaves open. */
interface PanelOf<Kind extends string, Options, Custom> extends Omit<Json<Panel<never, Custom>>, "type" | "options"> {
  readonly id: number;
  readonly type: Kind;
  readonly options?: Json<Options>;
}

type OurPanel =
  | (Omit<Json<RowPanel>, "type"> & { readonly type: "row" })
  | PanelOf<"timeseries", GraphOptions, GraphFieldConfig>
  | PanelOf<"stat", StatOptions, Record<string, never>>
  | PanelOf<"table", TableOptions, TableFieldOptions>;

/** A dashboard as Grafana's own types have it. */
export interface GrafanaDashboard extends Omit<Json<Dashboard>, "panels"> {
  readonly schemaVersion: number;
  readonly title: string;
  readonly panels: readonly OurPanel[];
}
