/**
 * The logger port. Messages are static sentences; what varies goes into `fields`, so that a line can
 * be counted and found. The command line fills it; libraries and tests may stay silent.
 */

/** Structured fields of one line. Never put a secret or a whole URL here. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Where diagnostic lines go (stderr in the command line, never stdout). */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

const ignore = (): void => undefined;

/** A logger that says nothing. */
export const silentLogger: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };
