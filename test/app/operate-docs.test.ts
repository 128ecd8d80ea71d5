import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createMetrics } from '../../app/metrics.ts';
import { loadCatalogue } from '../../ingest/standards/catalogue.ts';
import { DrivenClock } from '../driven-clock.ts';

const page = readFileSync(new URL('../../docs/operate.md', import.meta.url), 'utf8');
const named = (prefix: RegExp) =>
  page
    .split('\n')
    .map((line) => /^\| `([a-z0-9_.]+)` /.exec(line)?.[1] ?? '')
    .filter((name) => prefix.test(name))
    .sort();

test('every alarm of the system and of its devices is explained to operators', () => {
  const technical = [...loadCatalogue().rules.keys()].filter((id) => !/^(point|door|terminal)\./.test(id));
  expect(named(/^[a-z]+\./)).toEqual(technical.sort());
});

test('every metric of our own is explained, and none that does not exist', async () => {
  const metrics = createMetrics({ clock: new DrivenClock(), version: '0' });
  metrics.watch({
    ingest: () => ({
      storing: true,
      room: 'ample',
      queued: 0,
      tail: 0,
      log: 0,
      logCap: 1,
      oldestArrivalAt: null,
      store: null,
      alarms: [],
    }),
    connections: () => 0,
    screens: () => 0,
    files: () => ({}),
  });
  const registered = [...(await metrics.text()).matchAll(/^# TYPE (fw_\w+) /gm)].map(([, name]) => name);
  expect(named(/^fw_/)).toEqual(registered.sort());
});
