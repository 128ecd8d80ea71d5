import type { QuarantineReason } from '../../contract/quarantine.ts';
import { childPath } from '../decoders/path.ts';
import type { DecodedSample } from '../decoders/types.ts';
import { assessAlone } from '../quality/assess.ts';
import { dateSamples, EMPTY_CLOCK, firstFree } from '../quality/source-time.ts';
import type { DeviceContext } from './context.ts';
import { seriesPlace, seriesState, tooManySeries, tooOld } from './readings.ts';
import { keyOf } from './keys.ts';

export interface BackfillOptions {
  /** When the message came, ms epoch: what claims no time is dated by it. */
  readonly receivedAt: number;
  /** ms */
  readonly retention: number;
  /** Whether the value at this place of the message is to be stored. */
  readonly wanted: (path: string) => boolean;
}

export interface Backfilled {
  /** Values that could be used, stored now or there already. */
  readonly usable: number;
  readonly written: number;
  readonly rejected: readonly QuarantineReason[];
}

/** Stores what an old message measured at its own times. Nothing is judged, and nothing that is there is replaced. */
export function backfillSamples(
  context: DeviceContext,
  samples: readonly DecodedSample[],
  { receivedAt, retention, wanted }: BackfillOptions,
): Backfilled {
  const { world, model, device, now } = context;
  const site = model.registry.site;
  const rejected: QuarantineReason[] = [];
  let usable = 0;
  let written = 0;
  const flat = samples
    .flatMap(({ path, claimedTime, values }) =>
      values.map((value) => ({ path: childPath(path, value.key), value, claimedTime })),
    )
    .filter(({ path }) => wanted(path));
  for (const [key, keyed] of Map.groupBy(flat, ({ value }) => value.key)) {
    const offset = world.clocks.get(keyOf.clock(site, device.spec.id, key))?.offset ?? null;
    const { dated } = dateSamples(
      { ...EMPTY_CLOCK, offset },
      {
        claimed: keyed.map(({ claimedTime }) => claimedTime),
        received: receivedAt,
        mono: now.mono,
        interval: null,
        tolerance: device.tolerance,
        // What is older than anything that is kept today would be forgotten at once.
        retention: Math.max(0, retention - Math.max(0, now.wall - receivedAt)),
        lastCommitAt: world.lastCommitAt,
        hostTrusted: true,
      },
    );
    keyed.forEach(({ path, value: { metric, value } }, index) => {
      const time = dated[index];
      if (time === undefined) return;
      if (time.verdict === 'too_old') return void rejected.push(tooOld(path, time));
      const binding = device.bindingAt(key, time.sourceTime);
      const state = seriesState(context, key, binding);
      if (state === undefined) return void rejected.push(tooManySeries(path));
      usable += 1;
      world.series.put(seriesPlace(context, key, binding), state);
      const id = state.series.id;
      const whole = Math.round(time.sourceTime);
      const t = time.byReceipt ? firstFree(whole, (at) => world.storedAt(id, at) !== undefined) : whole;
      if (world.storedAt(id, t) !== undefined) return;
      const role = binding === undefined ? null : (model.points.get(binding.point)?.spec.role ?? null);
      const quality = assessAlone({ value, sourceTime: t }, { metric, role, open: false, filling: false });
      written += 1;
      world.addArrival({
        ...quality,
        series: id,
        value,
        sourceTime: t,
        receivedAt,
        backfilled: true,
        claimedTime: time.claimedTime,
        seq: world.nextArrivalSeq(),
      });
    });
  }
  return { usable, written, rejected };
}
