/**
 * The logger on stderr: one JSON object per line for machines, or one readable line for people. Lines are written at
 * once, so that none is lost when the process ends.
 */
import { pino } from 'pino';
import type { Logger } from '../base/logger.js';
import type { Config } from '../config/sections.js';
import { wantsColour, type CliContext, type Output } from './context.js';

/** The format that `auto` stands for on this output. */
export function logFormatOf(format: Config['log']['format'], output: Output): 'json' | 'pretty' {
  if (format !== 'auto') return format;
  return output.isTTY === true ? 'pretty' : 'json';
}

/** A logger to the context's stderr. */
export function createLogger(
  log: Config['log'],
  context: Pick<CliContext, 'stderr' | 'environment'>,
): Logger {
  const { stderr, environment } = context;
  const isPretty = logFormatOf(log.format, stderr) === 'pretty';
  const colour = wantsColour(stderr, environment);
  const write = (line: string): void => {
    stderr.write(isPretty ? prettyLine(line, colour) : line);
  };
  const lines = pino(
    {
      level: log.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      messageKey: 'message',
    },
    { write },
  );
  return {
    debug: (message, fields) => lines.debug(fields ?? {}, message),
    info: (message, fields) => lines.info(fields ?? {}, message),
    warn: (message, fields) => lines.warn(fields ?? {}, message),
    error: (message, fields) => lines.error(fields ?? {}, message),
  };
}

const colours: Readonly<Record<string, string>> = {
  debug: '\x1b[2m',
  info: '\x1b[32m',
  warn: '\x1b[33m',
  error: '\x1b[31m',
};

/** A JSON line as `12:03:45.123 warn  message  field=value`. */
export function prettyLine(json: string, colour: boolean): string {
  const { level, time, message, ...fields } = JSON.parse(json) as Record<string, unknown>;
  const clock = String(time).slice(11, 23);
  const name = String(level).padEnd(5);
  const shown = colour ? `${colours[String(level)] ?? ''}${name}\x1b[0m` : name;
  const rest = Object.entries(fields).map(([key, value]) => `  ${key}=${showField(value)}`);
  return `${clock} ${shown} ${String(message)}${rest.join('')}\n`;
}

function showField(value: unknown): string {
  return typeof value === 'string' && /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value);
}
