/** The bundled scenarios by name, and any other by its path. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { messageOf, QuorumscopeError } from '../../src/base/errors.js';
import { readScenario } from './read.js';
import { resolveScenario, type ScenarioRun } from './resolve.js';
import type { Scenario } from './schema.js';

const folder = new URL('../scenarios/', import.meta.url);

/** Names of the bundled scenarios, in order. */
export function scenarioNames(): string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => file.slice(0, -'.yaml'.length))
    .sort();
}

/**
 * @param nameOrPath a bundled name, with or without its number, or the path of a YAML file
 * @throws QuorumscopeError `simulator.scenario`: not there, or what is wrong with it, with line and column
 */
export function loadScenario(nameOrPath: string): Scenario {
  if (/[/\\]|\.ya?ml$/.test(nameOrPath))
    return readScenario(textOf(nameOrPath, nameOrPath), nameOrPath, dirname(nameOrPath));
  const names = scenarioNames();
  const known = names.find((name) => name === nameOrPath || name.replace(/^\d+[a-z]?-/, '') === nameOrPath);
  if (known !== undefined)
    return readScenario(
      textOf(new URL(`${known}.yaml`, folder), known),
      `${known}.yaml`,
      fileURLToPath(folder),
    );
  const message = `there is no scenario ${JSON.stringify(nameOrPath)}; simulate --list shows all, and a path ends in .yaml`;
  throw new QuorumscopeError('simulator.scenario', 'configuration', message, {
    details: { name: nameOrPath, names },
  });
}

/** What to run for a scenario with this seed. The scenario is one that `loadScenario` gave. */
export function simulationOf(scenario: Scenario, seed: number): ScenarioRun {
  return resolveScenario(scenario, seed).run;
}

function textOf(file: string | URL, name: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const message = `cannot read the scenario ${name}: ${messageOf(error)}`;
    throw new QuorumscopeError('simulator.scenario', 'configuration', message, {
      details: { name },
      cause: error,
    });
  }
}
