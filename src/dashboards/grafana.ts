/**
 * Dashboards into a running Grafana, over its HTTP API. Pushing twice changes nothing the second time; what stands under
 * our uid and is not ours is left alone; what somebody saves while we push is not overwritten (Grafana answers 412).
 *
 *   folder: GET /api/folders -> there, or POST /api/folders
 *   each:   GET /api/dashboards/uid/UID -> same: unchanged | ours: POST with its version | 404: POST | else: refused
 */
import { isDeepStrictEqual } from 'node:util';
import { messageOf, QuorumscopeError } from '../base/errors.js';
import { readSecret, type Secret } from '../base/secret.js';

/** Where, as whom, into which folder. */
export interface GrafanaTarget {
  /** Base address, such as `http://127.0.0.1:3000` or `https://host/grafana`. */
  readonly url: string;
  /** A service account's token; null where Grafana asks for none. */
  readonly token: Secret | null;
  /** Title of a folder, made where it is missing; null is Grafana's general one. */
  readonly folder: string | null;
  /** What Grafana's history of versions says. */
  readonly message: string;
  /** Tag that marks what is ours. */
  readonly tag: string;
}

/** A dashboard as JSON. */
export type DashboardJson = Readonly<Record<string, unknown>> & {
  readonly uid: string;
  readonly title: string;
};

/** What became of a dashboard. */
export interface Pushed {
  readonly uid: string;
  readonly title: string;
  readonly outcome: 'created' | 'updated' | 'unchanged';
  /** Grafana's address of it. */
  readonly url: string;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

interface Stored {
  readonly dashboard: Readonly<Record<string, unknown>>;
  readonly meta?: { readonly folderUid?: string; readonly url?: string };
}

const TIMEOUT_MS = 30_000;

/**
 * Pushes all; stops at the first that Grafana does not take.
 * @throws QuorumscopeError `dashboards.refused`, `dashboards.unreachable`; its message says what to do
 */
export async function pushToGrafana(
  dashboards: readonly DashboardJson[],
  target: GrafanaTarget,
): Promise<Pushed[]> {
  const folderUid = target.folder === null ? '' : await folderOf(target, target.folder);
  const pushed: Pushed[] = [];
  for (const dashboard of dashboards) pushed.push(await pushOne(dashboard, folderUid, target));
  return pushed;
}

async function folderOf(target: GrafanaTarget, title: string): Promise<string> {
  const listed = await ask(target, 'GET', '/api/folders?limit=1000');
  const folders = expectOk(listed, target, 'folders') as readonly { uid: string; title: string }[];
  const found = folders.find((folder) => folder.title === title);
  if (found !== undefined) return found.uid;
  const made = await ask(target, 'POST', '/api/folders', { title });
  return (expectOk(made, target, `folder ${JSON.stringify(title)}`) as { uid: string }).uid;
}

async function pushOne(dashboard: DashboardJson, folderUid: string, target: GrafanaTarget): Promise<Pushed> {
  const { uid, title } = dashboard;
  const what = `dashboard ${JSON.stringify(title)} (${uid})`;
  const answer = await ask(target, 'GET', `/api/dashboards/uid/${encodeURIComponent(uid)}`);
  const stored = answer.status === 404 ? undefined : (expectOk(answer, target, what) as Stored);
  if (stored !== undefined && !isOurs(stored, target.tag))
    throw refused(
      `${what}: something else stands under this uid; it has no tag ${target.tag}. Rename or remove it first.`,
      409,
    );
  const version = stored?.dashboard['version'];
  const base = target.url.replace(/\/$/, '');
  if (stored !== undefined && isSame(stored, dashboard, folderUid))
    return { uid, title, outcome: 'unchanged', url: base + (stored.meta?.url ?? `/d/${uid}`) };
  // With the version that was read, Grafana itself refuses to overwrite what somebody saved meanwhile.
  const body = {
    dashboard: {
      ...dashboard,
      id: stored?.dashboard['id'] ?? null,
      ...(version === undefined ? {} : { version }),
    },
    folderUid,
    message: target.message,
    overwrite: false,
  };
  const saved = expectOk(await ask(target, 'POST', '/api/dashboards/db', body), target, what) as {
    url?: string;
  };
  return {
    uid,
    title,
    outcome: stored === undefined ? 'created' : 'updated',
    url: base + (saved.url ?? `/d/${uid}`),
  };
}

function isOurs({ dashboard }: Stored, tag: string): boolean {
  const tags = dashboard['tags'];
  return Array.isArray(tags) && tags.includes(tag);
}

/** Grafana numbers versions and rows of its database; the rest comes back as it was sent. */
function isSame({ dashboard, meta }: Stored, ours: DashboardJson, folderUid: string): boolean {
  const bare = (one: Readonly<Record<string, unknown>>): unknown =>
    JSON.parse(JSON.stringify({ ...one, id: null, version: null }));
  return (meta?.folderUid ?? '') === folderUid && isDeepStrictEqual(bare(dashboard), bare(ours));
}

async function ask(target: GrafanaTarget, method: string, path: string, body?: unknown): Promise<Answer> {
  const token = target.token === null ? undefined : readSecret(target.token);
  try {
    const response = await fetch(target.url.replace(/\/$/, '') + path, {
      method,
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
      headers: {
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: asJson(text) };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    throw new QuorumscopeError(
      'dashboards.unreachable',
      'delivery',
      `no Grafana answers at ${target.url}: ${messageOf(cause)}`,
      { cause: error },
    );
  }
}

function asJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

const ADVICE: Readonly<Record<number, string>> = {
  401: 'Grafana does not know the token. Give the token of a service account with --token-file.',
  403: 'The token may not do this. It needs the role Editor, or permission to write dashboards and folders.',
  404: 'There is no such path. --url is the base address of Grafana, with its sub-path where it has one.',
};

const CONFLICTS: Readonly<Record<string, string>> = {
  'version-mismatch': 'Somebody saved it meanwhile; look at what they did, and push again.',
  'name-exists':
    'Another dashboard of this folder has the same title. Rename or remove it, or choose another --folder.',
  'plugin-dashboard': 'It belongs to a plugin, which Grafana does not let us overwrite.',
};

/** The body of a good answer. */
function expectOk({ status, body }: Answer, target: GrafanaTarget, what: string): unknown {
  if (status >= 200 && status < 300 && body !== undefined) return body;
  if (status >= 200 && status < 300)
    throw new QuorumscopeError(
      'dashboards.unreachable',
      'delivery',
      `${target.url} answers, but not as Grafana does`,
    );
  const { message = '', status: word = '' } = (body ?? {}) as { message?: string; status?: string };
  const provisioned = /provisioned/i.test(message)
    ? 'It is provisioned from files: change it there, or push under another uid.'
    : undefined;
  const conflict = status === 412 || status === 409 ? (CONFLICTS[word] ?? '') : '';
  const advice = provisioned ?? ADVICE[status] ?? conflict;
  throw refused(
    `${what}: Grafana answers ${status}${message === '' ? '' : ` (${message})`}. ${advice}`.trim(),
    status,
  );
}

function refused(message: string, status: number): QuorumscopeError {
  return new QuorumscopeError('dashboards.refused', 'delivery', message, { details: { status } });
}
