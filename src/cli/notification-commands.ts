/** The commands about who is told of alerts: `test`, `silence`, `maintenance`, `alert`. Words and options only. */
import type { Command } from 'commander';
import { collect } from './collect.js';
import type { CliContext, ExitCode } from './context.js';
import type { ConfigOptions } from './load-config.js';

type Finish = (code: ExitCode) => void;

/** Adds them. */
export function addNotifications(program: Command, context: CliContext, finish: Finish): void {
  addTests(program, context, finish);
  addSilences(program, context, finish);
  addAlerts(program, context, finish);
}

function addTests(program: Command, context: CliContext, finish: Finish): void {
  const test = program
    .command('test')
    .description('whether something does what is said of it; exit 1 when not');
  test
    .command('rules')
    .description("unit tests of rules in promtool's format")
    .argument('<files...>', 'files of tests, which name their rule files')
    .option('--json', 'one JSON document')
    .action(async (files: string[], options: { json?: boolean }) => {
      finish(await (await import('./test-rules.js')).testRules(files, options, context));
    });
  test
    .command('notify')
    .description(
      'sends a test alert and its end on the real way, and prints who is told, why, and what they answer',
    )
    .argument('[receiver]', 'its name; else whom the routes lead to')
    .option('--config <file>', 'YAML file')
    .option('--set <path=value>', 'any setting; may be repeated', collect)
    .option('--label <name=value>', 'a label of the test alert; may be repeated', collect)
    .option('--json', 'one JSON document')
    .action(async (receiver: string | undefined, options: ConfigOptions) => {
      finish(await (await import('./test-notify.js')).testNotify(receiver, options, context));
    });
}

function addSilences(program: Command, context: CliContext, finish: Finish): void {
  const silence = program.command('silence').description('keeps alerts from being told');
  withReason(
    silence
      .command('add')
      .description('silences alerts that pass all matchers')
      .argument('<matchers...>', 'such as alertname=HotStuffHalted or validator=~"v[0-3]"'),
  ).action(async (matchers: string[], options: ConfigOptions) => {
    finish(await (await import('./silence.js')).silenceAdd(matchers, options, context));
  });
  withPlace(silence.command('list').description('what is silenced'))
    .option('--all', 'also what is over')
    .action(async (options: ConfigOptions) => {
      finish(await (await import('./silence.js')).silenceList(options, context));
    });
  withPlace(
    silence.command('expire').description('ends a silence').argument('<id>', 'as `silence list` gives it'),
  ).action(async (id: string, options: ConfigOptions) => {
    finish(await (await import('./silence.js')).silenceExpire(id, options, context));
  });
  withReason(
    program.command('maintenance').description('silences everything for a while; ends are told'),
  ).action(async (options: ConfigOptions) => {
    finish(await (await import('./silence.js')).maintenance(options, context));
  });
}

function addAlerts(program: Command, context: CliContext, finish: Finish): void {
  const alert = program.command('alert').description('what fires, and who looks after it');
  withPlace(alert.command('list').description('what fires')).action(async (options: ConfigOptions) => {
    finish(await (await import('./alert.js')).alertList(options, context));
  });
  withPlace(
    alert
      .command('ack')
      .description('you look after it: no repeats and no escalation while it fires')
      .argument('<id>', 'as `alert list` gives it, or its beginning'),
  )
    .option('--author <name>', 'who; else the user')
    .option('--comment <text>', 'what is being done')
    .action(async (id: string, options: ConfigOptions) => {
      finish(await (await import('./alert.js')).alertAcknowledge(id, options, context));
    });
}

/** Where a sidecar is. */
function withPlace(command: Command): Command {
  return command
    .option('--url <url>', 'a running sidecar, or any Alertmanager; else what the configuration says')
    .option('--config <file>', 'YAML file')
    .option('--json', 'one JSON document');
}

function withReason(command: Command): Command {
  return withPlace(command)
    .requiredOption('--for <duration>', 'how long, such as 15m')
    .option('--author <name>', 'who; else the user')
    .option('--comment <text>', 'why');
}
