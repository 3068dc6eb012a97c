/** Incidents for HTTP: fills the server's port from the files of a folder. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { listIncidents, readIncident, type StoredIncident } from './incidents/incident-files.js';
import { EVENTS_FILE, type IncidentMeta } from './incidents/incident.js';
import type { IncidentHandlers } from './server/handlers.js';

/** An incident as HTTP and the command line show it. */
export type IncidentDocument = IncidentMeta & {
  /** On disk. */
  readonly size_bytes: number;
};

/** Handlers that read `folder`; without one there are no incidents. */
export function incidentHandlers(folder: string | undefined): IncidentHandlers {
  return {
    list: async () => ({
      recording: folder !== undefined,
      incidents: folder === undefined ? [] : (await listIncidents(folder)).map(incidentDocument),
    }),
    get: async (id) => {
      const incident = folder === undefined ? undefined : await readIncident(folder, id);
      return incident && incidentDocument(incident);
    },
    events: async (id) => {
      const incident = folder === undefined ? undefined : await readIncident(folder, id);
      return incident && readFile(join(incident.path, EVENTS_FILE));
    },
  };
}

/** The document of an incident on disk. */
export function incidentDocument({ meta, bytes }: StoredIncident): IncidentDocument {
  return { ...meta, size_bytes: bytes };
}
