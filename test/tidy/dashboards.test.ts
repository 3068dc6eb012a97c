/**
 * The shipped dashboards against the rest of the house, both ways: every metric is on a panel, no panel asks for what does not
 * exist, thresholds are settings, links lead to headings that are there, and Grafana's own types accept the files.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { generatedDashboards } from '../../scripts/docs/index.js';
import { roomCatalogues } from '../../src/catalogue.js';
import { thresholdSettings } from '../../src/config/thresholds.js';
import { dashboardSpecs } from '../../src/dashboards.js';
import { withChoices } from '../../src/dashboards/choices.js';
import { childrenOf, type Expr } from '../../src/promql/ast.js';
import { parse } from '../../src/promql/parse.js';
import { PanelLabels } from '../support/panel-labels.js';

const root = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const definitions = roomCatalogues.flatMap(({ metrics }) => Object.values(metrics));
const specs = dashboardSpecs();
const questions = specs.flatMap(({ uid, rows }) =>
  rows.flatMap(({ panels }) =>
    panels.flatMap((panel) =>
      panel.questions.map((question) => ({ where: `${uid}, ${panel.title}`, ...question })),
    ),
  ),
);

interface Target {
  readonly refId: string;
  readonly expr: string;
  readonly datasource?: { readonly uid: string };
}
interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly Target[];
  readonly panels?: readonly Panel[];
  readonly links?: readonly { readonly url: string }[];
}
interface Dashboard {
  readonly uid: string;
  readonly title: string;
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly object[] };
}

const files = readdirSync(join(root, 'dashboards')).filter((name) => name.endsWith('.json'));
const dashboards = files.map((name) => JSON.parse(read(`dashboards/${name}`)) as Dashboard);
const panelsOf = ({ panels }: Dashboard): Panel[] => panels.flatMap((one) => [one, ...(one.panels ?? [])]);

describe('dashboards', () => {
  it('are fresh: `npm run docs` would write the same', async () => {
    const generated = await generatedDashboards();
    expect(Object.keys(generated).sort()).toEqual(files.map((name) => `dashboards/${name}`).sort());
    for (const [path, text] of Object.entries(generated)) expect(read(path) === text, path).toBe(true);
  });

  it('ask in PromQL for metrics and labels that exist, and name in legends labels that the answer has', () => {
    const strange = questions.flatMap(({ where, expr, legend }) => {
      const labels = new PanelLabels(definitions);
      const given = labels.of(parse(withChoices(expr)));
      const absent = [...legend.matchAll(/\{\{(\w+)\}\}/g)]
        .map(([, label]) => label!)
        .filter((label) => !given.has(label));
      return [...labels.problems, ...absent.map((label) => `its legend names ${label}`)].map(
        (text) => `${where}: ${text}`,
      );
    });
    expect(strange).toEqual([]);
    expect(questions.length).toBeGreaterThan(250);
  });

  it('show every metric of the catalogue', () => {
    const labels = new PanelLabels(definitions);
    for (const { expr } of questions) labels.of(parse(withChoices(expr)));
    expect(definitions.map(({ name }) => name).filter((name) => !labels.metrics.has(name))).toEqual([]);
  });

  it('never sum over nodes what every node reports alike', () => {
    const alike =
      /^hotstuff_consensus_(blocks_committed|transactions_committed|view_timeouts|view_changes)_total$/;
    const summed = questions.filter(({ expr }) => {
      const sums = (one: Expr): boolean =>
        (one.kind === 'aggregate' &&
          one.operator === 'sum' &&
          !one.grouping.includes('node_id') &&
          [...namesIn(one)].some((name) => alike.test(name))) ||
        childrenOf(one).some(sums);
      return sums(parse(withChoices(expr)));
    });
    expect(summed.map(({ where }) => where)).toEqual([]);
  });

  it('draw thresholds that are settings', () => {
    const named = questions.flatMap(({ expr }) =>
      [...expr.matchAll(/quorumscope_threshold\{name="(\w+)"\}/g)].map(([, name]) => name!),
    );
    expect(named.length).toBeGreaterThan(25);
    expect(named.filter((name) => !Object.hasOwn(thresholdSettings, name))).toEqual([]);
  });

  it('use only variables that they declare', () => {
    const declared: Readonly<Record<string, string>> = {
      chain: 'chain_id',
      chains: 'chain_id',
      node: 'node_id',
      instance: 'instance',
    };
    const loose = specs.flatMap(({ uid, variables, rows }) => {
      const known = new Set([...variables.map((name) => declared[name]), '__rate_interval', '__range']);
      const text = rows
        .flatMap(({ panels }) => panels.flatMap((panel) => panel.questions.map(({ expr }) => expr)))
        .join('\n');
      return [...text.matchAll(/\$(\w+)/g)].flatMap(([, name]) =>
        known.has(name) ? [] : [`${uid}: $${name}`],
      );
    });
    expect([...new Set(loose)]).toEqual([]);
  });

  it('ask the Prometheus that is chosen at the top', () => {
    for (const dashboard of dashboards) {
      const [first] = dashboard.templating.list;
      expect(first, dashboard.uid).toMatchObject({
        type: 'datasource',
        name: 'datasource',
        query: 'prometheus',
      });
      const asked = panelsOf(dashboard).flatMap(({ targets = [] }) =>
        targets.map(({ datasource }) => datasource),
      );
      expect(asked.length, dashboard.uid).toBeGreaterThan(0);
      expect(
        asked.filter((one) => one?.uid !== '${datasource}'),
        dashboard.uid,
      ).toEqual([]);
    }
  });

  it('number panels and questions apart, and let no panel lie on another', () => {
    for (const dashboard of dashboards) {
      const panels = panelsOf(dashboard);
      const ids = panels.map(({ id }) => id);
      expect(new Set(ids).size, dashboard.uid).toBe(ids.length);
      for (const { targets = [], title } of panels)
        expect(new Set(targets.map(({ refId }) => refId)).size, title).toBe(targets.length);
      for (const group of [dashboard.panels, ...dashboard.panels.map(({ panels: inner = [] }) => inner)])
        expect(overlaps(group), dashboard.uid).toEqual([]);
    }
    expect(new Set(dashboards.map(({ uid }) => uid)).size).toBe(dashboards.length);
    expect(new Set(dashboards.map(({ title }) => title)).size).toBe(dashboards.length);
  });

  it('lead to headings of the runbook that are there', () => {
    const headings = new Set(
      [...read('alerts/runbook.md').matchAll(/^### (\w+)$/gm)].map(([, heading]) => heading!.toLowerCase()),
    );
    const links = dashboards.flatMap((one) =>
      panelsOf(one).flatMap(({ links: list = [] }) => list.map(({ url }) => url)),
    );
    expect(links.length).toBeGreaterThan(50);
    expect(links.filter((url) => !headings.has(url.split('#')[1] ?? ''))).toEqual([]);
  });

  it('are where the alerts say they are', () => {
    const rules = readdirSync(join(root, 'alerts')).filter((name) => name.endsWith('.rules.yml'));
    const named = rules.flatMap((name) =>
      [...read(`alerts/${name}`).matchAll(/dashboard_url: '\/d\/([\w-]+)/g)].map(([, uid]) => uid!),
    );
    expect(named.length).toBeGreaterThan(60);
    expect([...new Set(named)].filter((uid) => !dashboards.some((one) => one.uid === uid))).toEqual([]);
  });

  it('answer on the first screen of the overview: committing, me, who, how much margin', () => {
    const overview = dashboards.find(({ uid }) => uid === 'quorumscope-overview')!;
    // 1080 pixels hold about 24 units of 30 + 8 pixels, headers taken off.
    const first = overview.panels
      .filter(({ gridPos }) => gridPos.y + gridPos.h <= 16)
      .map(({ title }) => title);
    expect(first).toEqual(
      expect.arrayContaining([
        'Is the chain committing?',
        'Is it me?',
        'Who is at fault?',
        'Margin',
        'Alerts that fire',
      ]),
    );
  });

  it('are of the type that Grafana declares', () => {
    expect(typeProblems(files.map((name) => [name, read(`dashboards/${name}`)]))).toEqual([]);
  });

  it('would not be, with an unknown setting or a wrong value', () => {
    const good = read(`dashboards/overview.json`);
    expect(typeProblems([['good', good]])).toEqual([]);
    const wrong = good.replace('"timezone": "browser"', '"timezone": 7');
    const unknown = good.replace('"timezone": "browser"', '"time_zone": "browser"');
    expect(wrong).not.toBe(good);
    expect(typeProblems([['wrong', wrong]])).not.toEqual([]);
    expect(typeProblems([['unknown', unknown]])).not.toEqual([]);
  });
});

function namesIn(expr: Expr): Set<string> {
  const own = expr.kind === 'selector' ? [expr.name] : [];
  return new Set([...own, ...childrenOf(expr).flatMap((child) => [...namesIn(child)])]);
}

function overlaps(panels: readonly Panel[]): string[] {
  return panels.flatMap((a, i) =>
    panels.slice(i + 1).flatMap((b) => {
      const apart = (from: 'x' | 'y', size: 'w' | 'h'): boolean =>
        a.gridPos[from] + a.gridPos[size] <= b.gridPos[from] ||
        b.gridPos[from] + b.gridPos[size] <= a.gridPos[from];
      const isOut = a.gridPos.x + a.gridPos.w > 24;
      return isOut || !(apart('x', 'w') || apart('y', 'h')) ? [`${a.title} and ${b.title}`] : [];
    }),
  );
}

/** Grafana's enums as the words they stand for, since JSON has no enums. */
const TYPES = `import type { Dashboard } from '@grafana/schema';
type Words<T> = T extends string ? \`\${T}\` : T extends number | boolean | null | undefined ? T
  : T extends readonly (infer E)[] ? Words<E>[] : T extends object ? { [K in keyof T]: Words<T[K]> } : T;
`;

interface Bare {
  readonly annotations: { readonly list: readonly Readonly<Record<string, unknown>>[] };
}

/** Without what the data source's own plugin reads of an annotation: Grafana's schema leaves that to the plugin. */
function bare(dashboard: Bare): Bare {
  const plugins = ['expr', 'titleFormat', 'textFormat', 'tagKeys', 'step'];
  const list = dashboard.annotations.list.map((one) =>
    Object.fromEntries(Object.entries(one).filter(([key]) => !plugins.includes(key))),
  );
  return { ...dashboard, annotations: { list } };
}

/** What the compiler says of each text as a \`Dashboard\` of @grafana/schema. */
function typeProblems(texts: readonly (readonly [string, string])[]): string[] {
  const objects = texts.map(([, text]) => JSON.stringify(bare(JSON.parse(text) as Bare), null, 1));
  const body = objects
    .map((text, i) => `export const d${i} = ${text} satisfies Words<Dashboard>;\n`)
    .join('');
  const name = join(root, 'dashboards.check.ts');
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: [],
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
  };
  const disk = ts.createCompilerHost(options);
  const host = ts.createCompilerHost(options);
  host.fileExists = (path) => path === name || disk.fileExists(path);
  host.readFile = (path) => (path === name ? TYPES + body : disk.readFile(path));
  host.getSourceFile = (path, ...rest) =>
    path === name
      ? ts.createSourceFile(path, TYPES + body, ts.ScriptTarget.ES2022, true)
      : disk.getSourceFile(path, ...rest);
  const program = ts.createProgram([name], options, host);
  return ts.getPreEmitDiagnostics(program).map(({ messageText, file, start }) => {
    const at =
      file === undefined || start === undefined
        ? ''
        : file.text.slice(start, start + 80).replace(/\s+/g, ' ');
    return `${ts.flattenDiagnosticMessageText(messageText, ' ')} at ${at}`;
  });
}
