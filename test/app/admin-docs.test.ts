import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { registryFiles } from '../../app/admin/registry-files.ts';
import { decodeNative } from '../../ingest/decoders/native.ts';
import { DrivenClock } from '../driven-clock.ts';
import { adminBench } from './admin-deps.ts';

const page = (name: string) => readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8');
const blocks = (name: string, language: string) =>
  [...page(name).matchAll(new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``, 'g'))].map(([, block = '']) => block);

test("the registry in the administrator's page can be imported as it stands", () => {
  const [example = ''] = blocks('admin.md', 'yaml');
  expect(registryFiles.parseRegistry({ path: 'north.yaml', text: example })).toHaveProperty('registry.site', 'north');
});

test('the lines to add for a sensor fit into that registry', () => {
  const [site = ''] = blocks('admin.md', 'yaml');
  const [lines = ''] = blocks('adding-a-sensor.md', 'yaml');
  const text = JSON.stringify({ ...parse(site), overrides: [], ...parse(lines) });
  expect(registryFiles.parseRegistry({ path: 'north.yaml', text })).toHaveProperty(
    'registry.bindings[0].device',
    'pool-probe',
  );
});

const documented = ['admin.md', 'devices.md', 'adding-a-sensor.md', 'configuration.md', 'mqtt.md'].flatMap((name) =>
  [
    ...page(name).matchAll(
      /npm run admin -- (?:--config \S+ )?((?:refusals|quarantine|(?:user|device|registry)(?: [a-z]+)*))/g,
    ),
  ].map(([, words = '']) => words),
);

describe('the commands of the documentation', () => {
  let bench: Awaited<ReturnType<typeof adminBench>>;
  beforeAll(async () => {
    bench = await adminBench();
  });
  afterAll(() => bench.remove());

  test.each([...new Set(documented)])('%s', async (words) => {
    const { code, out } = await bench.run([...words.split(' '), '--help']);
    expect(code).toBe(0);
    expect(out).toContain('Usage: npm run admin');
  });
});

describe("every payload in the sensor's page is read without a remark", () => {
  const text = page('adding-a-sensor.md');
  const payloads = [...text.matchAll(/(?:`|-m ')(\{"(?:values|id)".*?\})(?:`|')/g)].map(([, payload = '']) => payload);
  test.each([...new Set(payloads)])('%s', (payload) => {
    const leaf = payload.startsWith('{"id"') ? 'events' : 'readings';
    const decoded = decodeNative({
      topic: { site: 'north', device: 'pool-probe', leaf },
      payload: Buffer.from(payload),
      received: new DrivenClock().now(),
      qos: 1,
      retain: false,
      origin: 'publish',
    });
    expect(decoded.rejected).toEqual([]);
    expect(decoded.samples.length + decoded.events.length).toBe(1);
  });
});
