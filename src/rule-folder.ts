/**
 * The files of the rules that the configuration names, or the shipped ones: read as a whole, and whether one of them has
 * changed since. Part of the composition. Whether what was read was good makes no difference: bad files are read once, too.
 */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readRuleFiles, type RuleFile } from './alerts/rules/rule-file.js';
import { pathsOf, readRuleText } from './alerts/rules/rule-paths.js';
import type { Config } from './config/sections.js';
import { shippedAlerts } from './shipped-alerts.js';

/** Where the rules are. */
export class RuleFolder {
  readonly #config: Pick<Config, 'rules' | 'metrics'>;
  /** Names, sizes and times of the files that were read last. */
  #signature = '';

  constructor(config: Pick<Config, 'rules' | 'metrics'>) {
    this.#config = config;
  }

  /** Reads every file. @throws QuorumscopeError `alerts.rules` when one cannot be read */
  async read(): Promise<ReturnType<typeof readRuleFiles>> {
    const paths = await this.#paths();
    this.#signature = await signatureOf(paths);
    const { prefix } = this.#config.metrics;
    const isShipped = this.#config.rules.files.length === 0;
    const files = await Promise.all(
      paths.map(async (name): Promise<RuleFile> => {
        const text = await readRuleText(name);
        return { name, text: isShipped ? text.replace(/\bhotstuff_/g, () => prefix) : text };
      }),
    );
    return readRuleFiles(files);
  }

  /** Whether a file has come, gone or changed since they were read last. Never rejects. */
  async hasChanged(): Promise<boolean> {
    const before = this.#signature;
    const now = await signatureOf(await this.#paths().catch(() => [])).catch(() => before);
    return now !== before;
  }

  async #paths(): Promise<readonly string[]> {
    const { files } = this.#config.rules;
    if (files.length > 0) return (await Promise.all(files.map(pathsOf))).flat();
    const folder = shippedAlerts();
    if (folder === undefined) return [];
    return [...(await pathsOf(join(folder, '*.rules.yml'))), join(folder, 'patterns.yml')];
  }
}

async function signatureOf(paths: readonly string[]): Promise<string> {
  const parts = await Promise.all(
    paths.map(async (path) => {
      const { size, mtimeMs } = await stat(path).catch(() => ({ size: -1, mtimeMs: 0 }));
      return `${path} ${size} ${mtimeMs}`;
    }),
  );
  return parts.join('\n');
}
