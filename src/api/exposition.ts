/** Prometheus' types of metrics that we have. */
type Type = "counter" | "gauge" | "histogram";

/** The labels of a sample, in the order in which they are written. */
export type Labels = readonly (readonly [string, string])[];

/**
 * Metrics as Prometheus' text format has them (version 0.0.4): a metric's help and type, then its samples. Two samples of
 * one metric with the same labels are one: the last.
 */
export class Exposition {
  private readonly metrics: string[] = [];

  add(name: string, type: Type, help: string, samples: Iterable<readonly [Labels, number]>): void {
    const lines = new Map<string, number>();
    for (const [labels, value] of samples) lines.set(`${name}${labelsText(labels)}`, value);
    this.metrics.push(headed(name, type, help, [...lines]));
  }

  /** A histogram without labels: `buckets` are its upper bounds, with how many were observed up to each. */
  addHistogram(
    name: string,
    help: string,
    buckets: readonly (readonly [number, number])[],
    sum: number,
    count: number,
  ): void {
    const bounded = buckets.map(([bound, observed]) => bucket(name, String(bound), observed));
    const whole = [bucket(name, "+Inf", count), [`${name}_sum`, sum], [`${name}_count`, count]] as const;
    this.metrics.push(headed(name, "histogram", help, [...bounded, ...whole]));
  }

  text(): string {
    return `${this.metrics.join("\n\n")}\n`;
  }
}

function headed(name: string, type: Type, help: string, lines: readonly (readonly [string, number])[]): string {
  const head = [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`];
  return [...head, ...lines.map(([sample, value]) => `${sample} ${value}`)].join("\n");
}

function bucket(name: string, bound: string, count: number): readonly [string, number] {
  return [`${name}_bucket${labelsText([["le", bound]])}`, count];
}

function labelsText(labels: Labels): string {
  if (labels.length === 0) return "";
  return `{${labels.map(([name, value]) => `${name}="${labelText(value)}"`).join(",")}}`;
}

function labelText(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll('"', '\\"');
}
