import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { SeriesId } from '../../contract/reading.ts';
import { openCopyState } from '../../ingest/stores/copy/state.ts';
import { copyReadings, type Copied } from '../../ingest/stores/copy/copy.ts';
import { DAY } from '../../ingest/stores/copy/day.ts';
import { InfluxFailed, type InfluxStore } from '../../ingest/stores/influx/types.ts';
import { openInfluxReadings, type InfluxOptions } from '../../ingest/stores/influx/store.ts';
import { openLedgerReader } from '../../ingest/stores/ledger/index.ts';
import type { LedgerState } from '../../ingest/stores/ledger/types.ts';
import { lockDataDir } from '../../ingest/stores/lock.ts';
import { createSeriesDirectory } from '../../ingest/stores/series-directory.ts';
import { systemClock } from '../clock.ts';
import { readConfig } from '../config.ts';
import { openDataDir } from '../data-dir.ts';
import { StartError } from '../start-error.ts';
import { readArguments, type Tools } from '../tools/arguments.ts';
import { toData, toInflux } from './ends.ts';

const USAGE = `Usage: npm run copy-readings -- --from data --to influx [--config FILE]
       npm run copy-readings -- --from influx --to data [--config FILE]

  Copies the readings of all series between readings.db of the data folder (DATA_DIR) and InfluxDB (INFLUX_URL and the
  rest), day by day; each day is read back and compared by count and checksum. Cut off, it goes on where it was.

  data to influx   also while the system runs: readings.db is only read
  influx to data   only while the system is stopped: one program at a time writes readings.db
`;

/** How often it says how far it is, ms. */
const PACE = 2_000;

/** `npm run copy-readings`. Resolves with the exit code. @throws StartError, ConfigError, UnusableFile */
export async function runCopy(argv: readonly string[], { env, now, out }: Tools): Promise<0 | 1> {
  const given = readArguments(argv, { usage: USAGE, texts: ['from', 'to'] });
  if (given === 'help') {
    out(USAGE);
    return 0;
  }
  const { from, to } = given.values;
  const forward = from === 'data' && to === 'influx';
  if (!forward && !(from === 'influx' && to === 'data')) throw new StartError(USAGE);
  const config = readConfig({ env, argv: given.config });
  if (config.influx === null) throw new StartError('INFLUX_URL is not set: it says where that InfluxDB is.');
  const dataDir = openDataDir(config.dataDir);
  for (const name of forward ? ['ledger.db', 'readings.db'] : ['ledger.db'])
    if (!existsSync(join(dataDir, name)))
      throw new StartError(`There is no ${name} in ${dataDir}: set DATA_DIR to the folder of the system.`);

  const lock = forward ? null : lockDataDir(dataDir);
  const closing: (() => Promise<void> | void)[] = [() => lock?.release()];
  try {
    const ledger = openLedgerReader({ file: join(dataDir, 'ledger.db') });
    const known = ledger.load();
    ledger.close();
    const influx = await openInflux({ ...config.influx, retention: config.retentionRawDays * DAY }, known);
    closing.push(() => influx.close());
    const series = known.series.map(({ id }) => id);
    const ends = forward ? toInflux(dataDir, influx, series) : await toData(dataDir, influx, now());
    closing.push(() => ends.close());
    const state = openCopyState(join(dataDir, 'copied.db'), `${from} ${to} ${influx.target}`);
    closing.push(() => state.close());
    const sum = await copyReadings({ ...ends, series, state, onDay: progress({ series, now, out }) });
    return tellEnd(sum, { known, out });
  } catch (error) {
    if (error instanceof InfluxFailed)
      throw new StartError(`${error.message} What was copied so far stays; the same command goes on from there.`, {
        cause: error,
      });
    throw error;
  } finally {
    for (const close of closing.reverse()) await close();
  }
}

function openInflux(settings: InfluxOptions['settings'], { series, registries }: LedgerState): Promise<InfluxStore> {
  const directory = createSeriesDirectory();
  directory.learn(series);
  const areas = new Map(
    registries.flatMap(({ site, points }) => points.map(({ id, area }) => [`${site}/${id}`, area])),
  );
  directory.locate((site, point) => areas.get(`${site}/${point}`));
  return openInfluxReadings({ settings, directory, clock: systemClock() });
}

function progress({ series: all, now, out }: { series: readonly SeriesId[] } & Pick<Tools, 'now' | 'out'>) {
  let told = now();
  return ({ days, written, there }: Copied, { series, day }: { series: SeriesId; day: number }): boolean => {
    if (now() - told < PACE) return true;
    told = now();
    const date = new Date(day * DAY).toISOString().slice(0, 10);
    out(
      `series ${all.indexOf(series) + 1} of ${all.length}, ${date}: ${days} days, ${written} copied, ${there} there already`,
    );
    return true;
  };
}

function tellEnd(sum: Copied, { known, out }: { known: LedgerState } & Pick<Tools, 'out'>): 0 | 1 {
  const { days, skipped, written, there, newer, waiting, tooOld, rejected, why, wrong } = sum;
  out(`${days} days of ${known.series.length} series: ${written} readings copied, ${there} there already.`);
  if (skipped > 0)
    out(
      `${skipped} days were copied and checked before (without copied.db in the data folder all are looked at again).`,
    );
  if (newer > 0) out(`${newer} readings were there in a newer version, which stays.`);
  if (waiting > 0) out(`${waiting} readings are left to the running system, whose log holds something of their times.`);
  if (tooOld > 0)
    out(
      `NOT COPIED: ${tooOld} readings are older than the target keeps. Let it keep them for longer, and run it again.`,
    );
  if (rejected > 0) out(`NOT COPIED: the target refused ${rejected} readings: ${why}. Mend that, and run it again.`);
  for (const { series, day, missing } of wrong) {
    const found = known.series.find(({ id }) => id === series);
    const date = new Date(day * DAY).toISOString().slice(0, 10);
    out(
      `NOT WHOLE: ${found?.site ?? ''}/${found?.owner.id ?? series} ${found?.metric ?? ''} ${date}: ${missing} readings differ.`,
    );
  }
  out(lastWord(sum));
  return wrong.length + rejected === 0 ? 0 : 1;
}

function lastWord({ waiting, tooOld, rejected, wrong }: Copied): string {
  if (wrong.length > 0) return 'Run it again.';
  if (tooOld + rejected > 0)
    return 'What the target took was read back and is the same, by count and checksum; the rest is not there.';
  if (waiting > 0)
    return 'What was copied was read back and is the same. Run it again later: it then looks at what was left out.';
  return 'Every day was read back and is the same, by count and checksum.';
}
