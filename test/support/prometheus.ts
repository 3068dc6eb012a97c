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

/** The series of a range query: seconds and values. */
export type Matrix = readonly {
  readonly metric: Readonly<Record<string, string>>;
  readonly values: readonly (readonly [number, number])[];
}[];

interface RangeAnswer {
  readonly status: string;
  readonly error?: string;
  readonly data: {
    readonly result: readonly { metric: Record<string, string>; values: [number, string][] }[];
  };
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

  /** Starts one that scrapes `target` (host:port) every second; `flags` are added to its command line. */
  static async start(target: string, ...flags: readonly string[]): Promise<PrometheusServer> {
    const folder = mkdtempSync(join(tmpdir(), 'quorumscope-prometheus-'));
    const config = join(folder, 'prometheus.yml');
    writeFileSync(
      config,
      `global: {scrape_interval: 1s}\nscrape_configs: [{job_name: quorumscope, static_configs: [{targets: ['${target}']}]}]\n`,
    );
    return PrometheusServer.#run(config, join(folder, 'data'), folder, flags);
  }

  /**
   * Starts one that scrapes these targets and evaluates these rule files, both every second. Every simulated chain has one
   * name; here it gets the one that its target has.
   */
  static async evaluating(
    chains: ReadonlyMap<string, string>,
    ruleFiles: readonly string[],
  ): Promise<PrometheusServer> {
    const folder = mkdtempSync(join(tmpdir(), 'quorumscope-prometheus-'));
    const config = join(folder, 'prometheus.yml');
    const scrape = {
      job_name: 'quorumscope',
      static_configs: [{ targets: [...chains.keys()] }],
      metric_relabel_configs: [...chains].map(([target, chain]) => ({
        source_labels: ['chain_id', 'instance'],
        regex: `.+;${target}`,
        target_label: 'chain_id',
        replacement: chain,
      })),
    };
    // JSON is YAML.
    writeFileSync(
      config,
      JSON.stringify({
        global: { scrape_interval: '1s', evaluation_interval: '1s' },
        rule_files: ruleFiles,
        scrape_configs: [scrape],
      }),
    );
    return PrometheusServer.#run(config, join(folder, 'data'), folder);
  }

  /** Starts one that scrapes, evaluates these rule files every second, and tells an Alertmanager (host:port). */
  static async alerting(
    target: string,
    ruleFiles: readonly string[],
    alertmanager: string,
  ): Promise<PrometheusServer> {
    const folder = mkdtempSync(join(tmpdir(), 'quorumscope-prometheus-'));
    const config = join(folder, 'prometheus.yml');
    writeFileSync(
      config,
      JSON.stringify({
        global: { scrape_interval: '1s', evaluation_interval: '1s' },
        rule_files: ruleFiles,
        alerting: { alertmanagers: [{ static_configs: [{ targets: [alertmanager] }] }] },
        scrape_configs: [{ job_name: 'quorumscope', static_configs: [{ targets: [target] }] }],
      }),
    );
    return PrometheusServer.#run(config, join(folder, 'data'), folder);
  }

  /** Starts one over a folder of blocks; it scrapes nothing and keeps whatever the blocks hold. */
  static async over(blocks: string): Promise<PrometheusServer> {
    const folder = mkdtempSync(join(tmpdir(), 'quorumscope-prometheus-'));
    const config = join(folder, 'prometheus.yml');
    writeFileSync(config, '{}\n');
    return PrometheusServer.#run(config, blocks, folder);
  }

  static async #run(
    config: string,
    data: string,
    folder: string,
    flags: readonly string[] = [],
  ): Promise<PrometheusServer> {
    const child = new Child('prometheus', [
      `--config.file=${config}`,
      `--storage.tsdb.path=${data}`,
      '--storage.tsdb.retention.time=50y',
      '--web.listen-address=127.0.0.1:0',
      ...flags,
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

  /** A range query, in seconds; the message when it fails. */
  async range(expression: string, start: number, end: number, step: number): Promise<Matrix | string> {
    const parameters = new URLSearchParams({
      query: expression,
      start: String(start),
      end: String(end),
      step: String(step),
    });
    const response = await fetch(`${this.url}/api/v1/query_range`, { method: 'POST', body: parameters });
    const answer = (await response.json()) as RangeAnswer;
    if (answer.status !== 'success') return answer.error ?? 'failed';
    return answer.data.result.map(({ metric, values }) => ({
      metric,
      values: values.map(([time, value]) => [time, Number(value.replace('Inf', 'Infinity'))] as const),
    }));
  }

  /** SIGSTOP and SIGCONT let it stand still for a while. */
  signal(signal: NodeJS.Signals): void {
    this.#child.signal(signal);
  }

  async stop(): Promise<void> {
    await this.#child.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
