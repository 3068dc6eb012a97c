/**
 * Posts JSON to an address that may be a secret, with the transport of the delivery room. The address and the credentials
 * are read anew for every attempt and never appear in what comes back.
 */
import { readFileSync } from 'node:fs';
import type { Clock } from '../../base/clock.js';
import { readSecret, type Secret } from '../../base/secret.js';
import { HttpTransport } from '../../delivery/http-transport.js';
import type { Receipt } from '../../delivery/transport.js';
import { isHttp } from '../routing/receiver-fields.js';
import type { HttpAccess } from './channel-config.js';
import type { OnBrokenText } from './wording.js';

/** A page must not wait until a slow receiver has answered an earlier one about something else. */
const CONNECTIONS = 4;

/** What an HTTP channel needs of the house. */
export interface SenderOptions {
  readonly clock: Clock;
  /** `quorumscope/1.2.3`. */
  readonly userAgent: string;
  /** Is told of templates of the receiver that could not be used. */
  readonly onBrokenText?: OnBrokenText;
}

/** Posts to one receiver. */
export class HttpSender {
  readonly #access: HttpAccess;
  readonly #options: SenderOptions;
  readonly #ca: string | undefined;
  #transport: { readonly url: string; readonly transport: HttpTransport } | undefined;

  /** @throws what the system throws when the certificates cannot be read */
  constructor(access: HttpAccess, options: SenderOptions) {
    this.#access = access;
    this.#options = options;
    this.#ca = access.caFile === null ? undefined : readFileSync(access.caFile, 'utf8');
  }

  /** Posts once. `secrets` are taken out of whatever the receiver says. */
  async post(url: string, body: unknown, signal: AbortSignal, secrets: readonly string[]): Promise<Receipt> {
    if (!isHttp(url))
      return { outcome: 'refused', detail: 'the configured address is no http:// or https:// address' };
    const bytes = Buffer.from(JSON.stringify(body));
    const parcel = { body: bytes, bytes: bytes.length, points: 1 };
    const receipt = await this.#transportTo(url).send(parcel, signal);
    return hidden(asked(receipt), [url, ...secrets]);
  }

  async close(): Promise<void> {
    await this.#transport?.transport.close();
  }

  #transportTo(url: string): HttpTransport {
    if (this.#transport?.url === url) return this.#transport.transport;
    void this.#transport?.transport.close();
    const { clock, userAgent } = this.#options;
    const transport = new HttpTransport({
      url: new URL(url),
      contentType: 'application/json',
      clock,
      connections: CONNECTIONS,
      headers: () => ({ 'user-agent': userAgent, ...this.#authorization() }),
      ...(this.#ca === undefined ? {} : { ca: this.#ca }),
    });
    this.#transport = { url, transport };
    return transport;
  }

  #authorization(): Record<string, string> {
    const { username, password, authorization } = this.#access;
    if (authorization !== null)
      return { authorization: `${authorization.type} ${readSecret(authorization.credentials)}` };
    if (username === null) return {};
    const pair = `${username}:${password === null ? '' : readSecret(password)}`;
    return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
  }
}

/** What templates of a receiver are expanded with. */
export function wordsFor({ clock, onBrokenText }: SenderOptions): {
  readonly nowUs: number;
  readonly broken: OnBrokenText;
} {
  return { nowUs: clock.nowUs(), broken: onBrokenText ?? (() => undefined) };
}

/** The text of a secret. @throws QuorumscopeError `config.unreadable`, which counts as a failed attempt */
export function reveal(secret: Secret): string {
  return readSecret(secret).trim();
}

/** Discord and Telegram say in the body how long they want to be left alone. */
function asked(receipt: Receipt): Receipt {
  if (receipt.outcome !== 'retry' || receipt.afterUs !== undefined) return receipt;
  const found = /"retry_after"\s*:\s*(\d{1,6}(?:\.\d+)?)/.exec(receipt.detail);
  return found === null ? receipt : { ...receipt, afterUs: Math.ceil(Number(found[1]) * 1e6) };
}

function hidden(receipt: Receipt, secrets: readonly string[]): Receipt {
  const hide = (text: string): string =>
    secrets.reduce((shown, one) => (one.length < 4 ? shown : shown.replaceAll(one, '<secret>')), text);
  if (receipt.outcome === 'delivered')
    return receipt.answer === undefined ? receipt : { ...receipt, answer: hide(receipt.answer) };
  return { ...receipt, detail: hide(receipt.detail) };
}
