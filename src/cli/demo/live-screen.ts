/**
 * The terminal of the demo: redraws one screen a few times a second, takes keys, and gives the terminal back as it was,
 * however the process ends.
 */
import { wantsColour, type CliContext } from '../context.js';
import { pressKey } from './keys.js';
import { renderScreen, ribbonWidth, type Canvas } from './screen.js';
import type { Session } from './session.js';

const ENTER = '\x1b[?1049h\x1b[?25l';
const LEAVE = '\x1b[?25h\x1b[?1049l';
const REDRAW_US = 250_000;

/** Whether the locale shows more than ASCII. */
export function showsUnicode(environment: CliContext['environment']): boolean {
  const locale = environment['LC_ALL'] || environment['LC_CTYPE'] || environment['LANG'] || '';
  return /utf-?8/i.test(locale);
}

/** Draws until `close`. */
export class LiveScreen {
  readonly #session: Session;
  readonly #context: CliContext;
  #selected: number | undefined;
  #isOpen = false;

  constructor(session: Session, context: CliContext) {
    this.#session = session;
    this.#context = context;
  }

  /** Takes the terminal over; resolves when a key asks to quit. */
  async open(): Promise<void> {
    const { stdout, stdin, clock, atExit } = this.#context;
    this.#isOpen = true;
    atExit(() => this.close());
    stdout.write(ENTER);
    stdin.setRawMode?.(true);
    const timer = clock.every(REDRAW_US, () => this.#draw());
    this.#draw();
    await this.#takeKeys();
    timer.stop();
  }

  /** Gives the terminal back; may be called twice. */
  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#context.stdin.setRawMode?.(false);
    this.#context.stdout.write(LEAVE);
  }

  async #takeKeys(): Promise<void> {
    for await (const chunk of this.#context.stdin) {
      for (const [key] of Buffer.from(chunk)
        .toString()
        .matchAll(/\x1b\[[A-D]|[^]/g)) {
        const { validators, faulty } = this.#session;
        const effect = pressKey({ validators, faulty, selected: this.#selected }, key);
        if (effect.quit) return;
        this.#selected = effect.selected;
        if (effect.eyes) this.#session.changeEyes();
        if (effect.command) this.#session.inject(effect.command.fault, effect.command.validator);
      }
      this.#draw();
    }
  }

  #draw(): void {
    if (!this.#isOpen) return;
    const { stdout, environment } = this.#context;
    const canvas: Canvas = {
      columns: stdout.columns ?? 80,
      rows: stdout.rows ?? 24,
      colour: wantsColour(stdout, environment),
      unicode: showsUnicode(environment),
    };
    const widest = ribbonWidth(canvas.columns, []);
    const lines = renderScreen(this.#session.state(widest, this.#selected), canvas);
    stdout.write(`\x1b[H${lines.map((line) => `${line}\x1b[K`).join('\r\n')}\x1b[J`);
  }
}
