/** A real Prometheus server on a free port with a folder of its own. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Child, eventually } from './child.js';

/** One series of an instant query. */
export interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: number;
}

interface QueryAnswer {
  readonly status: string;
  readonly error?: string;
  readonly data: { readonly result: readonly { metric: Record<string, string>; value: [number, string] }[] };
}

/** A started server. */
export class PrometheusServer {
  readonly url: string;
  readonly #child: Child;
  readonly #folder: string;

  private constructor(url: string, child: Child, folder: string) {
    this.url = url;
    this.#child = child;
    this.#folder = folder;
  }

  /** Starts one that scrapes `target` (host:port) every second. */
  static async start(target: string): Promise<PrometheusServer> {
    const folder = mkdtempSync(join(tmpdir(), 'quorumscope-prometheus-'));
    const config = join(folder, 'prometheus.yml');
    writeFileSync(
      config,
      `global: {scrape_interval: 1s}\nscrape_configs: [{job_name: quorumscope, static_configs: [{targets: ['${target}']}]}]\n`,
    );
    const child = new Child('prometheus', [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      '--web.listen-address=127.0.0.1:0',
    ]);
    const [, address] = await child.printed(/msg="Listening on" address=(\S+)/);
    const url = `http://${address}`;
    await eventually(
      async () => ((await fetch(`${url}/-/ready`)).ok ? true : undefined),
      20_000,
      'Prometheus ready',
    );
    return new PrometheusServer(url, child, folder);
  }

  /** An instant query. */
  async query(expression: string): Promise<Sample[]> {
    const response = await fetch(`${this.url}/api/v1/query?query=${encodeURIComponent(expression)}`);
    const answer = (await response.json()) as QueryAnswer;
    if (answer.status !== 'success') throw new Error(`${expression}: ${answer.error}`);
    return answer.data.result.map(({ metric, value }) => ({ metric, value: Number(value[1]) }));
  }

  async stop(): Promise<void> {
    await this.#child.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
