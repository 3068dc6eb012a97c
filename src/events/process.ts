/** What a node states about its own process and machine. */
import * as f from './schema.js';
import { domain, event } from './schema.js';

/** The process domain. */
export const process = domain('process', {
  started: event({
    doc: 'The node process started.',
    priority: 'vital',
    fields: {
      version: f.optional(f.id('Version of the node software.')),
      lock_restored: f.optional(f.bool('Whether lock and last voted view were read back.')),
    },
  }),
  stopped: event({
    doc: 'The node process is about to stop.',
    priority: 'vital',
    fields: { reason: f.oneOf('Why.', ['requested', 'upgrade', 'error', 'other']) },
  }),
  measured: event({
    doc: 'Resources of the process and its machine; send what is known.',
    priority: 'bulk',
    fields: {
      cpu_ratio: f.optional(f.number('CPU used by the process, 1 being one core.')),
      machine_cpu_ratio: f.optional(f.number('CPU used on the machine, 1 being all cores.')),
      resident_bytes: f.optional(f.uint('Resident memory of the process.')),
      heap_used_bytes: f.optional(f.uint('Heap in use.')),
      heap_limit_bytes: f.optional(f.uint('Heap allowed.')),
      memory_ratio: f.optional(f.number('Memory used on the machine, 1 being all.')),
      disk_used_bytes: f.optional(f.uint('Bytes used on the data device.')),
      disk_capacity_bytes: f.optional(f.uint('Size of the data device.')),
      network_bytes_per_second: f.optional(f.number('Network traffic of the process, both directions.')),
      open_file_descriptors: f.optional(f.uint('Open file descriptors.')),
      max_file_descriptors: f.optional(f.uint('File descriptors allowed.')),
      threads: f.optional(f.uint('Threads of the process.')),
    },
  }),
  loopLagMeasured: event({
    doc: 'Delay of the main event loop or scheduler.',
    priority: 'bulk',
    sampled: true,
    fields: { lag_us: f.duration('How late it ran.') },
  }),
  gcCompleted: event({
    doc: 'A garbage collection ended.',
    priority: 'bulk',
    sampled: true,
    fields: {
      kind: f.oneOf('What kind.', ['minor', 'major', 'incremental', 'other']),
      duration_us: f.duration('Its pause.'),
    },
  }),
  errorRaised: event({
    doc: 'The node met an error that it survived.',
    priority: 'normal',
    sampled: true,
    fields: {
      component: f.id('Part of the node.'),
      severity: f.oneOf('How bad.', ['warning', 'error', 'critical']),
      detail: f.optional(f.text('What it says.')),
    },
  }),
});
