/**
 * Which rooms a configuration asks for. Part of the composition: what is not asked for is not loaded, since beside a
 * validator memory is missed; so nothing here may import a room.
 */
import type { Config } from './config/sections.js';

/** Whether this configuration keeps a history. */
export function keepsHistory({ profile, history }: Pick<Config, 'profile' | 'history'>): boolean {
  return profile === 'standalone' && history.enabled;
}

/** Whether it evaluates rules. */
export function evaluatesRules(config: Pick<Config, 'profile' | 'history' | 'rules'>): boolean {
  return keepsHistory(config) && config.rules.enabled;
}

/** Whether it routes alerts. */
export function notifies({ profile, notify }: Pick<Config, 'profile' | 'notify'>): boolean {
  return profile === 'standalone' && notify.enabled;
}
