/**
 * Writes into a line for whom it speaks, so that lines of many connections can share one file. A line
 * that names its node stays byte for byte as it came; so does what is not a JSON object.
 */

/** The canonical form with a node: nothing before `node` but `v` and `type`. */
const NAMES_NODE = /^\{(?:"v":\d+,)?(?:"type":"[a-z0-9_.]*",)?"node":"/;

/** What stands before `node` in the canonical form: only lines in that form are read quickly again. */
const HEAD = /^\{(?:"v":\d+,)?"type":"[a-z0-9_.]*",/;

/** The line with `"node":"<node>"` inserted where it names none, and where the canonical form has it. */
export function stampNode(line: string, node: string): string {
  if (NAMES_NODE.test(line)) return line;
  // An escape may hide the key, and the key may belong to a nested object: ask the parser.
  if (line.includes('"node"') || line.includes('\\')) return stampParsed(line, node);
  return insert(line, node);
}

function stampParsed(line: string, node: string): string {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return line;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return line;
  if (!Object.hasOwn(value, 'node')) return insert(line, node);
  // `null` is absent; an insertion before it would be overruled by it.
  return (value as { node: unknown }).node === null ? JSON.stringify({ ...value, node }) : line;
}

function insert(line: string, node: string): string {
  const [head] = HEAD.exec(line) ?? [];
  if (head !== undefined) return `${head}"node":${JSON.stringify(node)},${line.slice(head.length)}`;
  const brace = line.search(/\S/);
  if (line[brace] !== '{' || /^\s*\}/.test(line.slice(brace + 1, brace + 16))) return line;
  return `${line.slice(0, brace + 1)}"node":${JSON.stringify(node)},${line.slice(brace + 1)}`;
}
