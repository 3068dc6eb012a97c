/**
 * A secret: written out, or in a file that is read whenever it is needed, so that it may be rotated. A
 * plain value, because configurations travel to worker threads; it is never logged or served.
 */
import { readFileSync } from 'node:fs';
import { messageOf, QuorumscopeError } from './errors.js';

/** Where a secret is. */
export type Secret = { readonly text: string } | { readonly file: string };

/**
 * The secret itself; a file's without the newline at its end.
 * @throws QuorumscopeError `config.unreadable`, naming the file
 */
export function readSecret(secret: Secret): string {
  if ('text' in secret) return secret.text;
  try {
    return readFileSync(secret.file, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    throw new QuorumscopeError(
      'config.unreadable',
      'configuration',
      `cannot read the secret file ${secret.file}: ${messageOf(error)}`,
      { details: { file: secret.file }, cause: error },
    );
  }
}
