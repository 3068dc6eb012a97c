/**
 * `quorumscope explain VIEW`: what became of a view and why, from a running sidecar or from a recording. Exit 1 when
 * nothing is known of the view.
 */
import { API_PATH } from '../server/routes/consensus.js';
import type { Answer } from '../views/consensus-reader.js';
import { readView } from '../views/view-query.js';
import type { ViewDocument } from '../views/view-document.js';
import { wantsColour, type CliContext, type ExitCode } from './context.js';
import { renderExplanation } from './explain-view.js';
import { loadConfig, type ConfigOptions } from './load-config.js';
import { readRecording } from './recording.js';
import { askSidecar, describeFailure, sidecarUrl } from './sidecar-client.js';

/** Words of the command line. */
export interface ExplainOptions extends ConfigOptions {
  readonly url?: string;
  readonly file?: string;
  readonly chain?: string;
  readonly json?: boolean;
}

export async function explain(text: string, options: ExplainOptions, context: CliContext): Promise<ExitCode> {
  const view = readView(text);
  if (view === undefined || (options.url !== undefined && options.file !== undefined)) {
    const problem =
      view === undefined
        ? `VIEW: found ${JSON.stringify(text)}, expected the number of a view`
        : '--url and --file cannot both be given';
    context.stderr.write(`quorumscope: ${problem}\n`);
    return 2;
  }
  const answer =
    options.file === undefined
      ? await fromSidecar(view, options, context)
      : await fromRecording(view, options.file, options, context);
  if ('problems' in answer) {
    context.stderr.write(`quorumscope: ${answer.problems.join('\n')}\n`);
    return 2;
  }
  if ('absent' in answer) {
    context.stderr.write(`${answer.absent}\n`);
    return 1;
  }
  const { stdout, environment } = context;
  const output = options.json
    ? JSON.stringify(answer.document, null, 2)
    : renderExplanation(answer.document, {
        colour: wantsColour(stdout, environment),
        columns: stdout.columns ?? 100,
      });
  stdout.write(`${output}\n`);
  return 0;
}

async function fromSidecar(
  view: number,
  options: ExplainOptions,
  context: CliContext,
): Promise<Answer<ViewDocument>> {
  const base = sidecarUrl(options.url, () => loadConfig(options, context));
  const query = options.chain === undefined ? '' : `?chain=${encodeURIComponent(options.chain)}`;
  const asked = await askSidecar<ViewDocument>(base, `${API_PATH}/views/${view}${query}`);
  if ('document' in asked) return asked;
  if ('refused' in asked) return { absent: asked.refused };
  return { absent: describeFailure(base, asked) };
}

async function fromRecording(
  view: number,
  path: string,
  options: ExplainOptions,
  context: CliContext,
): Promise<Answer<ViewDocument>> {
  // However long the recording: the records of this view are kept.
  const verdictLog = { isPinned: (one: number) => one === view };
  const recording = await readRecording(path, options, context, { verdictLog });
  const { sidecar } = recording;
  recording.settle();
  const chain = options.chain === undefined ? [] : ([['chain', options.chain]] as const);
  const answer = sidecar.consensus.view(String(view), chain);
  await sidecar.stop();
  return answer;
}
