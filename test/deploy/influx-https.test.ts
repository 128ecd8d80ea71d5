import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { makeAuthority, makeServer, readAuthority } from '../../app/cert/make.ts';
import { systemClock } from '../../app/clock.ts';
import { openStores } from '../../ingest/stores/open.ts';
import { packSettlements } from '../../ingest/stores/packed.ts';
import { influx2Missing, startInflux2 } from '../servers/influx2.ts';
import { REGISTRY } from '../integration/influx-load.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const START = Date.UTC(2026, 10, 20);
const SERIES = { id: 1, site: 'mine', owner: { kind: 'point', id: 'one' }, metric: 'water_temperature' } as const;

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'fw-https-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** What ends TLS in front of a server, with a certificate of an authority that nobody else knows. */
async function startTls(port: number): Promise<{ url: string; authority: string }> {
  const now = Date.now();
  const authority = await makeAuthority(now);
  const names = { names: ['localhost'], addresses: ['127.0.0.1'] };
  const { cert, key } = await makeServer(await readAuthority(authority), { ...names, days: 1, now });
  const server = createServer({ cert, key }, (socket) => {
    const inner = connect(port, '127.0.0.1');
    for (const one of [socket, inner]) one.on('error', () => [socket, inner].forEach((end) => end.destroy()));
    socket.pipe(inner).pipe(socket);
  });
  server.on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const file = join(folder(), 'site-ca.pem');
  writeFileSync(file, authority.cert);
  return { url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`, authority: file };
}

/** Readings of a data folder go to InfluxDB by the program itself, as whoever runs it starts it. */
async function copy(env: Readonly<Record<string, string>>): Promise<string> {
  const { NODE_EXTRA_CA_CERTS: _, ...own } = process.env;
  const args = ['app/launch.mjs', 'copy-readings', '--from', 'data', '--to', 'influx'];
  const ran = promisify(execFile)(process.execPath, args, { cwd: ROOT, env: { ...own, ...env } });
  return ran.then(
    ({ stdout }) => stdout,
    (error: unknown) => String(error),
  );
}

test.skipIf(influx2Missing)(
  'an InfluxDB behind a certificate of one’s own authority is not trusted until that authority is named, and then is',
  async () => {
    const server = await startInflux2();
    onTestFinished(() => server.close());
    const { url, authority } = await startTls(server.port);
    const dir = folder();
    const stores = await openStores({ dataDir: dir, clock: systemClock() });
    await stores.ledger.commit({ at: START, registry: [REGISTRY], series: [SERIES] });
    const readings = [1, 2, 3].map((at) => ({
      t: START + at,
      value: 40 + at,
      quality: 'good' as const,
      reason: null,
      receivedAt: START + at,
      backfilled: false,
      claimedTime: null,
    }));
    await stores.readings.settle(packSettlements([{ series: 1, readings }]));
    await stores.close();
    const { token, org, bucket } = server;
    const env = { DATA_DIR: dir, INFLUX_URL: url, INFLUX_TOKEN: token, INFLUX_ORG: org, INFLUX_BUCKET: bucket };

    const refused = await copy(env);
    expect(refused).toMatch(/\(INFLUX_URL\) cannot be reached: (UNABLE_TO_|SELF_SIGNED_)/);
    expect(refused).toContain('NODE_EXTRA_CA_CERTS');
    expect(JSON.stringify(await server.query('SELECT * FROM readings'))).not.toContain('41');
    expect(await copy({ ...env, NODE_EXTRA_CA_CERTS: authority })).toContain('3 readings copied');
    expect(JSON.stringify(await server.query('SELECT water_temperature FROM readings'))).toMatch(/41\].*42\].*43\]/);
  },
);
