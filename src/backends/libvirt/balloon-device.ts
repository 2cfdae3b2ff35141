/** What a domain's XML says of its balloon (libvirt, formatdomain: memory balloon device). */
export interface BalloonDevice {
  readonly deflateOnOom: boolean;
  /** Seconds between two updates of the statistics; null if none was chosen. */
  readonly periodS: number | null;
}

/** Read the domain's XML, as libvirt prints it. Null: the domain has no balloon. */
export function parseBalloonDevice(xml: string): BalloonDevice | null {
  const element = /<memballoon\b[^>]*(?:\/>|>[\s\S]*?<\/memballoon>)/.exec(xml)?.[0];
  if (element === undefined || /\bmodel=["']none["']/.test(element)) return null;
  const period = /<stats\s+period=["']([0-9]{1,9})["']/.exec(element)?.[1];
  return {
    deflateOnOom: /^<memballoon\b[^>]*\bautodeflate=["']on["']/.test(element),
    periodS: period === undefined || Number(period) === 0 ? null : Number(period),
  };
}
