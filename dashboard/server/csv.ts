import { Readable } from 'node:stream';
import { stringify } from 'csv-stringify';
import type { ExportedRow, ExportRows } from '../../contract/history.ts';
import { metricSpec } from '../../contract/metrics.ts';
import type { Quality, QualityReason } from '../../contract/reading.ts';
import type { SiteRegistry } from '../../contract/registry.ts';

export type CsvLanguage = 'zh' | 'en';

interface Words {
  readonly reading: readonly string[];
  readonly stretch: readonly string[];
  readonly quality: Readonly<Record<Quality, string>>;
  readonly reason: Readonly<Record<QualityReason, string>>;
  readonly metric: Readonly<Record<string, string>>;
  readonly backfilled: string;
}

const WORDS: Readonly<Record<CsvLanguage, Words>> = {
  zh: {
    reading: ['当地时间', 'UTC 时间', '点位', '点位编号', '指标', '单位', '数值', '质量', '原因', '补传'],
    stretch: [
      ...['当地时间', 'UTC 时间', '到（UTC）', '点位', '点位编号', '指标', '单位'],
      ...['读数', '最低', '平均', '最高', '最后', '有效（秒）', '可疑（秒）', '无效（秒）', '缺失（秒）'],
    ],
    quality: { good: '有效', suspect: '可疑', bad: '无效' },
    reason: {
      sentinel: '传感器故障码',
      exact_zero: '恰为 0',
      out_of_range: '超出物理范围',
      fahrenheit: '疑为华氏度',
      rate: '变化过快',
      spike: '尖峰',
      flatline: '长时间不变',
      cross_check: '与其他测点不符',
    },
    metric: {
      water_temperature: '水温',
      room_temperature: '室温',
      humidity: '湿度',
      co2: 'CO₂',
      ammonia: '氨',
      turbidity: '浊度',
      water_level: '水位',
      fan_running: '风机运行',
      verify_time: '验证用时',
      queue_wait: '排队时间',
      battery: '电量',
    },
    backfilled: '是',
  },
  en: {
    reading: ['Local time', 'UTC', 'Point', 'Point id', 'Metric', 'Unit', 'Value', 'Quality', 'Reason', 'Backfilled'],
    stretch: [
      ...['Local time', 'UTC', 'Until (UTC)', 'Point', 'Point id', 'Metric', 'Unit'],
      ...['Readings', 'Min', 'Mean', 'Max', 'Last', 'Good (s)', 'Suspect (s)', 'Bad (s)', 'Missing (s)'],
    ],
    quality: { good: 'good', suspect: 'suspect', bad: 'bad' },
    reason: {
      sentinel: 'error code of the sensor',
      exact_zero: 'exactly 0',
      out_of_range: 'physically impossible',
      fahrenheit: 'perhaps Fahrenheit',
      rate: 'changes too fast',
      spike: 'spike',
      flatline: 'does not change',
      cross_check: 'contradicts another point',
    },
    metric: {},
    backfilled: 'yes',
  },
};

const QUARTER = 900_000;
/** Characters of a time up to its seconds. */
const SECONDS = 19;
/** A mean is told to one decimal more than its metric is stored with. */
const MEAN_DECIMALS = 3;

export interface CsvOptions {
  readonly registry: SiteRegistry;
  readonly rows: AsyncIterable<readonly ExportedRow[]>;
  readonly kind: ExportRows;
  readonly language: CsvLanguage;
}

/**
 * A table that Excel opens as what it is: UTF-8 with its mark, CRLF, and no cell that it would take for a formula,
 * whatever a point is called. Written as it is read: of a year only some thousand rows are in memory.
 */
export function csvOf({ registry, rows, kind, language }: CsvOptions): Readable {
  const words = WORDS[language];
  const names = new Map(registry.points.map(({ id, name }) => [id, name[language]]));
  const local = localTimes(registry.timezone);
  const table = stringify({
    bom: true,
    escape_formulas: true,
    record_delimiter: 'windows',
    header: true,
    columns: [...(kind === 'readings' ? words.reading : words.stretch)],
  });
  const source = Readable.from(cells());
  // What ends early on one side ends the other: a browser that goes away, a store that fails.
  source.on('error', (error) => table.destroy(error));
  table.on('close', () => source.destroy());
  return source.pipe(table);

  async function* cells(): AsyncGenerator<readonly (string | number | null)[]> {
    for await (const chunk of rows) for (const row of chunk) yield cellsOf(row);
  }

  function cellsOf(row: ExportedRow): (string | number | null)[] {
    const { point, metric } = row;
    const what = [
      names.get(point) ?? point,
      point,
      words.metric[metric] ?? metric.replaceAll('_', ' '),
      metricSpec(metric)?.unit ?? '',
    ];
    if (row.kind === 'reading') {
      const { t, value, quality, reason, backfilled } = row;
      return [
        ...[local(t), utc(t), ...what, value, words.quality[quality]],
        ...[reason === null ? '' : words.reason[reason], backfilled ? words.backfilled : ''],
      ];
    }
    const { from, to, count, min, mean, max, last, good, suspect, bad, missing } = row;
    return [
      ...[local(from), utc(from), utc(to), ...what],
      ...[count, min, mean === null ? null : Number(mean.toFixed(MEAN_DECIMALS)), max, last],
      ...[good, suspect, bad, missing],
    ];
  }
}

/**
 * `2026-11-25 12:00:00` as the site's clocks show it. To the second: Excel shows a time with a fraction as minutes and
 * seconds alone. Their distance to UTC is looked up once for each quarter.
 */
function localTimes(zone: string): (t: number) => string {
  let quarter = NaN;
  let offset = 0;
  return (t) => {
    if (Math.floor(t / QUARTER) !== quarter) {
      quarter = Math.floor(t / QUARTER);
      const at = Temporal.Instant.fromEpochMilliseconds(quarter * QUARTER).toZonedDateTimeISO(zone);
      offset = at.offsetNanoseconds / 1e6;
    }
    return new Date(t + offset).toISOString().slice(0, SECONDS).replace('T', ' ');
  };
}

/** Exact, and text to Excel: `2026-11-25T04:00:00.250Z`. */
function utc(t: number): string {
  return new Date(t).toISOString().replace('.000Z', 'Z');
}
