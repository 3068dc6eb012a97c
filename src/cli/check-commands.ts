/** The commands under `check`: what each is given and which file does it. Nothing is loaded before it is asked for. */
import type { Command } from 'commander';
import type { CliContext, ExitCode } from './context.js';
import { addCheckAdapter } from './log-commands.js';

/** Called with the exit code of a command. */
export type Finish = (code: ExitCode) => void;

/** Adds `check` to the program. */
export function addChecks(program: Command, context: CliContext, finish: Finish): void {
  const check = program.command('check').description('whether something is as it should be; exit 1 when not');
  check
    .command('config')
    .description('whether `run` would accept a configuration file and the environment')
    .argument('[file]', 'YAML file; else the default one, if it is there')
    .option('--json', 'one JSON document')
    .action(async (file: string | undefined, options: { json?: boolean }) => {
      finish((await import('./check-config.js')).checkConfig(file, options, context));
    });
  check
    .command('rules')
    .description('whether rule files would be loaded: YAML, PromQL, templates, names')
    .argument('<files...>', "files in Prometheus's format")
    .option('--json', 'one JSON document')
    .action(async (files: string[], options: { json?: boolean }) => {
      finish(await (await import('./check-rules.js')).checkRules(files, options, context));
    });
  check
    .command('alerts')
    .description(
      "whether a file of routes in Alertmanager's format would be taken: YAML, routes, receivers, templates",
    )
    .argument('<file>', "in Alertmanager's format")
    .option('--json', 'one JSON document')
    .action(async (file: string, options: { json?: boolean }) => {
      finish((await import('./check-alerts.js')).checkAlerts(file, options, context));
    });
  check
    .command('mapping')
    .description("what a node's metrics page, or its OpenTelemetry, becomes by a mapping")
    .argument('<mapping>', 'aptos, cometbft, hotshot, hotstuff (of OTLP), or the path of a file')
    .argument(
      '[page]',
      'address or file of the page; of OTLP a file of requests in JSON, one a line or one in all',
    )
    .option('--all', 'also list the names that are not taken; of OTLP all that is told')
    .option('--json', 'one JSON document')
    .action(async (mapping: string, page: string | undefined, options: { json?: boolean; all?: boolean }) => {
      const { checkMapping } = await import('./check-mapping.js');
      finish(await checkMapping(mapping, page, options, context));
    });
  addCheckAdapter(check, context, finish);
  check
    .command('stream')
    .description('what an event stream can tell, which attachment level it reaches, and what stays unknown')
    .argument('<file>', 'NDJSON, gzipped or not; - is stdin')
    .option('--json', 'one JSON document')
    .action(async (file: string, options: { json?: boolean }) => {
      finish(await (await import('./check-stream.js')).checkStream(file, options, context));
    });
}
