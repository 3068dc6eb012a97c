/**
 * Fills the ports between what arrives and is concluded and those who send events on: the event stream over HTTP and
 * exporters of events. It hears lines only while somebody wants them; then every valid line and every conclusion becomes
 * one record, offered to all. It only connects; it decides nothing.
 */
import type { Finding } from './domains/consensus/findings/finding.js';
import type { ViewVerdict } from './domains/consensus/verdict/view-verdict.js';
import type { ConsensusListeners } from './domains/consensus/watch.js';
import type { HelloEvent, StreamEvent } from './events/vocabulary.js';
import type { EventRecord, EventSink } from './export/event-record.js';
import { EventHub, type EventHubOptions } from './export/events/event-hub.js';
import type { IncidentStage } from './incidents/incident-recorder.js';
import type { IncidentMeta } from './incidents/incident.js';
import type { Speaking, Tap } from './intake/tap.js';
import { findingDocument } from './views/finding-document.js';
import type { Names } from './views/names.js';
import { verdictDocument } from './views/verdict-document.js';

/** What the outlets need. */
export interface EventOutletOptions extends Omit<EventHubOptions, 'onWanted'> {
  /** Names of a chain's validators. */
  readonly names: (chain: string) => Names;
  /** Called when whether lines are wanted has changed. */
  readonly onWanted: () => void;
}

/** Makes records of what is heard. */
export class EventOutlets implements Tap {
  readonly hub: EventHub;
  readonly listeners: ConsensusListeners;
  readonly #options: EventOutletOptions;
  readonly #sinks: EventSink[] = [];

  constructor(options: EventOutletOptions) {
    this.#options = options;
    this.hub = new EventHub(options);
    this.listeners = {
      verdicts: {
        verdict: (verdict) => this.#verdict(verdict),
        settled: () => undefined,
      },
      findings: { finding: (finding) => this.#finding(finding) },
    };
  }

  /** Whether anybody wants events. */
  get isWanted(): boolean {
    return this.hub.isWanted || this.#sinks.length > 0;
  }

  /** From now on to this one too. */
  add(sink: EventSink): void {
    this.#sinks.push(sink);
    this.#options.onWanted();
  }

  line(line: string, speaking: Speaking | undefined, event?: Exclude<StreamEvent, HelloEvent>): void {
    if (speaking === undefined || event === undefined) return;
    const { type, seq, ts_us } = event;
    // Only what a source admits to have dropped may have no number.
    const key = seq === undefined ? `at-${ts_us}-${'domain' in event ? event.domain : ''}` : String(seq);
    const { chain, node, run } = speaking.hello;
    this.#offer({ type, chain, node, run, key, json: line });
  }

  hello(line: string, speaking: Speaking): void {
    const { type, chain, node, run, ts_us } = speaking.hello;
    this.#offer({ type, chain, node, run, key: `at-${ts_us}`, json: line });
  }

  /** For the incident recorder. */
  incident(stage: IncidentStage, meta: IncidentMeta): void {
    if (!this.isWanted) return;
    const { id, chain } = meta;
    this.#conclude('incident', chain, `${id}/${stage}`, { stage, ...meta });
  }

  #verdict(verdict: ViewVerdict): void {
    if (!this.isWanted) return;
    const { chain, view, epoch = 0, revision, vantage } = verdict;
    const document = verdictDocument(verdict, this.#options.names(chain));
    // Sidecars that see through other nodes conclude for themselves.
    this.#conclude('verdict', chain, `${epoch}/${view}/${revision}/${vantage.nodes.join()}`, document);
  }

  #finding(finding: Finding): void {
    if (!this.isWanted) return;
    const { chain, id } = finding;
    this.#conclude('finding', chain, id, findingDocument(finding, this.#options.names(chain)));
  }

  #conclude(name: string, chain: string, key: string, document: object): void {
    const json = JSON.stringify(document, (_, value: unknown) =>
      typeof value === 'bigint' ? value.toString() : value,
    );
    this.#offer({ type: `quorumscope.${name}`, chain, node: undefined, run: undefined, key, json });
  }

  #offer(record: EventRecord): void {
    this.hub.offer(record);
    for (const sink of this.#sinks) sink.offer(record);
  }
}
