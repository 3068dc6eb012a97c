/** A finding as bytes and back: JSON with a version. Amounts beyond 2^53 are decimal strings, as on the wire. */
import { findingKinds, type Finding } from '../domains/consensus/findings/finding.js';

const VERSION = 1;

export function encodeFinding(finding: Finding): Buffer {
  return Buffer.from(
    JSON.stringify({ version: VERSION, finding }, (_, value: unknown) =>
      typeof value === 'bigint' ? value.toString() : value,
    ),
  );
}

/** Undefined for what is not a finding of a version that is known. */
export function decodeFinding(payload: Uint8Array): Finding | undefined {
  let stored: unknown;
  try {
    stored = JSON.parse(Buffer.from(payload.buffer, payload.byteOffset, payload.length).toString('utf8'));
  } catch {
    return undefined;
  }
  const { version, finding } = (stored ?? {}) as { version?: unknown; finding?: Partial<Finding> };
  if (version !== VERSION || typeof finding?.id !== 'string' || !Array.isArray(finding.statements))
    return undefined;
  return (finding.class ?? '') in findingKinds ? (finding as Finding) : undefined;
}
