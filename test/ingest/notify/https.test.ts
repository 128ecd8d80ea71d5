import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { canMakeCertificates, makeCertificate, testFolder } from '../../broker/certificates.ts';
import { startNotifyRig } from './rig.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');

/** A process of its own, as the server is one: whom Node trusts it reads when it starts. */
const SEND = `
import { systemClock } from '${ROOT}/app/clock.ts';
import { post } from '${ROOT}/ingest/notify/post.ts';
const request = { url: new URL(process.argv[1]), headers: {}, body: 'an alarm' };
console.log(JSON.stringify(await post(request, { clock: systemClock(), signal: new AbortController().signal })));`;

async function send(url: string, env: Record<string, string> = {}): Promise<unknown> {
  const { NODE_EXTRA_CA_CERTS: _, ...own } = process.env;
  const args = ['--input-type=module', '-e', SEND, url];
  const { stdout } = await promisify(execFile)(process.execPath, args, { env: { ...own, ...env } });
  return JSON.parse(stdout) as unknown;
}

/** A receiver whose certificate comes from no public authority. */
async function startReceiver() {
  const { certFile, keyFile } = makeCertificate(testFolder(), 'receiver');
  const got: string[] = [];
  const server = createServer({ cert: readFileSync(certFile), key: readFileSync(keyFile) }, (request, answer) => {
    request.setEncoding('utf8').on('data', (text: string) => got.push(text));
    request.on('end', () => answer.end('{"ok":true}'));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return { certFile, got, url: `https://127.0.0.1:${(server.address() as AddressInfo).port}/hook` };
}

test.skipIf(!canMakeCertificates)(
  'a private authority is trusted once the operator names it, and never before',
  async () => {
    const { certFile, got, url } = await startReceiver();
    expect(await send(url)).toMatchObject({ kind: 'failed', problem: 'certificate', uncertain: false });
    expect(got).toEqual([]);
    expect(await send(url, { NODE_EXTRA_CA_CERTS: certFile })).toEqual({
      kind: 'answered',
      status: 200,
      body: '{"ok":true}',
    });
    expect(got).toEqual(['an alarm']);
  },
);

test.skipIf(!canMakeCertificates)(
  'a channel says that nobody vouches for the other side, and sends it nothing',
  async () => {
    const { got, url } = await startReceiver();
    const rig = await startNotifyRig();
    const { id } = await rig.add({ kind: 'webhook', address: url, secret: 'shared-secret' });
    await rig.forced(true);
    await rig.later(1);
    expect(rig.channel(id)).toMatchObject({ waiting: 1, failure: { problem: 'certificate' } });
    expect(got).toEqual([]);
  },
);
