import { expect, test } from 'vitest';
import type { ExportedRow, HistoryQueries } from '../../../contract/history.ts';
import { csvOf } from '../../../dashboard/server/csv.ts';
import { startDashboard } from '../../../dashboard/server/start.ts';
import { SITE } from '../../ingest/line/site.ts';
import { SITE as SAMPLE } from './doubles.ts';
import { journalOf, realBench } from './real-bench.ts';

const START = Date.UTC(2026, 10, 25, 15, 59, 30);

const name = (text: string) => ({ zh: text, en: text });
const registry = {
  ...SITE,
  timezone: 'Asia/Kolkata',
  points: [{ id: 'pool', area: 'bath', name: name('=HYPERLINK("x"), "大池"'), role: 'pool' as const }],
};

function reading(t: number, value: number, quality: 'good' | 'bad' = 'good'): ExportedRow {
  const reason = quality === 'bad' ? ('sentinel' as const) : null;
  return { kind: 'reading', point: 'pool', metric: 'room_temperature', t, value, quality, reason, backfilled: false };
}

async function textOf(rows: AsyncIterable<readonly ExportedRow[]>, kind: 'readings' | 'hours' = 'readings') {
  const chunks: Buffer[] = [];
  for await (const chunk of csvOf({ registry, rows, kind, language: 'zh' })) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

test('a file opens in Excel as what it is: UTF-8 mark, CRLF, both times, numbers below zero, no formula', async () => {
  async function* rows() {
    await Promise.resolve();
    yield [reading(START, -5.5), reading(START + 30_250, 85, 'bad')];
  }
  const file = await textOf(rows());
  expect([...file.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
  expect(file.subarray(3).toString().split('\r\n')).toEqual([
    '当地时间,UTC 时间,点位,点位编号,指标,单位,数值,质量,原因,补传',
    `2026-11-25 21:29:30,2026-11-25T15:59:30Z,"'=HYPERLINK(""x""), ""大池""",pool,室温,°C,-5.5,有效,,`,
    `2026-11-25 21:30:00,2026-11-25T16:00:00.250Z,"'=HYPERLINK(""x""), ""大池""",pool,室温,°C,85,无效,传感器故障码,`,
    '',
  ]);
});

test('a file of any length is written as it is read, and stops reading when nobody takes it any more', async () => {
  let read = 0;
  let ended = false;
  async function* rows() {
    try {
      for (; ; read += 1) {
        await Promise.resolve();
        yield Array.from({ length: 1_000 }, (_, at) => reading(START + (read * 1_000 + at) * 1_000, 42));
      }
    } finally {
      ended = true;
    }
  }
  const file = csvOf({ registry, rows: rows(), kind: 'readings', language: 'en' });
  const taken = file[Symbol.asyncIterator]();
  await taken.next();
  expect(read).toBeLessThan(10);
  await taken.return?.();
  await expect.poll(() => ended).toBe(true);
});

test('a file leaves only with its row in the journal: who, which points, which range', async () => {
  const history: HistoryQueries = {
    chart: () => Promise.resolve(undefined),
    course: () => Promise.resolve(undefined),
    rows(_site, { series }) {
      if (series.some(({ point }) => point !== 'pool')) return undefined;
      return (async function* () {
        await Promise.resolve();
        yield [reading(START, 21.5)];
      })();
    },
  };
  const on = await realBench({ history });
  const dashboard = await startDashboard({ ...on.options, port: 0 });
  try {
    const ask = async (query: string, headers: Record<string, string>) =>
      fetch(`${dashboard.url}/api/sites/${SAMPLE}/history.csv?${query}`, { headers });
    const range = `from=${START}&to=${START + 3_600_000}`;
    const viewer = { cookie: await on.sessionOf('viewer') };
    const answer = await ask(`series=pool/room_temperature&${range}`, viewer);
    expect(await answer.text()).toContain('21.5');
    const program = { authorization: `Bearer ${await on.tokenOf('viewer', 'reporting')}` };
    await (await ask(`series=pool/room_temperature,pool/humidity&${range}&rows=hours`, program)).text();
    // What hands nothing out is not in the journal.
    expect((await ask(`series=nowhere/room_temperature&${range}`, viewer)).status).toBe(404);
    expect((await ask(`series=pool/room_temperature&from=2&to=1`, viewer)).status).toBe(400);
    expect(journalOf(on, 'history.')).toEqual(
      [
        { actor: 'viewer', series: 'pool/room_temperature', rows: 'readings' },
        { actor: 'token:reporting', series: 'pool/room_temperature,pool/humidity', rows: 'hours' },
      ].map(({ actor, ...detail }) => ({
        kind: 'history.exported',
        site: SAMPLE,
        actor,
        detail: { ...detail, from: START, to: START + 3_600_000 },
      })),
    );
    expect(on.options.access?.audit.page({ limit: 9, changes: true }).entries.map(({ kind }) => kind)).not.toContain(
      'history.exported',
    );
  } finally {
    await dashboard.close();
    await on.remove();
  }
});
