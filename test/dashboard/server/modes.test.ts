import { expect, test } from 'vitest';
import { Problem } from '../../../contract/api.ts';
import type { UserRole } from '../../../contract/account.ts';
import { HandMode } from '../../../contract/modes.ts';
import { startDashboard } from '../../../dashboard/server/start.ts';
import { Value } from 'typebox/value';
import { startRig } from '../../ingest/line/rig.ts';
import { SITE } from '../../ingest/line/site.ts';
import { realBench } from './real-bench.ts';

const HOUR = 3_600_000;

test('an operator sets and ends a mode, a viewer sees it, and each refusal says what would be right', async () => {
  const rig = await startRig({ registry: SITE });
  const { options, sessionOf, tokenOf, remove } = await realBench({ query: rig.ingest.query, desk: rig.ingest.desk });
  const server = await startDashboard({ ...options, clock: rig.clock, port: 0 });
  const cookies: Partial<Record<UserRole, string>> = {
    viewer: await sessionOf('viewer'),
    operator: await sessionOf('operator'),
  };
  const ask = (method: string, path: string, { role = 'operator', body }: { role?: UserRole; body?: unknown } = {}) =>
    fetch(`${server.url}/api/sites/${path}`, {
      method,
      headers: {
        cookie: cookies[role] ?? '',
        origin: server.url,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body: body === undefined ? null : JSON.stringify(body),
    });
  const problemOf = async (answer: Response) => {
    const { status, errors = [] } = Value.Parse(Problem, await answer.json());
    return { status, fields: errors.map(({ field }) => field) };
  };
  const until = rig.clock.now().wall + 2 * HOUR;
  const body = { mode: 'drained', reason: ' 换泵 <b>1</b> ', until };
  try {
    expect(await problemOf(await ask('PUT', 'mine/areas/bath/mode', { role: 'viewer', body }))).toEqual({
      ...{ status: 403, fields: [] },
    });
    expect((await ask('DELETE', 'mine/areas/bath/mode', { role: 'viewer' })).status).toBe(403);
    const refused: [string, unknown, string[]][] = [
      ['mine/areas/bath/mode', { ...body, until: rig.clock.now().wall }, ['until']],
      ['mine/areas/bath/mode', { ...body, reason: ' ' }, ['reason']],
      ['mine/areas/bath/mode', { ...body, reason: 'x'.repeat(201) }, ['reason']],
      ['mine/areas/bath/mode', { ...body, mode: 'asleep' }, ['mode']],
    ];
    for (const [path, wrong, fields] of refused)
      expect(await problemOf(await ask('PUT', path, { body: wrong }))).toEqual({ status: 400, fields });
    for (const path of ['mine/areas/attic/mode', 'other/areas/bath/mode'])
      expect((await ask('PUT', path, { body })).status).toBe(404);

    const set = await ask('PUT', 'mine/areas/bath/mode', { body });
    expect(set.status).toBe(200);
    expect(Value.Parse(HandMode, await set.json())).toMatchObject({ mode: 'drained', reason: '换泵 <b>1</b>', until });
    const areas = async () => {
      const answer = await ask('GET', 'mine/snapshot', { role: 'viewer' });
      return ((await answer.json()) as { areas: unknown[] }).areas;
    };
    expect((await areas())[0]).toMatchObject({
      ...{ id: 'bath', mode: 'drained', byHand: { reason: '换泵 <b>1</b>', until, post: '后勤值班' } },
    });
    // A program stands in the journal under its token's name.
    const program = await fetch(`${server.url}/api/sites/mine/areas/bath/mode`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${await tokenOf('operator', 'pump-room')}` },
    });
    expect(program.status).toBe(204);
    expect((await areas())[0]).toMatchObject({ mode: 'open', byHand: null });
    expect((await ask('DELETE', 'mine/areas/bath/mode')).status).toBe(204);
    expect(rig.rows("SELECT kind, actor FROM system_event WHERE kind LIKE 'mode.%' ORDER BY id")).toEqual([
      { kind: 'mode.set', actor: 'operator' },
      { kind: 'mode.ended', actor: 'token:pump-room' },
    ]);
  } finally {
    await server.close();
    await remove();
  }
});
