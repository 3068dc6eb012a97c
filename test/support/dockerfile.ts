/**
 * Reads a Dockerfile and turns it into a shell script that carries out its steps on this machine, without a
 * container engine: each stage is an overlay over the machine's own root, which stands in for the base image.
 * Needs root and mount namespaces. Nothing of it outlives the script: run it by `unshare --mount`.
 */
import { readFileSync } from 'node:fs';

/** One instruction, continuation lines joined. */
export interface Instruction {
  readonly line: number;
  readonly name: string;
  readonly args: string;
}

/** One stage: its instructions after FROM. */
export interface Stage {
  readonly name: string;
  readonly base: string;
  readonly steps: readonly Instruction[];
}

/** The stages of a Dockerfile, in order. */
export function readDockerfile(path: string): Stage[] {
  const stages: { name: string; base: string; steps: Instruction[] }[] = [];
  for (const instruction of instructionsOf(readFileSync(path, 'utf8'))) {
    if (instruction.name === 'FROM') {
      const [base = '', , name = `stage-${stages.length}`] = instruction.args.split(/\s+/);
      stages.push({ name, base, steps: [] });
    } else stages.at(-1)?.steps.push(instruction);
  }
  return stages;
}

function instructionsOf(text: string): Instruction[] {
  const found: Instruction[] = [];
  let open: { line: number; text: string } | undefined;
  for (const [index, raw] of text.split('\n').entries()) {
    if (/^\s*(#|$)/.test(raw)) continue;
    open = { line: open?.line ?? index + 1, text: `${open?.text ?? ''}${raw.replace(/\\$/, '')}` };
    if (raw.endsWith('\\')) continue;
    const [, name = '', args = ''] = /^\s*(\S+)\s+([\s\S]*)$/.exec(open.text) ?? [];
    found.push({ line: open.line, name: name.toUpperCase(), args: args.trim() });
    open = undefined;
  }
  return found;
}

/** Where the script finds and leaves things. */
export interface Workshop {
  /** The build context, `.dockerignore` applied. */
  readonly context: string;
  /** A folder for the overlays; a file system is mounted there. */
  readonly scratch: string;
  /** The machine's node. */
  readonly node: string;
}

/** Steps that change files are carried out; ENV, USER and the rest are for whoever starts it. */
export function scriptOf(stages: readonly Stage[], { context, scratch, node }: Workshop): string {
  const lines = ['set -euo pipefail', `mount -t tmpfs -o size=6g none ${scratch}`];
  for (const { name, steps } of stages) {
    const root = `${scratch}/${name}/root`;
    lines.push(
      `mkdir -p ${scratch}/${name}/upper ${scratch}/${name}/work ${root}`,
      `mount -t overlay overlay -o lowerdir=/,upperdir=${scratch}/${name}/upper,workdir=${scratch}/${name}/work ${root}`,
      `mount --bind /proc ${root}/proc && mount --bind /dev ${root}/dev`,
      `rm -rf ${root}/app && mkdir -p ${root}/usr/local/bin`,
      `[ -e ${root}/usr/local/bin/node ] || cp ${node} ${root}/usr/local/bin/node`,
    );
    let folder = '/';
    for (const { name: instruction, args } of steps) {
      if (instruction === 'WORKDIR') {
        folder = args;
        lines.push(`mkdir -p ${root}${folder}`);
      }
      if (instruction === 'RUN')
        lines.push(`chroot ${root} sh -c ${quoted(`cd ${folder} && ${args}`)} >/dev/null`);
      if (instruction === 'COPY') lines.push(copyStep(args, { root, folder, context, scratch }));
    }
  }
  return lines.join('\n');
}

interface Places {
  readonly root: string;
  readonly folder: string;
  readonly context: string;
  readonly scratch: string;
}

/** Docker copies what is in a folder, not the folder. */
function copyStep(args: string, { root, folder, context, scratch }: Places): string {
  const words = args.split(/\s+/);
  const stage = words[0]?.startsWith('--from=') === true ? words.shift()!.slice('--from='.length) : undefined;
  const to = words.pop()!;
  const from = stage === undefined ? `${context}/` : `${scratch}/${stage}/root`;
  const target = `${root}${to.startsWith('/') ? to : `${folder}/${to}`}`;
  return words
    .map((word) => {
      const source = `${from}${word}`;
      const isMany = words.length > 1 || to.endsWith('/');
      const ready = isMany ? `mkdir -p ${target}` : `mkdir -p $(dirname ${target})`;
      return `${ready}; if [ -d ${source} ]; then mkdir -p ${target} && cp -a ${source}/. ${target}/; else cp -a ${source} ${target}; fi`;
    })
    .join('\n');
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
