/**
 * Reads the templates of one receiver, by the name of the field that each stands in. What is wrong with one is a problem at
 * its line and column; templates that it uses are looked for when the whole file has been read.
 */
import type { Texts } from '../channels/wording.js';
import type { ReceiverText, TemplateSet } from '../template/template-set.js';
import type { Fields } from './yaml-tree.js';

/** The texts of a receiver as they are read. */
export class ReceiverTexts {
  readonly #templates: TemplateSet;
  readonly #texts: Record<string, ReceiverText> = {};
  readonly #lists: Fields[] = [];

  constructor(templates: TemplateSet) {
    this.#templates = templates;
  }

  /** What was read, by the name of the field. */
  get texts(): Texts {
    return this.#texts;
  }

  /** Takes those of the fields that are given. */
  take(fields: Fields, names: readonly string[], before = ''): void {
    for (const name of names) {
      const source = fields.words(name);
      if (source === undefined) continue;
      const text = this.#templates.text(source, ({ place, message }) =>
        fields.problemWithin(name, place, message),
      );
      if (text !== undefined) this.#texts[before + name] = text;
    }
  }

  /**
   * A field that usually is no template: the text, or nothing when it is a template.
   * @param isShown whether a template stands for itself where nothing would not do
   */
  plain(fields: Fields, name: string, isShown = false): string {
    const source = fields.words(name) ?? '';
    if (!source.includes('{{')) return source;
    this.take(fields, [name]);
    return isShown ? source : '';
  }

  /** Every entry of a map. */
  takeMap(fields: Fields, name: string): void {
    const map = fields.map(name);
    this.take(map, map.names, `${name}.`);
  }

  /** A list of maps; `close` says which of their fields nobody asked for. @returns the maps */
  list(fields: Fields, name: string, names: readonly string[]): readonly Fields[] {
    const maps = fields.list(name);
    for (const [i, one] of maps.entries()) this.take(one, names, `${name}[${i}].`);
    this.#lists.push(...maps);
    return maps;
  }

  /** Tells of fields in lists that are not supported. */
  close(): void {
    for (const one of this.#lists) one.finish();
  }
}
