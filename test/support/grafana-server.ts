/**
 * The part of Grafana's HTTP API that `push` uses, as Grafana documents it: folders, dashboards by uid, saving with a version.
 * Holds what it is given, refuses what Grafana refuses, notes every request.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

type Json = Record<string, unknown>;

interface Saved {
  readonly dashboard: Json;
  readonly folderUid: string;
}

/** A stand-in for Grafana's documented behaviour; no defaults of its own but those. */
export class GrafanaServer {
  readonly dashboards = new Map<string, Saved>();
  readonly folders: { uid: string; title: string }[] = [];
  readonly requests: string[] = [];
  token = 'right';
  role: 'Editor' | 'Viewer' = 'Editor';
  /** Called between a read and what follows it: somebody else at work. */
  meanwhile: () => void = () => undefined;
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => void this.#handle(request, response));
  }

  static async start(): Promise<GrafanaServer> {
    const grafana = new GrafanaServer();
    await new Promise<void>((resolve) => grafana.#server.listen(0, '127.0.0.1', resolve));
    return grafana;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Requests that change something. */
  get writes(): string[] {
    return this.requests.filter((one) => one.startsWith('POST'));
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method = '', url = '' } = request;
    this.requests.push(`${method} ${url}`);
    const text = Buffer.concat(chunks).toString('utf8');
    const [status, body] = this.#answer(method, url, request.headers.authorization, text);
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (method === 'GET' && url.startsWith('/api/dashboards/')) this.meanwhile();
  }

  #answer(method: string, url: string, authorization: string | undefined, text: string): [number, unknown] {
    if (authorization !== `Bearer ${this.token}`) return [401, { message: 'Invalid API key' }];
    if (method === 'POST' && this.role === 'Viewer')
      return [
        403,
        {
          message:
            "You'll need additional permissions to perform this action. Permissions needed: dashboards:create",
        },
      ];
    const path = url.split('?')[0]!;
    if (path === '/api/folders')
      return method === 'GET' ? [200, this.folders] : this.#makeFolder(JSON.parse(text) as Json);
    if (method === 'GET' && path.startsWith('/api/dashboards/uid/')) {
      const found = this.dashboards.get(decodeURIComponent(path.slice('/api/dashboards/uid/'.length)));
      if (found === undefined) return [404, { message: 'Dashboard not found' }];
      const { dashboard, folderUid } = found;
      return [
        200,
        { dashboard, meta: { folderUid, url: `/d/${String(dashboard['uid'])}/slug`, slug: 'slug' } },
      ];
    }
    if (method === 'POST' && path === '/api/dashboards/db') return this.#save(JSON.parse(text) as Json);
    return [404, { message: 'Not found' }];
  }

  #makeFolder({ title }: Json): [number, unknown] {
    const folder = { uid: `f${this.folders.length + 1}`, title: String(title) };
    this.folders.push(folder);
    return [200, folder];
  }

  #save({ dashboard, folderUid = '', overwrite }: Json): [number, unknown] {
    const given = dashboard as Json;
    const uid = String(given['uid']);
    const before = this.dashboards.get(uid);
    if (folderUid !== '' && !this.folders.some((folder) => folder.uid === folderUid))
      return [400, { message: 'folder not found' }];
    if (before === undefined && given['id'] !== null)
      return [404, { message: 'Dashboard not found', status: 'not-found' }];
    const isNameTaken = [...this.dashboards].some(
      ([other, one]) =>
        other !== uid && one.folderUid === folderUid && one.dashboard['title'] === given['title'],
    );
    if (isNameTaken)
      return [
        412,
        { message: 'A dashboard with the same name in the folder already exists', status: 'name-exists' },
      ];
    if (before !== undefined && overwrite !== true && before.dashboard['version'] !== given['version'])
      return [412, { message: 'The dashboard has been changed by someone else', status: 'version-mismatch' }];
    const version = before === undefined ? 1 : Number(before.dashboard['version']) + 1;
    const id = before === undefined ? this.dashboards.size + 1 : before.dashboard['id'];
    this.dashboards.set(uid, { dashboard: { ...given, id, version }, folderUid: String(folderUid) });
    return [200, { id, uid, url: `/d/${uid}/slug`, status: 'success', version }];
  }
}
