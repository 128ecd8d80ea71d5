import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../app/clock.ts';
import { openStores } from '../../ingest/stores/open.ts';
import { findProgram } from '../parts.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const NODE = '/opt/facility-watch/node_modules/.bin/node';
const read = (name: string): string => readFileSync(join(ROOT, 'deploy', name), 'utf8');
/** Values of a unit's key, in order. */
const values = (unit: string, key: string): string[] =>
  [...unit.matchAll(new RegExp(`^${key}=(.*)$`, 'gm'))].map(([, value = '']) => value);

const service = read('facility-watch.service');
const backup = read('facility-watch-backup.service');

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'fw-systemd-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

test('a command given by run.sh runs as the service does, and gets its arguments as they are', () => {
  const dir = folder();
  // In the place of systemd's own program: what it is called with.
  writeFileSync(join(dir, 'systemd-run'), '#!/bin/sh\nprintf "%s\\n" "$@"\n');
  chmodSync(join(dir, 'systemd-run'), 0o755);
  const env = { PATH: `${dir}:${process.env['PATH'] ?? ''}` };
  const args = execFileSync(join(ROOT, 'deploy', 'run.sh'), ['backup', '--to', '/mnt/a b'], { env, encoding: 'utf8' });
  const given = args.trimEnd().split('\n');
  const [user] = values(service, 'User');
  const same = ['WorkingDirectory', 'EnvironmentFile', 'UMask'].map(
    (key) => `--property=${key}=${values(service, key).join()}`,
  );
  expect(given).toEqual(
    expect.arrayContaining([`--uid=${user}`, ...same, `--setenv=${values(service, 'Environment').join()}`, '--wait']),
  );
  expect(given.slice(given.indexOf(NODE))).toEqual([NODE, 'app/launch.mjs', 'backup', '--to', '/mnt/a b']);
  expect(values(service, 'ExecStart').join()).toContain(`${NODE} `);
});

test('the nightly backup is one, of the service’s data and by its user, and only old ones go', async () => {
  for (const key of ['User', 'Group', 'WorkingDirectory', 'Environment', 'EnvironmentFile', 'StateDirectoryMode'])
    expect(values(backup, key), key).toEqual(values(service, key));
  expect(values(backup, 'ReadWritePaths')).toEqual(['/var/backups/facility-watch']);
  expect(values(read('facility-watch-backup.timer'), 'OnCalendar')).toHaveLength(1);

  const [data, backups] = [folder(), folder()];
  await (await openStores({ dataDir: data, clock: systemClock() })).close();
  for (const [name, days] of [
    ['2026-01-02T023000Z', 40],
    ['2026-01-20T023000Z', 29],
    ['lost+found', 40],
  ] as const) {
    mkdirSync(join(backups, name));
    const at = Date.now() / 1_000 - days * 86_400;
    utimesSync(join(backups, name), at, at);
  }
  /** As systemd reads it: its own escapes undone. */
  const run = (key: string) => {
    const [, script = ''] = /^\/bin\/sh -c '(.*)'$/.exec(values(backup, key).join()) ?? [];
    const command = script
      .replaceAll('$$', '$')
      .replaceAll('%%', '%')
      .replaceAll(NODE, process.execPath)
      .replaceAll('/var/backups/facility-watch', backups);
    execFileSync('/bin/sh', ['-c', command], { cwd: ROOT, env: { ...process.env, DATA_DIR: data }, stdio: 'pipe' });
  };
  run('ExecStart');
  run('ExecStartPost');
  const kept = readdirSync(backups).sort();
  expect(kept).toEqual(['2026-01-20T023000Z', expect.stringMatching(/^20\d\d-\d\d-\d\dT\d{6}Z$/), 'lost+found']);
  expect(existsSync(join(backups, kept[1] ?? '', 'backup.json'))).toBe(true);
});

test.skipIf(findProgram('systemd-analyze') === undefined)('systemd takes the backup’s unit and its timer', () => {
  const dir = folder();
  writeFileSync(join(dir, 'facility-watch-backup.service'), backup.replace('=/opt/facility-watch\n', '=/\n'));
  writeFileSync(join(dir, 'facility-watch-backup.timer'), read('facility-watch-backup.timer'));
  const files = readdirSync(dir).map((name) => join(dir, name));
  execFileSync('systemd-analyze', ['verify', '--man=no', ...files], { stdio: 'pipe' });
});
