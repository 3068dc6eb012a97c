/** The table of causes: each row can hold, each has neighbours that do not, and nothing holds on the unknown. */
import { describe, expect, it } from 'vitest';
import {
  factTexts,
  type FactName,
  type Facts,
} from '../../../../../src/domains/consensus/verdict/fact-texts.js';
import { ruleFor, rules } from '../../../../../src/domains/consensus/verdict/rules.js';
import { causes } from '../../../../../src/domains/consensus/verdict/view-verdict.js';

const names = Object.keys(factTexts) as FactName[];

function facts(changes: Partial<Facts> = {}, otherwise: boolean | undefined = undefined): Facts {
  return { ...Object.fromEntries(names.map((name) => [name, otherwise])), ...changes } as Facts;
}

const cases = rules.flatMap((rule) =>
  rule.cases.map((one, i) => ({ rule, one, title: `${rule.cause}, case ${i + 1}` })),
);

describe('the table of causes', () => {
  it('has one row for every cause but unknown', () => {
    expect(rules.map(({ cause }) => cause).sort()).toEqual(
      causes.filter((cause) => cause !== 'unknown').sort(),
    );
  });

  it('says nothing while nothing is known', () => {
    expect(ruleFor(facts(), 'failed')).toBeUndefined();
    expect(ruleFor(facts(), 'lagged')).toBeUndefined();
  });

  it.each(cases)('$title holds on its own facts', ({ rule, one }) => {
    const known: Partial<Record<FactName, boolean>> = {};
    for (const fact of one.all) known[fact] = true;
    for (const fact of one.none ?? []) known[fact] = false;
    for (const outcome of rule.outcomes) expect(ruleFor(facts(known), outcome)?.rule.cause).toBe(rule.cause);
  });

  it.each(cases)('$title does not hold when one of its facts is unknown', ({ rule, one }) => {
    for (const missing of [...one.all, ...(one.none ?? [])]) {
      const known: Partial<Record<FactName, boolean>> = {};
      for (const fact of one.all) if (fact !== missing) known[fact] = true;
      for (const fact of one.none ?? []) if (fact !== missing) known[fact] = false;
      for (const outcome of rule.outcomes)
        expect(ruleFor(facts(known), outcome)?.shown, missing).not.toBe(one);
    }
  });

  it.each(cases.filter(({ one }) => one.unless !== undefined))(
    '$title does not hold when it is contradicted',
    ({ rule, one }) => {
      for (const against of one.unless ?? []) {
        const known: Partial<Record<FactName, boolean>> = { [against]: true };
        for (const fact of one.all) known[fact] = true;
        for (const fact of one.none ?? []) known[fact] = false;
        for (const outcome of rule.outcomes)
          expect(ruleFor(facts(known), outcome)?.shown, against).not.toBe(one);
      }
    },
  );

  it('needs something positive: a view of which everything is denied is blamed on nobody but the silent', () => {
    const denied = facts({}, false);
    expect(ruleFor(denied, 'lagged')).toBeUndefined();
    expect(ruleFor(denied, 'failed')?.rule.cause).toBe('leader_silent');
    expect(ruleFor({ ...denied, proposalLeft: undefined }, 'failed')).toBeUndefined();
  });
});
