import type { DatabaseSync } from 'node:sqlite';
import { Type, type Static } from 'typebox';
import { Check } from 'typebox/value';
import { LONGEST_MODE } from '../../../contract/modes.ts';
import { AreaMode } from '../../../contract/registry.ts';
import type { ModeReader, StoredMode } from './mode-rows.ts';
import { LedgerDamaged } from './parse.ts';

const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(type: T) => Type.Union([type, Type.Null()]);

const Row = Type.Object({
  site: Type.String(),
  area: Type.String(),
  since: Type.Number(),
  until: Type.Number(),
  mode: AreaMode,
  reason: Type.String(),
  account: Type.String(),
  post: Type.String(),
  ended_at: nullable(Type.Number()),
  ended_by: nullable(Type.String()),
  end_post: nullable(Type.String()),
});

/** A start takes those that ended at most so long (ms) before the newest commit: this hour is still judged by them. */
const STILL_MATTERS = 7 * 86_400_000;

export function modeReader(db: DatabaseSync): ModeReader {
  const revision = db.prepare('SELECT mode_revision FROM head');
  const within = db.prepare(
    `SELECT * FROM area_mode WHERE site = :site AND since < :to AND since > :from - ${LONGEST_MODE + 1}
     AND coalesce(ended_at, until) > max(:from, since) ORDER BY since, area`,
  );
  return {
    modeRevision() {
      const value = revision.get()?.['mode_revision'];
      return typeof value === 'number' ? value : 0;
    },
    areaModes: (site, { from, to }) => within.all({ site, from, to }).map(readMode),
  };
}

/** Those that a start has to know, of all sites, ascending by their beginning. */
export function readStandingModes(db: DatabaseSync): readonly StoredMode[] {
  return db
    .prepare(
      `SELECT area_mode.* FROM area_mode, head
       WHERE coalesce(ended_at, until) > coalesce(last_commit_at, 0) - ? ORDER BY since, area`,
    )
    .all(STILL_MATTERS)
    .map(readMode);
}

function readMode(row: unknown): StoredMode {
  if (!Check(Row, row)) throw new LedgerDamaged('A mode of an area is not as it was written.');
  const { site, area, since, until, mode, reason, account, post } = row;
  return { site, area, mode, reason, since, until, account, post, ended: readEnd(row) };
}

function readEnd({ ended_at: at, ended_by: by, end_post: post }: Static<typeof Row>): StoredMode['ended'] {
  return at === null || by === null || post === null ? null : { at, by, post };
}
