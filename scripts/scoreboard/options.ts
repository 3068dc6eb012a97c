/** The words of the command line. */
import { parseArgs } from 'node:util';
import { availableParallelism } from 'node:os';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { scenarioNames } from '../../simulator/main.js';

const INCIDENTS = fileURLToPath(new URL('./incidents', import.meta.url));

/** What is asked for. */
export interface Options {
  /** Bundled names, or paths. */
  readonly scenarios: readonly string[];
  /** Only some of them were asked for. */
  readonly isPartial: boolean;
  readonly seeds: number;
  readonly first: number;
  /** Most views of a run. */
  readonly views: number;
  readonly validators: number | undefined;
  readonly alone: number;
  readonly jobs: number;
  readonly json: boolean;
  readonly gate: boolean;
  readonly raise: boolean;
  readonly wrong: boolean;
  readonly write: boolean;
  readonly from: readonly string[];
  readonly wan: boolean;
  readonly socket: boolean;
  /** Where results are kept, so that a run may be interrupted. */
  readonly save: string | undefined;
  /** Whether alerts are listened to. */
  readonly alerts: boolean;
  /** Whether the long incidents are run instead of the bundled scenarios. */
  readonly incidents: boolean;
  /** How often rules are evaluated, where that is not as shipped. */
  readonly interval: string | undefined;
  /** Nodes attached together in the long healthy run; undefined: all. */
  readonly attached: number | undefined;
}

export const USAGE = `npm run scoreboard -- [options]

  --scenario NAME    only this one; may be repeated, and end in *
  --dir DIR          the scenarios of a directory instead of the bundled ones
  --seeds N          seeds of each (20)
  --first S          the first seed (1)
  --views N          most views of a run (2000)
  --validators N     instead of the scenario's own
  --alone N          nodes that are attached alone, one after the other (2)
  --jobs N           processes (as many as cores, at most 2)
  --wrong            prints every wrong verdict
  --json             prints one document
  --gate             a subset within two minutes, held to the floors
  --raise            writes the floors that this run allows, where they are higher
  --write            writes docs/SCOREBOARD.md
  --from FILE        takes a document of --json instead of running; may be repeated: they are joined
  --alerts           also listens to the alerts of the shipped rules under the default routing
  --incidents        runs the long incidents that alerts are for instead, with --alerts
  --interval T       how often rules are evaluated (as shipped; 5s in --wan)
  --save DIR         keeps the result of each run there, and takes those that are there already
  --socket           runs each once over a real socket instead, all nodes attached
  --wan              runs the long healthy scenario instead: 30 seeds, 100000 views, 7 validators
  --attached N       in it: nodes attached together (all)
`;

/** @throws Error for words that it does not know */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      scenario: { type: 'string', multiple: true },
      dir: { type: 'string' },
      seeds: { type: 'string' },
      first: { type: 'string', default: '1' },
      views: { type: 'string' },
      validators: { type: 'string' },
      alone: { type: 'string', default: '2' },
      jobs: { type: 'string' },
      json: { type: 'boolean', default: false },
      gate: { type: 'boolean', default: false },
      raise: { type: 'boolean', default: false },
      wrong: { type: 'boolean', default: false },
      write: { type: 'boolean', default: false },
      from: { type: 'string', multiple: true, default: [] },
      wan: { type: 'boolean', default: false },
      alerts: { type: 'boolean', default: false },
      incidents: { type: 'boolean', default: false },
      interval: { type: 'string' },
      save: { type: 'string' },
      socket: { type: 'boolean', default: false },
      attached: { type: 'string' },
    },
  });
  const most = Math.min(2, availableParallelism());
  return {
    scenarios: scenariosOf(values.scenario, values.incidents ? INCIDENTS : values.dir),
    isPartial: values.scenario !== undefined,
    seeds: count('seeds', values.seeds ?? (values.wan ? '30' : values.socket ? '1' : '20')),
    first: count('first', values.first),
    views: count('views', values.views ?? (values.wan || values.incidents ? '100000' : '2000')),
    validators: values.validators === undefined ? undefined : count('validators', values.validators),
    alone: count('alone', values.alone),
    jobs: values.jobs === undefined ? most : count('jobs', values.jobs),
    json: values.json,
    gate: values.gate,
    raise: values.raise,
    wrong: values.wrong,
    write: values.write,
    from: values.from,
    wan: values.wan,
    alerts: values.alerts || values.incidents,
    incidents: values.incidents,
    interval: values.interval ?? (values.wan ? '5s' : undefined),
    save: values.save,
    socket: values.socket,
    attached: values.attached === undefined ? undefined : count('attached', values.attached),
  };
}

function scenariosOf(asked: readonly string[] | undefined, folder: string | undefined): string[] {
  const all =
    folder === undefined
      ? scenarioNames()
      : readdirSync(folder)
          .filter((file) => /\.ya?ml$/.test(file))
          .sort()
          .map((file) => join(folder, file));
  if (asked === undefined) return all;
  return asked.flatMap((one) => {
    const matching = all.filter((name) => name === one || (one.endsWith('*') && isNamed(name, one)));
    return matching.length > 0 ? matching : [one];
  });
}

function isNamed(name: string, pattern: string): boolean {
  return (name.split('/').at(-1) ?? name).startsWith(pattern.slice(0, -1));
}

function count(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0)
    throw new Error(`--${name}: found ${text}, expected a number`);
  return value;
}
