/** What a key does, as a pure step from one state to the next. */

/** A fault to inject. */
export type FaultCommand = 'crash' | 'slow' | 'heal';

/** What keys act on. */
export interface KeyState {
  readonly validators: number;
  /** Position of the selected validator; undefined: the next one that makes sense. */
  readonly selected: number | undefined;
  /** Positions of validators that suffer from something, oldest first. */
  readonly faulty: readonly number[];
}

/** What comes of a key. */
export interface KeyEffect {
  readonly selected: number | undefined;
  readonly command?: { readonly fault: FaultCommand; readonly validator: number };
  readonly quit?: true;
  /** Look through one node, or through all again. */
  readonly eyes?: true;
}

const letters: Readonly<Record<string, FaultCommand>> = { c: 'crash', s: 'slow', h: 'heal' };

/** @param key as the terminal sends it */
export function pressKey(state: KeyState, key: string): KeyEffect {
  const { selected, validators } = state;
  if (key === 'q' || key === '\x03' || key === '\x04') return { selected, quit: true };
  if (key.toLowerCase() === 'o') return { selected, eyes: true };
  const fault = letters[key.toLowerCase()];
  if (fault !== undefined) {
    const validator = selected ?? next(state, fault);
    return validator === undefined ? { selected } : { selected, command: { fault, validator } };
  }
  if (key === '\x1b') return { selected: undefined };
  if (key === '\x1b[B' || key === '\t')
    return { selected: selected === undefined ? 0 : (selected + 1) % validators };
  if (key === '\x1b[A') return { selected: ((selected ?? 0) + validators - 1) % validators };
  const digit = /^[0-9]$/.test(key) ? Number(key) : validators;
  return { selected: digit < validators ? digit : selected };
}

/** Heal takes the one that suffers longest, the others the first that does not suffer. */
function next({ validators, faulty }: KeyState, fault: FaultCommand): number | undefined {
  if (fault === 'heal') return faulty[0];
  for (let position = 0; position < validators; position++) if (!faulty.includes(position)) return position;
  return undefined;
}
