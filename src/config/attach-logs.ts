/**
 * Logs of programs that state no events: where each is read, by which adapter, and what it does not say of its node.
 * Whether the adapter is one is seen when the log is opened.
 */
import { kindOf, named } from './kinds.js';
import { choice, duration, nullable, required, text, texts } from './setting.js';

const name = { pattern: /^[^\s\p{Cc}]{1,256}$/u, expected: 'a name without spaces, at most 256 characters' };
const path = { pattern: /^[^\0]+$/, expected: 'a path' };

/** What all logs need. */
const ofAnyLog = {
  adapter: required(
    text(path, { doc: 'By what it is read: an adapter of ADAPTERS.md, or a YAML file.', fallback: null }),
  ),
  chain: required(text(name, { doc: 'Name of the chain.', fallback: null })),
  node: required(text(name, { doc: 'Name of the node that writes it.', fallback: null })),
  validator: nullable(text(name, { doc: 'The id under which the node votes.', fallback: null })),
  validators: texts(name, {
    doc: 'The validators by id, in the order in which they lead; needed where the log does not print leaders.',
    fallback: [],
  }),
  view_timeout: nullable(
    duration({ min: '1ms', max: '1h' }, { doc: 'The base view timer.', fallback: null }),
  ),
} as const;

const from = choice(['begin', 'end'], {
  doc: 'Where reading begins in what is there already, at the first start; with `data.dir` a later one goes on where reading stopped. What is told late is stamped with its own time, not with this moment.',
  fallback: 'end',
});

interface OfAnyLog {
  readonly adapter: string;
  readonly chain: string;
  readonly node: string;
  readonly validator: string | null;
  readonly validators: readonly string[];
  readonly view_timeout: number | null;
}

const built = ({ adapter, chain, node, validator, validators, view_timeout }: OfAnyLog) => ({
  adapter,
  facts: {
    chain,
    node,
    ...(validator === null ? {} : { validator }),
    ...(validators.length === 0 ? {} : { validators }),
    ...(view_timeout === null ? {} : { viewTimeoutUs: view_timeout }),
  },
});

export const logs = named(
  {
    file: kindOf({
      doc: 'A file that is written on, through rotation and truncation.',
      settings: {
        ...ofAnyLog,
        path: required(text(path, { doc: 'The file. It may come later.', fallback: null })),
        from,
      },
      build: (values) => ({ ...built(values), path: values.path, from: values.from }),
    }),
    journald: kindOf({
      doc: 'The journal of a systemd unit, by `journalctl`, whose reading the user needs permission for.',
      settings: {
        ...ofAnyLog,
        unit: required(
          text(
            { pattern: /^[\w@.:\\-]{1,256}$/, expected: 'the name of a unit' },
            { doc: 'The unit, such as `monad-bft.service`.', fallback: null },
          ),
        ),
        directory: nullable(
          text(path, {
            doc: "The folder of the journal, where it is not this machine's own: `--directory` of journalctl.",
            fallback: null,
          }),
        ),
        from,
      },
      build: ({ unit, directory, ...values }) => ({
        ...built(values),
        unit,
        ...(directory === null ? {} : { directory }),
        from: values.from,
      }),
    }),
    stdin: kindOf({
      doc: 'Standard input, for `node 2>&1 | quorumscope run`. It is never left waiting.',
      settings: ofAnyLog,
      build: built,
    }),
  },
  {
    doc: 'Logs of nodes that state no events, by name; see ADAPTERS.md. The log keeps what a program happens to print: what it cannot tell stays unknown.',
  },
);
