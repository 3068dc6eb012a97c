/** `quorumscope version`. */
import { VERSION } from '../version.js';
import type { CliContext, ExitCode } from './context.js';

export function version(options: { readonly json?: boolean }, context: CliContext): ExitCode {
  const facts = { quorumscope: VERSION, node: process.version };
  context.stdout.write(options.json ? `${JSON.stringify(facts, null, 2)}\n` : `quorumscope ${VERSION}\n`);
  return 0;
}
