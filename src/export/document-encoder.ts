/** Snapshots as documents of any format, ours or an operator's own: one snapshot is one parcel, its points are its series. */
import { bodyParcel, type Encode } from './encoded.js';
import { seriesCount, type MetricsExporter } from './snapshot.js';

/** Whatever `exporter` makes. */
export function documentEncoder(exporter: MetricsExporter): Encode {
  return async (snapshot) => ({
    parcels: [bodyParcel(await exporter.export(snapshot), seriesCount(snapshot))],
    omitted: 0,
  });
}
