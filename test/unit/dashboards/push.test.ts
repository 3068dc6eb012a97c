/** Pushing dashboards into Grafana: what is made, what is left alone, and what a person is told when it does not work. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { buildDashboards, pushDashboards } from '../../../src/dashboards.js';
import type { DashboardJson } from '../../../src/dashboards/grafana.js';
import { GrafanaServer } from '../../support/grafana-server.js';

const one: DashboardJson = { uid: 'quorumscope-one', title: 'One', tags: ['quorumscope'], panels: [], version: 1 };
const token = { text: 'right' };

describe('pushing dashboards', () => {
  let grafana: GrafanaServer;

  beforeEach(async () => {
    grafana = await GrafanaServer.start();
  });
  afterEach(() => grafana.stop());

  const push = (dashboards: readonly DashboardJson[], folder: string | undefined = 'Chain', url = grafana.url) =>
    pushDashboards(dashboards, { url, token, ...(folder === undefined ? {} : { folder }) });

  it('makes the folder and every shipped dashboard, and changes nothing the second time', async () => {
    const shipped = await buildDashboards();
    const first = await push(shipped);
    expect(first.map(({ outcome }) => outcome)).toEqual(shipped.map(() => 'created'));
    expect(grafana.folders).toEqual([{ uid: 'f1', title: 'Chain' }]);
    expect([...grafana.dashboards.values()].every(({ folderUid }) => folderUid === 'f1')).toBe(true);
    const writes = grafana.writes.length;
    expect(writes).toBe(shipped.length + 1);
    const second = await push(shipped);
    expect(second.map(({ outcome }) => outcome)).toEqual(shipped.map(() => 'unchanged'));
    expect(grafana.writes).toHaveLength(writes);
  });

  it('updates what differs, in the version that it read, and moves what stands in another folder', async () => {
    await push([one]);
    const [updated] = await push([{ ...one, description: 'new' }]);
    expect(updated).toEqual({ uid: one.uid, title: 'One', outcome: 'updated', url: `${grafana.url}/d/quorumscope-one/slug` });
    expect(grafana.dashboards.get(one.uid)!.dashboard).toMatchObject({ description: 'new', version: 2, id: 1 });
    const [moved] = await push([{ ...one, description: 'new' }], 'Elsewhere');
    expect(moved!.outcome).toBe('updated');
    expect(grafana.dashboards.get(one.uid)!.folderUid).toBe('f2');
  });

  it('uses the general folder without one', async () => {
    await pushDashboards([one], { url: `${grafana.url}/`, token });
    expect(grafana.requests).toEqual([`GET /api/dashboards/uid/${one.uid}`, 'POST /api/dashboards/db']);
  });

  it('leaves alone what stands under its uid and is not its own', async () => {
    await push([{ ...one, tags: ['somebody'] }]);
    await expect(push([one])).rejects.toMatchObject({
      code: 'dashboards.refused',
      message: expect.stringMatching(/"One" \(quorumscope-one\): something else stands under this uid/) as string,
    });
    expect(grafana.dashboards.get(one.uid)!.dashboard['tags']).toEqual(['somebody']);
  });

  it('does not overwrite what somebody saves between its look and its write', async () => {
    await push([one]);
    const stored = grafana.dashboards.get(one.uid)!;
    grafana.meanwhile = () =>
      grafana.dashboards.set(one.uid, { ...stored, dashboard: { ...stored.dashboard, version: 9, title: 'Mine' } });
    await expect(push([{ ...one, description: 'new' }])).rejects.toThrow(/412.*Somebody saved it meanwhile/);
    expect(grafana.dashboards.get(one.uid)!.dashboard['title']).toBe('Mine');
  });

  it('says that a title is taken', async () => {
    await push([{ ...one, uid: 'quorumscope-other' }]);
    await expect(push([one])).rejects.toThrow(/412.*Another dashboard of this folder has the same title/);
  });

  it('says what to do about a wrong token, missing rights, a wrong address', async () => {
    grafana.token = 'another';
    await expect(push([one])).rejects.toThrow(/401 \(Invalid API key\).*--token-file/);
    grafana.token = 'right';
    grafana.role = 'Viewer';
    await expect(push([one])).rejects.toThrow(/403.*Editor/);
    await expect(push([one], 'Chain', `${grafana.url}/sub`)).rejects.toThrow(/404.*base address/);
    expect(grafana.dashboards.size).toBe(0);
  });

  it('says that nobody answers, without the token', async () => {
    const { url } = grafana;
    await grafana.stop();
    const failure = await push([one], 'Chain', url).then(
      () => new Error('it went well'),
      (error: unknown) => error as Error,
    );
    expect(failure).toMatchObject({ code: 'dashboards.unreachable' });
    expect(failure.message).toContain(`no Grafana answers at ${url}`);
    expect(failure.message).not.toContain(token.text);
    grafana = await GrafanaServer.start();
  });

  it('reads the token from its file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'quorumscope-token-'));
    const file = join(folder, 'token');
    writeFileSync(file, 'right\n');
    const pushed = await pushDashboards([one], { url: grafana.url, token: { file } });
    expect(pushed[0]!.outcome).toBe('created');
    rmSync(folder, { recursive: true });
  });
});
