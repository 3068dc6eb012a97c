/** A real InfluxDB 1.x, written by its line protocol and read back by InfluxQL. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { byKey, type Sample } from '../contract/exporters/samples.js';
import { isInstalled, startInfluxDb, type Database } from '../support/database.js';
import { startExporting } from './exporting.js';

interface Answer {
  readonly results: readonly {
    readonly series?: readonly {
      readonly name: string;
      readonly tags?: Readonly<Record<string, string>>;
      readonly columns: readonly string[];
      readonly values: readonly (readonly (number | string | null)[])[];
    }[];
    readonly error?: string;
  }[];
}

describe.skipIf(!isInstalled('influxd'))(
  'InfluxDB 1.x (skipped without the Debian package `influxdb`)',
  () => {
    let database: Database;
    beforeAll(async () => {
      database = await startInfluxDb();
      await query('CREATE DATABASE hotstuff', 'POST');
    });
    afterAll(() => database?.stop());

    it('says what the page says', async () => {
      const { sidecar, page, stop } = await startExporting({
        one: {
          kind: 'influxdb',
          url: database.url,
          version: 'v1',
          database: 'hotstuff',
          interval: '1h',
          include: ['hotstuff_*'],
        },
      });
      try {
        await sidecar.flush();
        const expected = (await page()).filter(({ value }) => Number.isFinite(value)).map(asTag);
        expect(expected.length).toBeGreaterThan(50);
        expect(byKey(await everything())).toEqual(byKey(expected));
      } finally {
        await stop();
      }
    });

    it('refuses a database that it does not have; that is counted', async () => {
      const { sidecar, stop } = await startExporting({
        one: { kind: 'influxdb', url: database.url, version: 'v1', database: 'absent', interval: '1h' },
      });
      try {
        const answer = await fetch(`${sidecar.addresses.http}/api/quorumscope/v1/exporters/one/test`, {
          method: 'POST',
        });
        expect(await answer.json()).toMatchObject({ outcome: 'refused' });
      } finally {
        await stop();
      }
    });

    async function query(text: string, method = 'GET'): Promise<Answer> {
      const response = await fetch(`${database.url}/query?db=hotstuff&q=${encodeURIComponent(text)}`, {
        method,
      });
      return (await response.json()) as Answer;
    }

    /** Every field of every series as the sample that it came from. */
    async function everything(): Promise<Sample[]> {
      const { results } = await query('SELECT * FROM /.*/ GROUP BY *');
      return (results[0]?.series ?? []).flatMap(({ name, tags = {}, columns, values }) =>
        values.flatMap((row) =>
          columns.flatMap((column, i) =>
            column === 'time' || row[i] === null
              ? []
              : [{ name: `${name}_${column}`, labels: tags, value: Number(row[i]) }],
          ),
        ),
      );
    }
  },
);

/** Line protocol has no lone backslash at the end of a tag. */
function asTag({ labels, ...sample }: Sample): Sample {
  return {
    ...sample,
    labels: Object.fromEntries(
      Object.entries(labels).map(([name, text]) => [name, text.replace(/\\$/, '/')]),
    ),
  };
}
