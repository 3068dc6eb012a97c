/**
 * `quorumscope incident list|show|export`: frozen raw events around findings and bursts of failed views, from the folder of
 * a sidecar that may have ended, or from a running one. Exit 1 when there is no such incident.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { INCIDENTS_FOLDER } from '../consensus-outlets.js';
import { incidentDocument, type IncidentDocument } from '../incident-handlers.js';
import { exportIncident, listIncidents, readIncident } from '../incidents/incident-files.js';
import { EVENTS_FILE, incidentFolder, META_FILE } from '../incidents/incident.js';
import { API_PATH } from '../server/routes/consensus.js';
import type { CliContext, ExitCode } from './context.js';
import { renderIncident, renderIncidents } from './incident-view.js';
import { loadConfig, type ConfigOptions } from './load-config.js';
import { askRaw, askSidecar, describeFailure, sidecarUrl } from './sidecar-client.js';

/** Words of the command line. */
export interface IncidentOptions extends ConfigOptions {
  readonly url?: string;
  readonly data?: string;
  readonly out?: string;
  readonly json?: boolean;
}

/** What went wrong, for a person. */
type Outcome<T> = { readonly found: T } | { readonly problem: string };

/** Where incidents are: in a folder, or behind a URL. */
type Place = { readonly folder: string } | { readonly base: string };

export async function incidentList(options: IncidentOptions, context: CliContext): Promise<ExitCode> {
  const outcome = await list(placeOf(options, context));
  if ('problem' in outcome) return say(outcome.problem, context);
  const { found } = outcome;
  context.stdout.write(
    `${options.json ? JSON.stringify({ incidents: found }, null, 2) : renderIncidents(found)}\n`,
  );
  return 0;
}

export async function incidentShow(
  id: string,
  options: IncidentOptions,
  context: CliContext,
): Promise<ExitCode> {
  const outcome = await show(id, placeOf(options, context));
  if ('problem' in outcome) return say(outcome.problem, context);
  const { found } = outcome;
  context.stdout.write(`${options.json ? JSON.stringify(found, null, 2) : renderIncident(found)}\n`);
  return 0;
}

export async function incidentExport(
  id: string,
  options: IncidentOptions,
  context: CliContext,
): Promise<ExitCode> {
  const outcome = await copy(id, options.out ?? '.', placeOf(options, context));
  if ('problem' in outcome) return say(outcome.problem, context);
  const events = outcome.found.find((path) => path.endsWith(EVENTS_FILE)) ?? '';
  context.stdout.write(`${outcome.found.join('\n')}\n`);
  context.stderr.write(`Look into it with \`quorumscope replay ${events} --report report.html\`.\n`);
  return 0;
}

function placeOf(options: IncidentOptions, context: CliContext): Place {
  if (options.data !== undefined) return { folder: join(options.data, INCIDENTS_FOLDER) };
  if (options.url !== undefined) return { base: options.url };
  const config = loadConfig({ ...options, url: undefined, out: undefined, json: undefined }, context);
  const { dir } = config.data;
  return dir === null
    ? { base: sidecarUrl(undefined, () => config) }
    : { folder: join(dir, INCIDENTS_FOLDER) };
}

async function list(place: Place): Promise<Outcome<readonly IncidentDocument[]>> {
  if ('folder' in place) return { found: (await listIncidents(place.folder)).map(incidentDocument) };
  const asked = await askSidecar<{ recording: boolean; incidents: IncidentDocument[] }>(
    place.base,
    `${API_PATH}/incidents`,
  );
  if (!('document' in asked)) return { problem: describeFailure(place.base, asked) };
  const { recording, incidents } = asked.document;
  if (!recording)
    return { problem: 'this sidecar records no incidents: set data.dir, or start it with --data' };
  return { found: incidents };
}

async function show(id: string, place: Place): Promise<Outcome<IncidentDocument>> {
  if ('folder' in place) {
    const incident = await readIncident(place.folder, id);
    return incident === undefined
      ? { problem: noIncident(id, place.folder) }
      : { found: incidentDocument(incident) };
  }
  const asked = await askSidecar<IncidentDocument>(place.base, incidentPath(id));
  return 'document' in asked ? { found: asked.document } : { problem: describeFailure(place.base, asked) };
}

async function copy(id: string, target: string, place: Place): Promise<Outcome<readonly string[]>> {
  if ('folder' in place) {
    const incident = await readIncident(place.folder, id);
    if (incident === undefined) return { problem: noIncident(id, place.folder) };
    return { found: await exportIncident(incident, target) };
  }
  const meta = await askSidecar<IncidentDocument>(place.base, incidentPath(id));
  if (!('document' in meta)) return { problem: describeFailure(place.base, meta) };
  const events = await askRaw(place.base, `${incidentPath(id)}/events`);
  if (!('document' in events)) return { problem: describeFailure(place.base, events) };
  // The id that the sidecar gives, not the words of the command line, becomes a path.
  const folder = join(target, incidentFolder(meta.document.id));
  await mkdir(folder, { recursive: true });
  const paths = [join(folder, META_FILE), join(folder, EVENTS_FILE)] as const;
  const { size_bytes: _, ...stored } = meta.document;
  await writeFile(paths[0], `${JSON.stringify(stored, null, 2)}\n`);
  await writeFile(paths[1], events.document);
  return { found: paths };
}

function incidentPath(id: string): string {
  return `${API_PATH}/incidents/${encodeURIComponent(id)}`;
}

function noIncident(id: string, folder: string): string {
  return `there is no incident ${JSON.stringify(id)} in ${folder}; \`quorumscope incident list\` says which there are`;
}

function say(problem: string, { stderr }: CliContext): ExitCode {
  stderr.write(`${problem}\n`);
  return 1;
}
