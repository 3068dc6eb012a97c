/** The words of the command line that are about logs of programs: `attach`, `check adapter`, and what `replay` takes. */
import type { Command } from 'commander';
import type { AttachOptions } from './attach.js';
import type { CheckAdapterOptions } from './check-adapter.js';
import type { CliContext, ExitCode } from './context.js';

type Finish = (code: ExitCode) => void;

/** `quorumscope attach`. */
export function addAttach(program: Command, context: CliContext, finish: Finish): void {
  program
    .command('attach')
    .description(
      'which adapter reads the log of a node that states no events, and the configuration to write',
    )
    .option('--file <log>', 'a log, gzipped or not; - is stdin')
    .option('--journald <unit>', 'the journal of a systemd unit')
    .option(
      '--adapter <file>',
      'an adapter of your own to try too; may be repeated',
      (file: string, before: readonly string[] = []) => [...before, file],
    )
    .option('--json', 'one JSON document')
    .action(async (options: AttachOptions) => {
      finish(await (await import('./attach.js')).attach(options, context));
    });
}

/** `quorumscope check adapter`. */
export function addCheckAdapter(check: Command, context: CliContext, finish: Finish): void {
  check
    .command('adapter')
    .description('whether a log adapter is one, and what it makes of a log')
    .argument('<adapter>', 'a name of docs/ADAPTERS.md, or a YAML file')
    .option('--log <file>', 'a log, gzipped or not; - is stdin')
    .option('--lines', 'show what each line became')
    .option('--validators <ids>', 'the validators in the order of their turns, comma-separated')
    .option('--validator <id>', 'the id under which the node votes')
    .action(async (adapter: string, options: CheckAdapterOptions) => {
      finish(await (await import('./check-adapter.js')).checkAdapter(adapter, options, context));
    });
}

/** What says that a file is the log of a program. */
export function withAdapter(command: Command): Command {
  return command
    .option(
      '--adapter <name>',
      "the file is a program's own log: an adapter of docs/ADAPTERS.md, or a YAML file",
    )
    .option(
      '--validators <ids>',
      'with --adapter: the validators in the order of their turns, comma-separated',
    )
    .option('--validator <id>', 'with --adapter: the id under which the node votes');
}
