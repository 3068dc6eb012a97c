/**
 * What a setting is: a zod schema for its value, plus what a person needs to set it: type, expectation, default,
 * meaning. The parser, the environment, the flags, the messages and docs/CONFIG.md all read this one declaration.
 *
 * A schema turns what a YAML file holds into what the code uses: durations become microseconds, sizes bytes,
 * addresses `{host, port}`. Defaults are given as a file would write them and pass through the same schema.
 */
import { z } from 'zod';
import { parse as parseYaml } from 'yaml';
import { parseListenAddress, tcpAddress, unixPath, type ListenAddress } from './address.js';
import { parseDuration } from '../base/duration.js';
import type { Secret } from '../base/secret.js';
import { parseSize } from './size.js';

/** One setting; `T` is what the code gets. */
export interface Setting<T = unknown> {
  readonly schema: z.ZodType<T>;
  /** Short type name for the docs. */
  readonly type: string;
  /** Completes "expected ...". */
  readonly expected: string;
  /** One or two sentences for the operator. */
  readonly doc: string;
  /** As a YAML file would write it. */
  readonly fallback: unknown;
  /** The flag of `run` that sets it, without its value. */
  readonly flag?: string;
  /** Names under which people look for it; used for hints only. */
  readonly formerly?: readonly string[];
  /** What a text of the environment or a flag stands for. Text that it cannot read is returned as it is. */
  readonly fromText: (text: string) => unknown;
  /** A scalar of the file is taken as written: YAML would read 0x8f31 and 0660 as numbers. */
  readonly textual: boolean;
  /** There is no default: it must be given. Only within things of a kind. */
  readonly isRequired?: boolean;
  /** Never shown in a message. */
  readonly isSecret?: boolean;
  /** It holds things with settings of their own. */
  readonly parts?: Parts;
}

/** What is wrong within a value. */
export interface Fault {
  /** Keys and `[indices]` from the setting down to the value. */
  readonly at: readonly string[];
  readonly message: string;
  readonly hint?: string;
}

/** How a setting that holds things of several kinds is read and documented. */
export interface Parts {
  readonly kinds: Readonly<
    Record<string, { readonly doc: string; readonly settings: Readonly<Record<string, Setting>> }>
  >;
  /** Never throws; without faults the values are whole. */
  read(value: unknown): { readonly values: readonly unknown[]; readonly faults: readonly Fault[] };
}

/** What every declaration states besides its type. */
interface About<D> {
  readonly doc: string;
  /** Null only within `nullable`. */
  readonly fallback: D | null;
  readonly flag?: string;
  readonly formerly?: readonly string[];
}

const asIs = (text: string): unknown => text;

/** A schema for text that `read` understands. */
function readText<T>(read: (text: string) => T | undefined): z.ZodType<T> {
  return z.string().transform((text, context) => {
    const value = read(text);
    if (value !== undefined) return value;
    context.issues.push({ code: 'custom', input: text, message: 'unreadable' });
    return z.NEVER;
  });
}

/** True or false. */
export function toggle(about: About<boolean>): Setting<boolean> {
  const fromText = (text: string): unknown => (text === 'true' ? true : text === 'false' ? false : text);
  return {
    ...about,
    schema: z.boolean(),
    type: 'true or false',
    expected: 'true or false',
    fromText,
    textual: false,
  };
}

/** One of a closed list. */
export function choice<const V extends readonly string[]>(
  values: V,
  about: About<V[number]>,
): Setting<V[number]> {
  const expected = `one of ${values.join(', ')}`;
  return { ...about, schema: z.enum(values), type: expected, expected, fromText: asIs, textual: true };
}

/** A whole number. */
export function whole(range: { min: number; max: number }, about: About<number>): Setting<number> {
  return {
    ...about,
    schema: z.int().min(range.min).max(range.max),
    type: 'whole number',
    expected: `a whole number from ${range.min} to ${range.max}`,
    fromText: (text) => (/^-?\d+$/.test(text) ? Number(text) : text),
    textual: false,
  };
}

/** A share above 0 and up to 1. */
export function share(about: About<number>): Setting<number> {
  return {
    ...about,
    schema: z.number().gt(0).max(1),
    type: 'share',
    expected: 'a number above 0 and at most 1, where 1 is everything',
    fromText: (text) => (/^\d*\.?\d+$/.test(text) ? Number(text) : text),
    textual: false,
  };
}

/** A number that need not be whole. */
export function amount(range: { min: number; max: number }, about: About<number>): Setting<number> {
  return {
    ...about,
    schema: z.number().min(range.min).max(range.max),
    type: 'number',
    expected: `a number from ${range.min} to ${range.max}`,
    fromText: (text) => (/^\d*\.?\d+(e\d+)?$/i.test(text) ? Number(text) : text),
    textual: false,
  };
}

/** A duration; the code gets microseconds. */
export function duration(range: { min: string; max: string }, about: About<string>): Setting<number> {
  const minUs = parseDuration(range.min)!;
  const maxUs = parseDuration(range.max)!;
  const read = (text: string): number | undefined => {
    const us = parseDuration(text);
    return us !== undefined && us >= minUs && us <= maxUs ? us : undefined;
  };
  const expected = `a duration from ${range.min} to ${range.max}, such as 500ms, 5s or 1m30s`;
  return { ...about, schema: readText(read), type: 'duration', expected, fromText: asIs, textual: true };
}

/** A size; the code gets bytes. */
export function size(range: { min: string }, about: About<string>): Setting<number> {
  const minBytes = parseSize(range.min)!;
  const read = (text: string): number | undefined => {
    const bytes = parseSize(text);
    return bytes !== undefined && bytes >= minBytes ? bytes : undefined;
  };
  const expected = `a size of at least ${range.min}, such as 64MiB or 2GiB`;
  return { ...about, schema: readText(read), type: 'size', expected, fromText: asIs, textual: true };
}

/** Text of a certain form. */
export function text(form: { pattern: RegExp; expected: string }, about: About<string>): Setting<string> {
  const schema = z.string().regex(form.pattern);
  return { ...about, schema, type: 'text', expected: form.expected, fromText: asIs, textual: true };
}

/** An octal file mode; the code gets the number. */
export function mode(about: About<string>): Setting<number> {
  const read = (digits: string): number | undefined =>
    /^0?[0-7]{3}$/.test(digits) ? Number.parseInt(digits, 8) : undefined;
  const expected = 'an octal file mode, such as 0660';
  return { ...about, schema: readText(read), type: 'file mode', expected, fromText: asIs, textual: true };
}

/** An address to listen on. */
export function listen(about: About<string>): Setting<ListenAddress> {
  const expected = 'host:port, such as 127.0.0.1:10920 or [::1]:10920';
  return {
    ...about,
    schema: readText(parseListenAddress),
    type: 'host:port',
    expected,
    fromText: asIs,
    textual: true,
  };
}

/** Where a daemon listens: over UDP, or on a Unix stream socket. */
export type DaemonAddress = ListenAddress | { readonly socket: string };

/** `host:port` of UDP, or `unixstream:///path`. */
export function daemon(about: About<string>): Setting<DaemonAddress> {
  const stream = 'unixstream://';
  const read = (address: string): DaemonAddress | undefined => {
    if (!address.startsWith(stream)) return parseListenAddress(address);
    const socket = unixPath(`unix://${address.slice(stream.length)}`);
    return socket === undefined ? undefined : { socket };
  };
  const expected =
    'host:port, or unixstream:/// and an absolute path of at most 107 bytes (Unix datagram sockets are not to be had here)';
  return { ...about, schema: readText(read), type: 'address', expected, fromText: asIs, textual: true };
}

/** The address of a Unix socket, `unix:///path`; the code gets the address as it is. */
export function unixSocket(about: About<string>): Setting<string> {
  const read = (address: string): string | undefined => (unixPath(address) ? address : undefined);
  const expected = 'unix:/// and an absolute path of at most 107 bytes';
  return { ...about, schema: readText(read), type: 'address', expected, fromText: asIs, textual: true };
}

/** The address of a TCP socket, `tcp://host:port`; the code gets the address as it is. */
export function tcpSocket(about: About<string>): Setting<string> {
  const read = (address: string): string | undefined => (tcpAddress(address) ? address : undefined);
  const expected = 'tcp://host:port, such as tcp://127.0.0.1:10921';
  return { ...about, schema: readText(read), type: 'address', expected, fromText: asIs, textual: true };
}

/** A map from names to names. In the environment and in flags it is YAML, such as `{a: b, c: d}`. */
export function names(about: About<Record<string, string>>): Setting<Readonly<Record<string, string>>> {
  const fromText = (yaml: string): unknown => {
    try {
      return parseYaml(yaml, { schema: 'failsafe' });
    } catch {
      return yaml;
    }
  };
  const schema = z.record(z.string().min(1).max(256), z.string().min(1).max(64));
  return {
    ...about,
    schema,
    type: 'map',
    expected: 'a map such as {0x8f31: alice, 0x02ac: bob}',
    fromText,
    textual: true,
  };
}

/** The same setting, which may also be null: then the thing is absent. Its default may be null too. */
export function nullable<T>(setting: Setting<T>): Setting<T | null> {
  return {
    ...setting,
    schema: z.nullable(setting.schema),
    type: `${setting.type} or null`,
    expected: `${setting.expected}, or null`,
    fromText: (given) => (given === 'null' || given === '' ? null : setting.fromText(given)),
  };
}

/** The same setting without a default. */
export function required<T>(setting: Setting<T>): Setting<T> {
  return { ...setting, isRequired: true };
}

/** A list of texts; one text is a list of one. */
export function texts(
  form: { pattern: RegExp; expected: string },
  about: About<string[]>,
): Setting<string[]> {
  return {
    ...about,
    schema: z.array(z.string().regex(form.pattern)).max(1_000),
    type: 'list',
    expected: form.expected,
    fromText: (text) => [text],
    textual: true,
  };
}

/** An `http://` or `https://` address without credentials in it; the code gets its text. */
export function url(about: About<string>): Setting<string> {
  const read = (text: string): string | undefined => {
    if (!URL.canParse(text)) return undefined;
    const { protocol, username, password } = new URL(text);
    const isHttp = protocol === 'http:' || protocol === 'https:';
    return isHttp && username === '' && password === '' ? text : undefined;
  };
  const expected = 'an http:// or https:// address without a user name or password in it';
  return { ...about, schema: readText(read), type: 'URL', expected, fromText: asIs, textual: true };
}

/** A secret written out; null where it is absent or comes from a file. */
export function secret(about: { readonly doc: string }): Setting<string | null> {
  return {
    ...about,
    fallback: null,
    schema: z.nullable(
      z
        .string()
        .min(1)
        .regex(/^[^\0\r\n]+$/),
    ),
    type: 'secret or null',
    expected: 'text of one line, or null',
    fromText: (text) => (text === 'null' || text === '' ? null : text),
    textual: true,
    isSecret: true,
  };
}

/** The file of a secret; null where it is absent or written out. */
export function secretFile(about: { readonly doc: string }): Setting<string | null> {
  const form = { pattern: /^[^\0]+$/, expected: 'a path' };
  return nullable(text(form, { ...about, fallback: null }));
}

/** The secret that one of two settings gives, if one does. */
export function secretOf(inline: string | null, file: string | null): Secret | null {
  return inline !== null ? { text: inline } : file !== null ? { file } : null;
}
