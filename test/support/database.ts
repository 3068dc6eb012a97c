/** Real databases that exporters write to, each on a free port with a folder of its own. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Child, eventually } from './child.js';

/** Whether a program is installed. */
export function isInstalled(program: string): boolean {
  try {
    execFileSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** A port that was free a moment ago, for servers that cannot say which one they took. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' ? address!.port : 0;
}

/** A running server. */
export interface Database {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

interface Command {
  readonly program: string;
  readonly args: (port: number, folder: string) => readonly string[];
  readonly ready: string;
}

async function start({ program, args, ready }: Command): Promise<Database> {
  const folder = mkdtempSync(join(tmpdir(), `quorumscope-${program}-`));
  // Another process may take the port in between: then the server ends, and another port is tried.
  for (let attempt = 0; ; attempt++) {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const child = new Child(program, args(port, folder));
    const isReady = async (): Promise<boolean | undefined> => {
      if (child.process.exitCode !== null) return false;
      return (await fetch(url + ready)).ok ? true : undefined;
    };
    if (await eventually(isReady, 20_000, `${program} ready`))
      return {
        url,
        stop: async () => {
          await child.stop();
          rmSync(folder, { recursive: true, force: true });
        },
      };
    if (attempt === 3) throw new Error(`${program} does not start:\n${child.output}`);
  }
}

/** VictoriaMetrics; what was written is seen at once. */
export function startVictoriaMetrics(): Promise<Database> {
  return start({
    program: 'victoria-metrics',
    args: (port, folder) => [
      `-httpListenAddr=127.0.0.1:${port}`,
      `-storageDataPath=${folder}`,
      '-retentionPeriod=1',
      '-search.latencyOffset=0s',
      '-search.disableCache',
    ],
    ready: '/health',
  });
}

/** InfluxDB 1.x. */
export function startInfluxDb(): Promise<Database> {
  return start({
    program: 'influxd',
    args: (port, folder) => {
      const config = join(folder, 'influxdb.conf');
      writeFileSync(
        config,
        [
          'reporting-disabled = true',
          'bind-address = "127.0.0.1:0"',
          `[meta]\ndir = "${folder}/meta"`,
          `[data]\ndir = "${folder}/data"\nwal-dir = "${folder}/wal"`,
          `[http]\nbind-address = "127.0.0.1:${port}"\nlog-enabled = false`,
          '[monitor]\nstore-enabled = false',
        ].join('\n'),
      );
      return ['-config', config];
    },
    ready: '/ping',
  });
}

/** Prometheus as a receiver of remote write. */
export function startPrometheusReceiver(): Promise<Database> {
  return start({
    program: 'prometheus',
    args: (port, folder) => {
      const config = join(folder, 'prometheus.yml');
      writeFileSync(config, 'global: {scrape_interval: 1h}\n');
      return [
        `--config.file=${config}`,
        `--storage.tsdb.path=${join(folder, 'data')}`,
        `--web.listen-address=127.0.0.1:${port}`,
        '--web.enable-remote-write-receiver',
      ];
    },
    ready: '/-/ready',
  });
}

/** Series of an instant query, in Prometheus and what speaks its API. */
export async function instant(
  url: string,
  query: string,
): Promise<{ metric: Record<string, string>; value: string }[]> {
  const response = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(query)}`);
  const { data, error } = (await response.json()) as {
    data?: { result: { metric: Record<string, string>; value: [number, string] }[] };
    error?: string;
  };
  if (data === undefined) throw new Error(`${query}: ${error}`);
  return data.result.map(({ metric, value }) => ({ metric, value: value[1] }));
}
