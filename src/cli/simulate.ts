/**
 * `quorumscope simulate`: a network that runs the protocol, with the faults one names. Its events go to a sidecar or a
 * file; its truth, which no event says, goes to a channel of its own. Exit 1 when safety or liveness did not hold.
 */
import {
  createSimulation,
  EventLoss,
  isFaultLine,
  renderReport,
  RunPictures,
  type Simulation,
  type FaultLine,
  type TruthLine,
} from '../../simulator/main.js';
import { convergenceProblem } from '../../simulator/swarm/plan.js';
import { messageOf, QuorumscopeError } from '../base/errors.js';
import { VERSION } from '../version.js';
import { showSpan } from './age.js';
import { stopped, type CliContext, type ExitCode } from './context.js';
import { readCommand, type ControlLine } from './simulate-control.js';
import type { SimulateOptions } from './simulate-options.js';
import type { PlannedFault, RawOptions } from './simulate-words.js';
import { planOf } from './simulate-network.js';
import { LineFile, Outlets } from './simulate-outlets.js';
import { replayCommand } from './simulate-replay.js';
import { renderResult } from './simulate-view.js';

const PROGRESS_US = 500_000;

/** Where virtual time begins when it does not follow the wall: 2025-01-01, so that every run tells the same times. */
const VIRTUAL_START_US = 1_735_689_600_000_000;

export async function simulate(raw: RawOptions, context: CliContext, scenario?: string): Promise<ExitCode> {
  const { options, network: planned } = planOf(raw, scenario);
  const { options: network, sidecar } = planned;
  const startUs =
    options.startUs ?? (options.speed === 'realtime' ? context.clock.nowUs() : VIRTUAL_START_US);
  const outlets = new Outlets(
    options.attach,
    options.events === undefined ? undefined : new LineFile(options.events),
    () => new EventLoss(sidecar, network.seed),
    startUs,
  );
  const truth = truthChannel(options, context);
  const report = options.report === undefined ? undefined : new LineFile(options.report);
  const pictures = report && new RunPictures(network.validators, startUs);
  const tellTruth = (line: TruthLine): void => {
    if (isFaultLine(line)) {
      truth.tell(faultLine(line));
      pictures?.truth(line);
    } else truth.tell(line);
  };
  const simulation = createSimulation({
    ...network,
    clock: context.clock,
    version: VERSION,
    startUs,
    ...(outlets.wanted ? { hooksFor: (identity) => outlets.hooksFor(identity) } : {}),
    ...(truth.wanted || pictures !== undefined ? { truth: tellTruth } : {}),
    watch: pictures,
  });
  void stopped(context.stop).then(() => simulation.stop());
  const commanded: PlannedFault[] = [];
  const beganUs = context.clock.monoUs();
  const control: Control = {
    simulation,
    startUs,
    tell: (line) => truth.tell(line),
    // Whole milliseconds, as the options of a replay are; never before what was simulated already.
    virtualNowUs: () => Math.ceil((context.clock.monoUs() - beganUs) / 1000) * 1000,
    accepted: (fault) => commanded.push(fault),
  };
  if (options.control) void obey(control, context);
  const progress = showProgress(simulation, options, context);

  const result = await simulation.run();
  progress.stop();
  const shipped = await outlets.close();
  truth.tell(statusLine(simulation, startUs));
  truth.close();
  const replay = replayCommand(options, commanded, result.run.virtual_us);
  if (report && pictures) {
    report.write(renderReport({ result, pictures, distributions: simulation.distributions(), replay }));
    report.close();
  }
  if (options.json) context.stdout.write(`${JSON.stringify({ ...result, replay, shipped }, null, 2)}\n`);
  else if (!options.control && options.truth !== '-')
    context.stdout.write(
      `${renderResult(result, replay, options.attach === undefined ? undefined : shipped)}\n`,
    );
  const unconverged = options.swarmRun === undefined ? undefined : convergenceProblem(simulation.status());
  if (unconverged !== undefined) context.stderr.write(`quorumscope: ${unconverged}\n`);
  return result.safety.total + result.liveness.total === 0 && unconverged === undefined ? 0 : 1;
}

interface TruthChannel {
  /** Whether anybody hears; a run whose truth nobody wants is faster. */
  readonly wanted: boolean;
  tell(line: ControlLine | Exclude<TruthLine, FaultLine>): void;
  close(): void;
}

/** To a file, to stdout, to both, or nowhere. */
function truthChannel(options: SimulateOptions, { stdout }: CliContext): TruthChannel {
  const { truth, control } = options;
  const file = truth === undefined || truth === '-' ? undefined : new LineFile(truth);
  const toStdout = control || truth === '-';
  return {
    wanted: file !== undefined || toStdout,
    tell: (line) => {
      const text = `${JSON.stringify(line)}\n`;
      file?.write(text);
      if (toStdout) stdout.write(text);
    },
    close: () => file?.close(),
  };
}

function faultLine({ at_us, fault, validator, phase }: FaultLine): ControlLine {
  return { type: 'fault', at_us, fault, validator, phase };
}

function statusLine(simulation: Simulation, startUs: number): ControlLine {
  const { virtualUs, nodes } = simulation.status();
  return {
    type: 'status',
    at_us: startUs + virtualUs,
    virtual_us: virtualUs,
    nodes: nodes.map(({ node, validator, alive, addedDelayUs, height, view }) => ({
      id: node,
      validator,
      state: alive ? (addedDelayUs > 0 ? 'slow' : 'up') : 'crashed',
      committed: height,
      view,
    })),
  };
}

/** What the control channel acts upon. */
interface Control {
  readonly simulation: Simulation;
  readonly startUs: number;
  tell(line: ControlLine): void;
  virtualNowUs(): number;
  /** Hears every fault that was injected, with its time. */
  accepted(fault: PlannedFault): void;
}

/** Carries out what stdin says; the end of stdin is the wish to stop. */
async function obey(control: Control, context: CliContext): Promise<void> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of context.stdin) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) obeyLine(line, control);
  }
  control.simulation.stop();
}

function obeyLine(text: string, control: Control): void {
  const { simulation, startUs } = control;
  const command = readCommand(text);
  if (command === undefined) return;
  if (command.kind === 'status') return control.tell(statusLine(simulation, startUs));
  if (command.kind === 'problem') return control.tell({ type: 'problem', message: command.message });
  const fault: PlannedFault = { ...command, atUs: control.virtualNowUs() };
  try {
    simulation.inject(fault);
    control.accepted(fault);
  } catch (error) {
    if (!(error instanceof QuorumscopeError)) throw error;
    control.tell({ type: 'problem', message: messageOf(error) });
  }
}

/** One line that changes, on a terminal only. */
function showProgress(
  simulation: Simulation,
  options: SimulateOptions,
  { stderr, stdout, clock }: CliContext,
): { stop(): void } {
  const isQuiet = stderr.isTTY !== true || stdout.isTTY !== true || options.control || options.truth === '-';
  if (isQuiet) return { stop: () => undefined };
  const total = options.durationUs === undefined ? '' : ` of ${showSpan(options.durationUs / 1e6)}`;
  const timer = clock.every(PROGRESS_US, () => {
    const { virtualUs, delivered, nodes } = simulation.status();
    const height = Math.max(...nodes.map((node) => node.height));
    const text = `${showSpan(virtualUs / 1e6)}${total}, height ${height}, ${delivered.toLocaleString('en-US')} messages`;
    stderr.write(`\r\x1b[K${text}`);
  });
  return {
    stop: () => {
      timer.stop();
      stderr.write('\r\x1b[K');
    },
  };
}
