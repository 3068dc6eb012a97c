/** What the answers about consensus look like: verdicts, views, validators, findings. */
import {
  about,
  boolean,
  integer,
  list,
  maybe,
  number,
  object,
  string,
  validatorName,
  wallTime,
} from './shapes.js';

const nullable = (shape: Readonly<Record<string, unknown>>, description: string) => ({
  ...shape,
  type: ['object', 'null'],
  description,
});

const vantage = object({
  nodes: list(string, 'attached nodes with a record of the view'),
  validators: about(integer, 'how many validators there are'),
  text: about(string, 'such as `seen by 1 of 4`'),
});

const outcome = about(
  { enum: ['decided', 'lagged', 'failed', 'skipped'] },
  'what became of the view; docs/CAUSES.md says what each means',
);
const culprits = list(validatorName, 'who is to blame; empty for nobody, or nobody that can be named');
const scope = { enum: ['self', 'peer', 'network', 'unknown'] };

/** A verdict. */
export const verdictShape = object({
  chain: string,
  view: integer,
  epoch: maybe('integer'),
  outcome,
  cause: maybe('string', 'one of docs/CAUSES.md; null where the view neither failed nor lagged'),
  reason: maybe('string', 'what the cause means'),
  culprits,
  scope,
  leader: nullable(validatorName, 'who led the view'),
  collector: nullable(validatorName, 'who collected its votes'),
  grounds: list(
    object({
      nodes: about(string, 'who stated it'),
      fact: string,
      holds: about(boolean, 'false: that it is not so speaks for the cause'),
      at_us: maybe('integer', 'from the entry of the node'),
    }),
    'what speaks for the cause',
  ),
  contradicted_by: maybe('string', 'what would contradict the cause, and was not found'),
  vantage,
  incomplete: list(string, 'domains that lost events while the view was open'),
  entered_at_us: wallTime,
  decided_at_us: wallTime,
  revision: about(integer, '1 after the one late revision'),
});

/** A finding. */
export const findingShape = object({
  id: about(string, 'the same for the same fact, whoever finds it'),
  chain: string,
  class: { enum: ['safety', 'byzantine', 'divergence'] },
  kind: string,
  validators: list(validatorName),
  view: maybe('integer'),
  height: maybe('integer'),
  epoch: maybe('integer'),
  detail: string,
  source: about({ enum: ['inferred', 'reported'] }, 'reported: a node says so, not checked here'),
  statements: list(object({ type: string, node: string, ts_us: integer }), 'what was stated, field by field'),
  set: nullable(object({ size: integer, power: number }), 'the validator set in force'),
  found_at_us: wallTime,
});

const offset = maybe('integer', 'microseconds from the entry; null where it was not seen');

const nodeView = object({
  node: string,
  validator: nullable(validatorName, 'the validator that the node is'),
  run: string,
  is_entered: boolean,
  entered_at_us: wallTime,
  trigger: maybe('string', 'what let it enter'),
  timer_us: maybe('integer'),
  proposal_us: offset,
  vote_us: offset,
  certificate_us: offset,
  timeout_us: offset,
  committed_us: offset,
  left_us: offset,
  left_by: maybe('string'),
  path: about(string, 'the whole way in one line'),
  timeline: list(object({ at_us: integer, kind: string, text: string }), 'in order of time'),
  unreachable: list(validatorName, 'peers without a connection at some time'),
  is_syncing: boolean,
  incomplete: list(string, 'domains that lost events'),
});

/** One view. */
export const viewShape = object({
  chain: string,
  view: integer,
  epoch: maybe('integer'),
  leader: nullable(validatorName, 'who led it'),
  collector: nullable(validatorName, 'who collected its votes'),
  entered_at_us: maybe('integer', 'microseconds since the Unix epoch'),
  verdict: nullable(object({}), 'as in `/verdicts`; null while it is not judged'),
  nodes: list(nodeView),
  participation: list(
    object({
      id: string,
      name: string,
      power: number,
      roles: list({ enum: ['leader', 'collector'] }),
      vote: about(
        { enum: ['in_time', 'late', 'sent', 'unseen'] },
        'sent: it says so itself and nobody had it; unseen: nobody says anything of it',
      ),
      late_us: maybe('integer', 'after the certificate'),
      attached: maybe('string', 'the attached node that it is'),
    }),
  ),
  findings: list(object({}), 'as in `/evidence`'),
  missing: list(string, 'what is not known, and what would tell'),
});

/** One view in a list. */
export const viewLineShape = object({
  chain: string,
  view: integer,
  leader: nullable(validatorName, 'who led it'),
  entered_at_us: maybe('integer', 'microseconds since the Unix epoch'),
  verdict: nullable(
    object({ outcome, cause: maybe('string'), culprits, scope, vantage }),
    'null while it is not judged',
  ),
  nodes: list(object({ node: string, path: string }), 'what each attached node saw, in one line'),
});

const counts = (...names: string[]) => object(Object.fromEntries(names.map((name) => [name, integer])));

/** The validators of a chain. */
export const validatorsShape = object({
  chain: string,
  margin: nullable(
    object({
      participating_power: number,
      quorum_power: number,
      margin: number,
      is_one_failure_from_halt: boolean,
    }),
    'how many can still fail; null while no view could be judged',
  ),
  validators: list(
    object({
      id: string,
      name: string,
      power: number,
      is_silent: boolean,
      last_voted_view: maybe('integer'),
      judged_views: integer,
      score: maybe('number', '0 to 1, by timeliness, leading, breaches'),
      windows: list(
        object({
          views: about(integer, 'size of the window: 10, 100, 1000'),
          votes: counts('in_time', 'late', 'absent'),
          leads: counts('proposed', 'failed'),
          participation_ratio: maybe('number'),
        }),
      ),
      blamed: about({ type: 'object' }, 'failed and lagged views put down to it, by cause, among those held'),
    }),
  ),
});
