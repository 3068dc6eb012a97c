/** `quorumscope check stream`: what a recorded or piped stream can tell, and what stays unknown. */
import type { CliContext, ExitCode } from './context.js';
import type { Rooms } from './ports.js';

export async function checkStream(
  path: string,
  options: { readonly json?: boolean },
  context: CliContext,
  rooms: Rooms,
): Promise<ExitCode> {
  const { text, report, holds } = await rooms.checkStream(path);
  context.stdout.write(options.json ? `${JSON.stringify(report, null, 2)}\n` : `${text.trimEnd()}\n`);
  return holds ? 0 : 1;
}
