/** uPlot, the library that draws the plots of the report: set by the build from the package of that name. */
declare const UPLOT_SCRIPT: string;
declare const UPLOT_STYLE: string;

export const UPLOT = { script: UPLOT_SCRIPT, style: UPLOT_STYLE };
