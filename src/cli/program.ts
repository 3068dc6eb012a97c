/**
 * The words of the command line: commands, arguments, options, help. Each command is loaded when it is asked for, so
 * that `version` starts no sidecar. Nothing here acts; the exit code is whatever the command returns.
 */
import { Command, CommanderError, Option } from 'commander';
import { messageOf, QuorumscopeError } from '../base/errors.js';
import { addChecks, type Finish } from './check-commands.js';
import type { CliContext, ExitCode } from './context.js';
import type { ExportOptions } from './export.js';
import { collect } from './collect.js';
import { addAttach, withAdapter } from './log-commands.js';
import { flagSettings, type ConfigOptions } from './load-config.js';
import { addNotifications } from './notification-commands.js';

/** Runs one command line to its end; never throws. */
export async function runProgram(words: readonly string[], context: CliContext): Promise<ExitCode> {
  let code: ExitCode = 0;
  const program = createProgram(context, (result) => (code = result));
  try {
    await program.parseAsync([...words], { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    context.stderr.write(`quorumscope: ${describe(error)}\n`);
    return error instanceof QuorumscopeError && error.kind !== 'internal' ? 2 : 1;
  }
}

/** What went wrong; with its stack only where it is a defect of ours. */
function describe(error: unknown): string {
  if (error instanceof QuorumscopeError && error.kind !== 'internal') return error.message.trimEnd();
  return error instanceof Error ? (error.stack ?? error.message) : messageOf(error);
}

function createProgram(context: CliContext, finish: Finish): Command {
  const program = new Command('quorumscope')
    .description('Observability sidecar for HotStuff-2 validators.')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => context.stdout.write(text),
      writeErr: (text) => context.stderr.write(text),
    })
    .helpCommand(false)
    .showHelpAfterError('(add --help for what there is)')
    .addHelpText(
      'after',
      '\nStart with `quorumscope demo`. Exit codes: 0 done, 1 the thing checked does not hold, 2 wrong usage.',
    );
  addDemo(program, context, finish);
  addRun(program, context, finish);
  addAttach(program, context, finish);
  addStatus(program, context, finish);
  addQuery(program, context, finish);
  addExport(program, context, finish);
  addReplay(program, context, finish);
  addExplain(program, context, finish);
  addIncident(program, context, finish);
  addSimulate(program, context, finish);
  addChecks(program, context, finish);
  addNotifications(program, context, finish);
  addAlerts(program, context, finish);
  addDashboards(program, context, finish);
  program
    .command('version')
    .description('what is installed')
    .option('--json', 'one JSON document')
    .action(async (options: { json?: boolean }) => {
      finish((await import('./version.js')).version(options, context));
    });
  return program;
}

function addDemo(program: Command, context: CliContext, finish: Finish): void {
  withConfig(
    program
      .command('demo')
      .description(
        'a simulated 4-validator network with a sidecar attached, in real time, with faults to inject',
      ),
  ).action(async (options: ConfigOptions) => {
    finish(await (await import('./demo.js')).demo(options, context));
  });
}

function addRun(program: Command, context: CliContext, finish: Finish): void {
  withConfig(program.command('run').description('the sidecar, until it is told to stop')).action(
    async (options: ConfigOptions) => {
      finish(await (await import('./run.js')).run(options, context));
    },
  );
}

function addStatus(program: Command, context: CliContext, finish: Finish): void {
  program
    .command('status')
    .description('how things are with a running sidecar: health first, then what is attached')
    .option('--url <url>', 'the sidecar, such as http://127.0.0.1:10920; else what the configuration says')
    .option('--config <file>', 'YAML file')
    .option('--json', 'one JSON document')
    .action(async (options: ConfigOptions) => {
      finish(await (await import('./status.js')).status(options, context));
    });
}

function addQuery(program: Command, context: CliContext, finish: Finish): void {
  program
    .command('query')
    .description('PromQL, asked of a running sidecar, of any Prometheus, or of a data folder')
    .argument('<promql>', 'such as: sum by (node_id) (rate(hotstuff_consensus_view_timeouts_total[5m]))')
    .option('--at <time>', 'Unix seconds, 2026-01-31T12:00:00Z, now, or now-1h')
    .option('--from <time>', 'begin of a range')
    .option('--to <time>', 'end of the range; else now')
    .option('--step <duration>', 'between the points of a range; else what gives about 120 of them')
    .option('--url <url>', 'whom to ask, such as http://127.0.0.1:10920; else what the configuration says')
    .option('--data <dir>', 'the data folder of a sidecar instead, whether it runs or not')
    .option('--config <file>', 'YAML file')
    .option('--format <table|json|csv>', 'how to print the answer', 'table')
    .action(async (promql: string, options: ConfigOptions) => {
      finish(await (await import('./query.js')).query(promql, options, context));
    });
}

function addExport(program: Command, context: CliContext, finish: Finish): void {
  program
    .command('export')
    .description('the samples of a range as JSON lines, CSV, line protocol or Parquet')
    .requiredOption('--format <json|csv|influx|parquet>', 'what to write')
    .option(
      '--from <time>',
      'Unix seconds, 2026-01-31T12:00:00Z, now, or now-1h; else all of a folder, an hour of a server',
    )
    .option('--to <time>', 'end of the range, included; else now')
    .option('--match <selector>', 'which series, such as \'{chain_id="main"}\'; else all')
    .option('--out <file>', 'where to; else standard output')
    .option('--url <url>', 'a running sidecar or any Prometheus; else what the configuration says')
    .option('--data <dir>', 'the data folder of a sidecar instead, whether it runs or not')
    .option('--config <file>', 'YAML file')
    .action(async (options: ExportOptions) => {
      finish(await (await import('./export.js')).exportSamples(options, context));
    });
}

function addReplay(program: Command, context: CliContext, finish: Finish): void {
  const command = program
    .command('replay')
    .description('a recorded stream at full speed, and what it tells')
    .argument('<file>', 'NDJSON, gzipped or not; - is stdin')
    .option('--config <file>', 'YAML file')
    .option('--set <path=value>', 'any setting, such as metrics.window=30s; may be repeated', collect)
    .option('--json', 'one JSON document with every metric value')
    .option('--settle', 'what is counted a minute after the last event, when the last views are judged too')
    .option('--report <file>', 'write an incident report: one page with pictures (.html), or Markdown (.md)')
    .option(
      '--fail-on <names>',
      'exit 1 on any of: safety, byzantine, divergence, liveness, or a cause of docs/CAUSES.md; comma-separated',
    )
    .option('--junit <file>', 'write the checks as JUnit XML; without --fail-on: all but causes')
    .option(
      '--stall-after <duration>',
      'how long without a decided view fails liveness; else ten view timers',
    )
    .option('--data <dir>', 'keep evidence and incidents in this folder; else nothing is written');
  withAdapter(command).action(async (file: string, options: ConfigOptions) => {
    finish(await (await import('./replay.js')).replay(file, options, context));
  });
}

function addExplain(program: Command, context: CliContext, finish: Finish): void {
  program
    .command('explain')
    .description('why a view failed: cause, culprit, what proves it, who did what and when, what is missing')
    .argument('<view>', 'its number')
    .option('--url <url>', 'a running sidecar; else the one that the configuration says')
    .option('--file <file>', 'a recording instead: NDJSON, gzipped or not; - is stdin')
    .option('--chain <name>', 'needed where there are several')
    .option('--config <file>', 'YAML file')
    .option('--set <path=value>', 'any setting; may be repeated', collect)
    .option('--json', 'one JSON document')
    .action(async (view: string, options: ConfigOptions) => {
      finish(await (await import('./explain.js')).explain(view, options, context));
    });
}

function addIncident(program: Command, context: CliContext, finish: Finish): void {
  const incident = program
    .command('incident')
    .description('raw events frozen around findings and bursts of failed views, replayable');
  const withPlace = (command: Command): Command =>
    command
      .option('--data <dir>', 'the data folder of a sidecar, running or not')
      .option('--url <url>', 'a running sidecar; else what the configuration says')
      .option('--config <file>', 'YAML file');
  withPlace(incident.command('list').description('all incidents, the newest first'))
    .option('--json', 'one JSON document')
    .action(async (options: ConfigOptions) => {
      finish(await (await import('./incident.js')).incidentList(options, context));
    });
  withPlace(
    incident.command('show').description('one incident').argument('<id>', 'as `incident list` gives it'),
  )
    .option('--json', 'one JSON document')
    .action(async (id: string, options: ConfigOptions) => {
      finish(await (await import('./incident.js')).incidentShow(id, options, context));
    });
  withPlace(
    incident
      .command('export')
      .description('copies an incident')
      .argument('<id>', 'as `incident list` gives it'),
  )
    .option('--out <dir>', 'where to; else here')
    .action(async (id: string, options: ConfigOptions) => {
      finish(await (await import('./incident.js')).incidentExport(id, options, context));
    });
}

function addSimulate(program: Command, context: CliContext, finish: Finish): void {
  const command = program
    .command('simulate')
    .description('a network of validators that run the protocol, with the faults you name')
    .argument('[scenario]', 'name of a bundled scenario, or a YAML file; options override it');
  addOutlets(addNetwork(command)).action(
    async (
      scenario: string | undefined,
      options: Readonly<Record<string, string | string[] | boolean>>,
      command: Command,
    ) => {
      const given = Object.entries(options).filter(
        ([key]) => command.getOptionValueSource(key) !== 'default',
      );
      const { list, ...raw } = Object.fromEntries(given);
      if (list === true) finish((await import('./simulate-list.js')).simulateList(raw, context, scenario));
      else if (raw['swarm'] === undefined)
        finish(await (await import('./simulate.js')).simulate(raw, context, scenario));
      else finish(await (await import('./simulate-swarm.js')).simulateSwarm(raw, context, scenario));
    },
  );
}

/** What to run. */
function addNetwork(command: Command): Command {
  return command
    .option('--list', 'the bundled scenarios')
    .option('--validators <n>', 'how many', '4')
    .option('--seed <n>', 'same seed, same run', '1')
    .option('--powers <list>', 'voting power of each, such as 1,1,2,3; else 1')
    .option(
      '--epochs <blocks:sets>',
      'the set changes after so many blocks: powers of each set, 0 is outside, such as 40:1,1,1,0/1,1,1,1; /... at the end repeats them',
    )
    .option('--duration <duration>', 'virtual time to run for; with --speed realtime for ever unless given')
    .option('--views <n>', 'end the run after so many views')
    .option('--speed <max|realtime>', 'how fast', 'max')
    .option('--delay <duration>', 'time of a message from one validator to another', '20ms')
    .option(
      '--latency <model>',
      'delays with chance: normal:20ms,2ms (mean, deviation), exponential:10ms,5ms (floor, mean), aws (8 regions)',
    )
    .option('--jitter <duration>', 'at most so much more for each message')
    .option('--uplink <bits>', 'what a validator sends at most, bits per second')
    .option('--loss <ratio>', 'share of messages lost')
    .option('--loss-transport <datagram|stream>', 'whether lost messages are gone or come late')
    .option('--duplicate <ratio>', 'share of messages that arrive twice')
    .option('--reorder <ratio>', 'share of messages held back, so that later ones overtake them')
    .option('--reorder-by <duration>', 'for how long at most; else 50ms')
    .option('--timeout <duration>', 'base view timer', '500ms')
    .option('--backoff <factor>', 'growth of the timer with each failed view; else 1.5')
    .option('--max-timeout <duration>', 'the longest timer; else 8 times the base')
    .option(
      '--leader-wait <duration>',
      'how long a leader waits for status messages after a failed view; else two delays',
    )
    .option(
      '--protocol <chained|basic|hotstuff3>',
      'HotStuff-2 in either form, or three-phase HotStuff',
      'chained',
    )
    .option('--vote2-to <next-leader|leader>', 'who collects the second votes of the basic form')
    .option('--rotation <round-robin|weighted|hashed|reputation>', 'who leads', 'round-robin')
    .option('--pacemaker <timeout|epoch>', 'how validators leave a failed view', 'timeout')
    .option('--machines <ideal|modelled>', 'whether signatures and disk writes take time', 'ideal')
    .option('--transactions <n>', 'load, per second', '0')
    .option('--block-transactions <n>', 'the most that a block takes')
    .option(
      '--bursts <on,off>',
      'transactions come in bursts at that average rate: 200ms,800ms; with 200ms,800ms,0.1 a tenth of it also while off',
    )
    .option(
      '--transactions-from <file>',
      'transactions as recorded: CSV with a header, or NDJSON (docs/SIMULATOR.md)',
    )
    .option('--mempool-capacity <n>', 'transactions that a validator keeps waiting at most; else 10000')
    .option('--mempool-bytes <n>', 'bytes of them at most')
    .option('--mempool-per-sender <n>', 'of one sender at most')
    .option(
      '--mempool-eviction <refuse|lowest-fee|oldest>',
      'what a full pool does: refuse the newcomer, or throw out who pays less, or the oldest; else refuse',
    )
    .option('--mempool-expiry <duration>', 'throw out who has waited so long')
    .option('--start <time>', 'wall time at which the run begins: 2025-01-01T00:00:00Z, or microseconds')
    .option('--crash <who@when>', 'stop a validator: v2@5s; may be repeated', collect)
    .option('--slow <who@when:delay>', 'make its messages slower: v2@5s:300ms; may be repeated', collect)
    .option('--heal <who@when>', 'end its faults: v2@20s; may be repeated', collect);
}

/** What goes wrong, and where it is told. */
function addOutlets(command: Command): Command {
  return command
    .option(
      '--fault <words>',
      "any fault, in the words of scenario files: 'partition groups=[[v0,v1],[v2,v3]] at=5s for=10s'; may be repeated",
      collect,
    )
    .option('--attach <address>', 'ship events to a sidecar: unix:///path or tcp://127.0.0.1:port')
    .option('--events <file>', 'write the events of all nodes as NDJSON')
    .option('--truth <file>', 'write what really happens as NDJSON; - is stdout')
    .option('--report <file>', 'write one page with pictures of the run: HTML, nothing loaded from elsewhere')
    .option(
      '--control',
      'read commands from stdin (crash v2, slow v2 300ms, heal v2, status), tell the truth on stdout',
    )
    .option('--json', 'one JSON document with the result')
    .option(
      '--swarm <n>',
      'so many runs, each drawn from its seed: chaos, then all healed; stops at the first failure',
    )
    .option('--swarm-run <seed>', 'the one run of a swarm that has this seed');
}

/** Who is told of alerts, and when nobody is. */
function addAlerts(program: Command, context: CliContext, finish: Finish): void {
  program
    .command('alerts')
    .description('the shipped rules')
    .command('render')
    .description('write the shipped rules and their tests, for another prefix or other addresses')
    .requiredOption('--out <dir>', 'the folder to write to')
    .option('--prefix <prefix>', 'as `metrics.prefix` has it, such as mychain_')
    .option('--runbook <url>', 'where runbook.md is served, such as https://wiki.example/runbook')
    .option('--dashboards <url>', 'where Grafana is, such as https://grafana.example')
    .action(async (options: { out: string }) => {
      finish((await import('./alerts-render.js')).renderAlerts(options, context));
    });
}

function addDashboards(program: Command, context: CliContext, finish: Finish): void {
  const dashboards = program
    .command('dashboards')
    .description('dashboards for Grafana, the shipped ones and those of the configuration');
  const withChoices = (command: Command): Command =>
    command
      .option(
        '--config <file>',
        'YAML file: prefix of metrics, address of the runbook, dashboards of your own',
      )
      .option('--set <path=value>', 'any setting; may be repeated', collect)
      .option('--only <names>', 'such as overview,consensus; else all');
  withChoices(dashboards.command('build').description('write them as JSON files'))
    .option('--out <dir>', 'the folder to write to', 'dashboards')
    .action(async (options: ConfigOptions & { out: string }) => {
      finish(await (await import('./dashboards.js')).buildDashboardFiles(options, context));
    });
  withChoices(
    dashboards.command('push').description('put them into a running Grafana; twice is as good as once'),
  )
    .requiredOption('--url <url>', 'the base address of Grafana, such as http://127.0.0.1:3000')
    .option('--token-file <file>', "file with a service account's token")
    .option('--folder <title>', 'folder to put them in, made where it is missing', 'Quorumscope')
    .option('--json', 'one JSON document')
    .action(async (options: ConfigOptions & { url: string; folder: string }) => {
      finish(await (await import('./dashboards.js')).pushDashboardFiles(options, context));
    });
}

/** The options of commands that start a sidecar: the file, every setting by `--set`, and the settings with a flag. */
function withConfig(command: Command): Command {
  command
    .option('--config <file>', 'YAML file')
    .option('--set <path=value>', 'any setting, such as metrics.window=30s; may be repeated', collect);
  for (const { flag, setting } of flagSettings) {
    const isToggle = setting.type === 'true or false';
    const firstSentence = setting.doc.split('. ')[0]!.replace(/\.$/, '');
    command.addOption(new Option(isToggle ? flag : `${flag} <value>`, firstSentence));
  }
  return command.addHelpText('after', '\nEvery setting is in docs/CONFIG.md.');
}
