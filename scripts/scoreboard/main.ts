/**
 * `npm run scoreboard`: what the sidecar concludes, held against what really happened, over scenarios and seeds. Prints
 * tables or one document; with `--gate` it ends with 1 when a floor is not reached.
 */
import { ScoreBook } from './board.js';
import type { CaseOrder } from './case.js';
import { readOptions, USAGE, type Options } from './options.js';
import { runCases } from './pool.js';
import { renderTables } from './table.js';
import type { Wrong } from './score.js';

async function main(args: readonly string[]): Promise<number> {
  if (args.includes('--help')) {
    process.stdout.write(USAGE);
    return 0;
  }
  const options = readOptions(args);
  const book = new ScoreBook();
  const startMs = performance.now();
  const orders = ordersOf(options);
  await runCases(orders, options.jobs, (result) => {
    book.note(result);
    if (process.stderr.isTTY) process.stderr.write(`\r${book.total.all.runs} of ${orders.length} runs `);
  });
  const wallS = (performance.now() - startMs) / 1_000;
  if (options.json)
    process.stdout.write(
      `${JSON.stringify({ rows: book.rows, total: book.total, complaints: book.complaints, wrong: book.wrong, wallS }, null, 2)}\n`,
    );
  else {
    process.stdout.write(`${renderTables(book)}\n\n`);
    if (options.wrong)
      for (const [words, times] of counted(book.wrong)) process.stdout.write(`${times}\t${words}\n`);
    for (const complaint of book.complaints.slice(0, 60)) process.stdout.write(`${complaint}\n`);
    process.stdout.write(`${orders.length} runs, ${book.total.all.views} views, ${wallS.toFixed(0)} s\n`);
  }
  return 0;
}

function ordersOf({ scenarios, seeds, first, views, validators, alone }: Options): CaseOrder[] {
  return Array.from({ length: seeds }, (_, i) => first + i).flatMap((seed) =>
    scenarios.map((scenario) => ({ scenario, seed, views, validators, alone })),
  );
}

/** Alike ones together, the commonest first, with one to look at. */
function counted(wrong: readonly Wrong[]): [string, number][] {
  const counts = new Map<string, { times: number; example: string }>();
  for (const { scenario, seed, vantage, view, truth, verdict, grounds } of wrong) {
    const kind = vantage === 'all' ? 'all' : 'one';
    const words = `${scenario} ${kind}: truly ${truth.replaceAll(/v\d+/g, 'v')}, said ${verdict.replaceAll(/v\d+/g, 'v')}  [${grounds.join('; ')}]`;
    const known = counts.get(words) ?? {
      times: 0,
      example: `seed ${seed} ${vantage} view ${view}: ${truth} / ${verdict}`,
    };
    known.times++;
    counts.set(words, known);
  }
  return [...counts]
    .map(([words, { times, example }]): [string, number] => [`${words}  e.g. ${example}`, times])
    .sort((a, b) => b[1] - a[1]);
}

process.exitCode = await main(process.argv.slice(2));
