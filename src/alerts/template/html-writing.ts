/**
 * Writes values into HTML so that none of them can be markup, by where it stands: between tags and within quoted attributes
 * escaped, in addresses encoded and without schemes that run code. Where it cannot be made safe (within scripts, styles,
 * the names of tags and attributes, without quotes) nothing is written: the template fails.
 */
import { escapeHtml } from './notification-functions.js';
import type { Writing } from './expansion.js';
import { natureOf, TemplateFailure, textOf, type Value } from './values.js';

type Place =
  | { readonly in: 'text' | 'tag' | 'comment' | 'declaration' }
  | { readonly in: 'raw'; readonly name: string }
  | { readonly in: 'attribute'; readonly name: string; readonly quote: string };

const ADDRESSES =
  /^(?:href|src|action|cite|formaction|poster|background|data|icon|longdesc|manifest|xlink:href)$/;
const RAW = /^(?:script|style|textarea|title)$/;

/** HTML as it grows. */
export class HtmlWriting implements Writing {
  text = '';
  #place: Place = { in: 'text' };
  /** The tag, or the value of the attribute, so far. */
  #open = '';

  literal(text: string): void {
    this.text += text;
    for (let at = 0; at < text.length;) at = this.#advance(text, at);
  }

  value(value: Value, isEncoded: boolean): void {
    const place = this.#place;
    const text = textOf(value);
    const isHtml = natureOf(value)?.isHtml === true;
    if (place.in === 'comment') return;
    if (place.in === 'text' || (place.in === 'raw' && /^(?:textarea|title)$/.test(place.name))) {
      this.text += isHtml && place.in === 'text' ? text : escapeHtml(text);
      return;
    }
    if (place.in !== 'attribute')
      throw new TemplateFailure(`a value may not stand within a ${nameOf(place)}`);
    if (place.name === 'style' || place.name.startsWith('on') || place.name === 'srcset')
      throw new TemplateFailure(`a value may not stand within the attribute ${place.name}`);
    const safe = ADDRESSES.test(place.name) ? this.#address(text, isEncoded) : text;
    this.#open += safe;
    this.text += escapeHtml(safe);
  }

  #address(text: string, isEncoded: boolean): string {
    if (/[?#]/.test(this.#open) && !isEncoded) return encodeAll(text);
    const scheme = /^([^/?#]*):/.exec(this.#open + text)?.[1]?.toLowerCase();
    const isAllowed = scheme === undefined || /^(?:https?|mailto)$/.test(scheme.trim());
    return isAllowed ? normalized(text) : '#ZgotmplZ';
  }

  /** Follows the text to where something changes. @returns where to go on */
  #advance(text: string, at: number): number {
    const place = this.#place;
    switch (place.in) {
      case 'text':
        return this.#inText(text, at);
      case 'tag':
        return this.#inTag(text, at);
      case 'attribute': {
        const end = text.indexOf(place.quote, at);
        this.#open += end < 0 ? text.slice(at) : text.slice(at, end);
        if (end < 0) return text.length;
        this.#place = { in: 'tag' };
        // The names of tags and of other attributes are not asked for again, but for scripts and styles.
        this.#open = this.#tag;
        return end + 1;
      }
      case 'comment':
        return this.#skipTo(text, at, '-->');
      case 'declaration':
        return this.#skipTo(text, at, '>');
      case 'raw':
        return this.#skipTo(text, at, `</${place.name}`, { in: 'tag' });
    }
  }

  #tag = '';

  #inText(text: string, at: number): number {
    const open = text.indexOf('<', at);
    if (open < 0) return text.length;
    if (text.startsWith('<!--', open)) {
      this.#place = { in: 'comment' };
      return open + 4;
    }
    if (text.startsWith('<!', open)) this.#place = { in: 'declaration' };
    else if (/[a-zA-Z/]/.test(text[open + 1] ?? '/')) this.#place = { in: 'tag' };
    this.#open = '';
    this.#tag = '';
    return open + 1;
  }

  #inTag(text: string, at: number): number {
    const one = text[at]!;
    if (this.#tag === '' && /[\s/>]/.test(one) && this.#open !== '') this.#tag = this.#open.toLowerCase();
    if (one === '>') {
      this.#place = RAW.test(this.#tag) ? { in: 'raw', name: this.#tag } : { in: 'text' };
      this.#open = '';
    } else if ((one === '"' || one === "'") && /=\s*$/.test(this.#open)) {
      const name = /([^\s"'<>/=]+)\s*=\s*$/.exec(this.#open.slice(-200))?.[1]?.toLowerCase() ?? '';
      this.#place = { in: 'attribute', name, quote: one };
      this.#open = '';
    } else this.#open += one;
    return at + 1;
  }

  #skipTo(text: string, at: number, mark: string, then: Place = { in: 'text' }): number {
    const end = text.toLowerCase().indexOf(mark, at);
    if (end < 0) return text.length;
    this.#place = then;
    this.#open = '';
    this.#tag = then.in === 'tag' ? '/' : '';
    return end + mark.length;
  }
}

function nameOf(place: Place): string {
  return place.in === 'raw' ? place.name : place.in;
}

/** Nothing but what means nothing in an address. */
function encodeAll(text: string): string {
  return encodeURIComponent(text)
    .replaceAll(/[!'()*]/g, percent)
    .replaceAll(/%[0-9A-F]{2}/g, (found) => found.toLowerCase());
}

/** What may not stand in an address is encoded, what is encoded already stays. */
function normalized(text: string): string {
  return text.replaceAll(/%(?![0-9a-fA-F]{2})|[^\w\-.~!#$&*+,/:;=?@[\]%]/gu, (found) =>
    found === '%' ? '%25' : [...Buffer.from(found)].map(hex).join(''),
  );
}

function percent(one: string): string {
  return hex(one.charCodeAt(0));
}

function hex(byte: number): string {
  return `%${byte.toString(16).padStart(2, '0')}`;
}
