import { expect, test } from 'vitest';
import type { ExportedRow } from '../../../contract/history.ts';
import { csvOf } from '../../../dashboard/server/csv.ts';
import { SITE } from '../../ingest/line/site.ts';

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
    `2026-11-25 21:29:30,2026-11-25 15:59:30,"'=HYPERLINK(""x""), ""大池""",pool,室温,°C,-5.5,有效,,`,
    `2026-11-25 21:30:00.250,2026-11-25 16:00:00.250,"'=HYPERLINK(""x""), ""大池""",pool,室温,°C,85,无效,传感器故障码,`,
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
