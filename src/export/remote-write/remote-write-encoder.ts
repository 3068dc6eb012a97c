/** Snapshots as remote-write bodies; points are samples. */
import { bodyParcel, type Encode } from '../encoded.js';
import { writeBodies, type ExternalLabels } from './write-request.js';

/** Bodies whose series have these labels besides their own. */
export function remoteWriteEncoder(externalLabels: ExternalLabels): Encode {
  return (snapshot) => ({
    parcels: writeBodies(snapshot, externalLabels).map(({ body, samples }) => bodyParcel(body, samples)),
    omitted: 0,
  });
}
