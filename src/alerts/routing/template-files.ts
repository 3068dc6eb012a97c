/**
 * Finds and reads the files of `templates`, as Alertmanager finds them: patterns with `*`, `?` and `[...]` in each part of the
 * path, relative to the folder of its configuration. Bounded in files and bytes; a file that cannot be read is a problem.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { messageOf } from '../../base/errors.js';
import type { ReadTemplates, TemplateFile } from './parse-routing.js';

const MOST_FILES = 100;
const MOST_BYTES = 256 * 1024;

/** @param folder what relative patterns are relative to */
export function templateReader(folder: string): ReadTemplates {
  return (pattern) => {
    try {
      return { files: read(isAbsolute(pattern) ? pattern : join(folder, pattern)) };
    } catch (error) {
      return { problem: messageOf(error) };
    }
  };
}

function read(pattern: string): TemplateFile[] {
  const found = matching(pattern);
  if (found.length > MOST_FILES) throw new Error(`more than ${MOST_FILES} files fit ${pattern}`);
  return found.map((file) => {
    const { size } = statSync(file);
    if (size > MOST_BYTES) throw new Error(`${file} is larger than ${MOST_BYTES} bytes`);
    return { file, text: readFileSync(file, 'utf8') };
  });
}

/** Files in the order of their names. */
function matching(pattern: string): string[] {
  let found = ['/'];
  for (const part of resolve(pattern)
    .split('/')
    .filter((one) => one !== '')) {
    const isPattern = /[*?[\\]/.test(part);
    found = found.flatMap((folder) =>
      isPattern ? listed(folder, expressionOf(part)) : [join(folder, part)].filter(existsSync),
    );
  }
  return found.filter((path) => statSync(path).isFile());
}

function listed(folder: string, expression: RegExp): string[] {
  if (!statSync(folder).isDirectory()) return [];
  return readdirSync(folder)
    .filter((name) => expression.test(name))
    .sort()
    .map((name) => join(folder, name));
}

/** One part of a path; every piece of it takes each character once. @throws Error for a bad pattern */
function expressionOf(part: string): RegExp {
  const source = part.replaceAll(
    /\*+|\?|\[(\^?)([^\]]+)\]|\\(.)|[^*?[\\]/gsu,
    (piece, not: string | undefined, set: string | undefined, escaped: string | undefined) => {
      if (piece.startsWith('*')) return '[^/]*';
      if (piece === '?') return '[^/]';
      if (set !== undefined) return `[${not ?? ''}${set.replaceAll(/[\\[\]^]/g, String.raw`\$&`)}]`;
      return (escaped ?? piece).replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`);
    },
  );
  return new RegExp(`^${source}$`, 'u');
}
