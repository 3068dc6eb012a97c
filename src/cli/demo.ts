/**
 * `quorumscope demo`: a simulated network in a process of its own, attached over the socket to a sidecar in this one. On
 * a terminal one live screen with keys; in a pipe one line per happening.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../base/clock.js';
import { QuorumscopeError } from '../base/errors.js';
import type { Logger } from '../base/logger.js';
import type { Config } from '../config/sections.js';
import { createSidecar, type Sidecar, type SidecarDeps } from '../sidecar.js';
import { stopped, type CliContext, type ExitCode } from './context.js';
import { LiveScreen } from './demo/live-screen.js';
import type { NetworkEnd } from './demo/network-process.js';
import { NetworkWatch } from './demo/network-watch.js';
import type { Eyes, Happening } from './demo/screen.js';
import { OneNode } from './demo/one-node.js';
import { Session } from './demo/session.js';
import { verdictListener } from './demo/verdict-sentences.js';
import { watchDomain } from './demo/watch-domain.js';
import { loadConfig, type ConfigOptions } from './load-config.js';
import { createLogger } from './logger.js';
import { withoutData } from './recording.js';

const TICK_US = 200_000;

export async function demo(options: ConfigOptions, context: CliContext): Promise<ExitCode> {
  const folder = mkdtempSync(join(tmpdir(), 'quorumscope-demo-'));
  context.atExit(() => rmSync(folder, { recursive: true, force: true }));
  const machine = { 'attach.socket': `unix://${join(folder, 'events.sock')}`, 'log.level': 'warn' };
  const config = withoutData(loadConfig(options, context, machine), options);
  const isLive = context.stdout.isTTY === true && context.stdin.isTTY === true;
  const watch = new NetworkWatch();
  const holder: { session?: Session } = {};
  // On the live screen a log line would tear the picture: it becomes a happening.
  const logger = isLive ? noting((text) => holder.session?.note(text)) : createLogger(config.log, context);
  const hear = (eyes: Eyes) => verdictListener((sentence) => holder.session?.judged(sentence, eyes));
  const one = new OneNode(config, context.clock, { verdicts: hear('one') });
  await one.start();
  const opened = await openSidecar(config, context.clock, {
    logger,
    extraDomains: [watchDomain(watch)],
    consensus: { verdicts: hear('all') },
    tap: one,
  });
  const session = new Session({
    sidecar: opened.sidecar,
    watch,
    one,
    config,
    nowUs: () => context.clock.nowUs(),
    self: context.self,
    onHappening: (happening) => {
      if (!isLive && happening.eyes !== 'one') context.stdout.write(`${happeningText(happening)}\n`);
    },
  });
  holder.session = session;
  const { http, socket } = opened.sidecar.addresses;
  if (!isLive) session.note(`started: ${http}/metrics, events at ${socket}`);
  if (opened.note !== undefined) session.note(opened.note);
  return play(session, context, isLive);
}

/** Until a key, a signal or the end of the network. */
async function play(session: Session, context: CliContext, isLive: boolean): Promise<ExitCode> {
  const timer = context.clock.every(TICK_US, () => session.tick());
  const screen = isLive ? new LiveScreen(session, context) : undefined;
  const quit = screen ? screen.open() : new Promise<void>(() => undefined);
  const end = await Promise.race([quit, stopped(context.stop), session.network.ended]);
  timer.stop();
  screen?.close();
  await session.stop();
  if (end === undefined || context.stop.aborted) {
    context.stdout.write('the demo has ended; `quorumscope run` starts a sidecar for your own node\n');
    return 0;
  }
  context.stderr.write(describeEnd(end));
  return 1;
}

/** The network ended by itself: what it said last is all there is to know. */
function describeEnd({ how, stderr }: NetworkEnd): string {
  const said = stderr === '' ? 'It said nothing.' : `It said:\n\n${stderr}`;
  return `quorumscope: the simulated network ended by itself (${how}). ${said}\n`;
}

/** Opens the sidecar; on another port when the default one is taken. */
async function openSidecar(
  config: Config,
  clock: Clock,
  deps: Omit<SidecarDeps, 'clock'>,
): Promise<{ sidecar: Sidecar; note?: string }> {
  const sidecar = createSidecar(config, { clock, ...deps });
  try {
    await sidecar.start();
    return { sidecar };
  } catch (error) {
    if (!isDefaultPortTaken(error)) throw error;
  }
  const elsewhere = { ...config, server: { ...config.server, listen: { host: '127.0.0.1', port: 0 } } };
  const second = createSidecar(elsewhere, { clock, ...deps });
  await second.start();
  return {
    sidecar: second,
    note: `port ${DEFAULT_PORT} is taken, perhaps by a sidecar; this one took a free port`,
  };
}

const DEFAULT_PORT = 10920;

function isDefaultPortTaken(error: unknown): boolean {
  if (!(error instanceof QuorumscopeError) || error.code !== 'server.listen') return false;
  const { address, reason } = error.details;
  return reason === 'EADDRINUSE' && address === `127.0.0.1:${DEFAULT_PORT}`;
}

function happeningText({ atSeconds, who, text }: Happening): string {
  return `${atSeconds.toFixed(1).padStart(7)} s  ${who.padEnd(8)}${text}`;
}

function noting(note: (text: string) => void): Logger {
  const ignore = (): void => undefined;
  return { debug: ignore, info: ignore, warn: note, error: note };
}
