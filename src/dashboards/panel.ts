/**
 * The words in which dashboards are written: what a panel asks, how it is drawn, how panels stand in rows. Data only, so
 * that tests, docs and Grafana's JSON read the same thing; `render.ts` alone knows Grafana.
 *
 * Widths are columns of 24, heights are grid units of 30 pixels.
 */

/** One question of a panel, in PromQL with Grafana's variables. */
export interface Question {
  readonly expr: string;
  /** `{{label}}` stands for a label's value. */
  readonly legend: string;
  /** Drawn as a dashed red line: where a rule fires. */
  readonly isLimit?: boolean;
  /** Ask for exemplars too: dots that lead to traces. */
  readonly exemplars?: boolean;
}

/** What a number means in words. */
export interface Meaning {
  readonly value: number;
  readonly text: string;
  readonly colour: Colour;
}

/** Colours by what they say, not by taste. */
export type Colour = 'green' | 'yellow' | 'orange' | 'red' | 'blue' | 'text';

/** How a panel is drawn. `state` is a timeline of meanings; `heatmap` takes buckets. */
export type PanelKind =
  'lines' | 'number' | 'bars' | 'table' | 'state' | 'gauge' | 'pie' | 'heatmap' | 'alerts';

/** A panel. */
export interface PanelSpec {
  readonly kind: PanelKind;
  readonly title: string;
  /** What it shows and what to make of it. */
  readonly description: string;
  readonly questions: readonly Question[];
  /** Grafana's name of the unit; `short` when absent. */
  readonly unit?: string;
  readonly width?: number;
  readonly height?: number;
  /** Words for values. */
  readonly meanings?: readonly Meaning[];
  /** Below the first step; green when absent. */
  readonly base?: Colour;
  /** From which value on which colour. */
  readonly steps?: readonly { readonly from: number; readonly colour: Colour }[];
  readonly min?: number;
  readonly max?: number;
  readonly decimals?: number;
  readonly isStacked?: boolean;
  /** What stands there when nothing is known. */
  readonly whenAbsent?: string;
  /** Heading of the runbook that explains what to do, such as `HotStuffChainHalted`. */
  readonly runbook?: string;
  /** Where it stands; the layout decides when absent. Both from 0. */
  readonly at?: { readonly x: number; readonly y: number };
}

/** Panels under a heading. */
export interface RowSpec {
  readonly title: string;
  /** Folded until somebody asks. */
  readonly isCollapsed?: boolean;
  readonly panels: readonly PanelSpec[];
}

/** What an operator can choose at the top; `chains` is several at once. */
export type VariableName = 'chain' | 'chains' | 'node' | 'instance';

/** A dashboard. */
export interface DashboardSpec {
  /** Stable: links and alerts name it. Begins with `quorumscope-`. */
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly variables: readonly VariableName[];
  readonly rows: readonly RowSpec[];
  readonly tags?: readonly string[];
  /** Grafana's durations. */
  readonly refresh?: string;
  readonly from?: string;
}

/** A row. */
export function row(title: string, panels: readonly PanelSpec[], isCollapsed = false): RowSpec {
  return { title, panels, isCollapsed };
}
