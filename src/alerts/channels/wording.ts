/**
 * What a receiver's own templates say of one notification, by the name of the field (`title`, `headers.Subject`,
 * `fields[0].value`). A text that fails, and one that the receiver refuses, is told of and gives way to what is built in:
 * nobody is left without a page because of words.
 */
import type { Receipt } from '../../delivery/transport.js';
import type { ReceiverText } from '../template/template-set.js';
import type { Notification } from './notification.js';

/** Templates by the name of the field. */
export type Texts = Readonly<Record<string, ReceiverText>>;

/** Is told of texts that could not be used. */
export type OnBrokenText = (field: string, problem: string) => void;

/** What a message is made with. */
export interface Wording {
  /** What a template says in place of what is built in; undefined where there is none, or it failed. */
  say(field: string, as?: 'text' | 'html'): string | undefined;
  /** The same, where a message without it would be refused. */
  sayAnything(field: string, as?: 'text' | 'html'): string | undefined;
  /** Names of fields that begin so, without that beginning. */
  within(beginning: string): readonly string[];
  /** What was said cannot be sent. */
  reject(field: string, problem: string): void;
}

/** Nothing but what is built in. */
export const builtIn: Wording = {
  say: () => undefined,
  sayAnything: () => undefined,
  within: () => [],
  reject: () => undefined,
};

/** By templates. @param nowUs for those that ask how long ago */
export function wordingOf(
  texts: Texts,
  notification: Notification,
  nowUs: number,
  broken: OnBrokenText,
): Wording {
  const say: Wording['say'] = (field, as = 'text') => {
    const text = Object.hasOwn(texts, field) ? texts[field] : undefined;
    if (text === undefined) return undefined;
    const expanded = text.expand(notification, nowUs, as);
    if ('text' in expanded) return expanded.text;
    broken(field, expanded.problem);
    return undefined;
  };
  return {
    say,
    sayAnything: (field, as) => {
      const text = say(field, as);
      if (text === undefined || text.trim() !== '') return text;
      broken(field, 'says nothing');
      return undefined;
    },
    within: (beginning) =>
      Object.keys(texts).flatMap((name) => (name.startsWith(beginning) ? name.slice(beginning.length) : [])),
    reject: broken,
  };
}

/** Sends what templates say; what the receiver refuses for good is sent again as it is built in. */
export async function sendWorded(
  texts: Texts | undefined,
  notification: Notification,
  { nowUs, broken }: { readonly nowUs: number; readonly broken: OnBrokenText },
  send: (wording: Wording) => Promise<Receipt>,
): Promise<Receipt> {
  if (texts === undefined || Object.keys(texts).length === 0) return send(builtIn);
  const receipt = await send(wordingOf(texts, notification, nowUs, broken));
  if (receipt.outcome !== 'refused') return receipt;
  broken('all', `the receiver refused what the templates say: ${receipt.detail}`);
  return send(builtIn);
}
