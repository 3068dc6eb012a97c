/** Which headers a configuration may add to requests: what HTTP allows, and not those that whoever sends sets. */

/** Set by who sends the body. */
const ours = new Set([
  'content-length',
  'content-type',
  'content-encoding',
  'transfer-encoding',
  'host',
  'connection',
]);

/** Whether a header of this name and value, or of this name and a file of this path, can be added. */
export function isHeader(name: string, value: string): boolean {
  const isText = !/[^\t\x20-\x7e]/.test(value);
  return /^[a-zA-Z0-9!#$%&'*+.^_`|~-]+$/.test(name) && isText && !ours.has(name.toLowerCase());
}
