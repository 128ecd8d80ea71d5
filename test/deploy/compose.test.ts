import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { Type } from 'typebox';
import { Parse } from 'typebox/value';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { isConfigKey } from '../../app/config-keys.ts';
import { readConfig } from '../../app/config.ts';
import { findProgram, PYTHON_LIBRARIES } from '../parts.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const compose = findProgram('docker-compose');

const Service = Type.Object({
  user: Type.String(),
  read_only: Type.Boolean(),
  cap_drop: Type.Array(Type.String()),
  security_opt: Type.Array(Type.String()),
  restart: Type.String(),
  healthcheck: Type.Object({ disable: Type.Optional(Type.Boolean()), test: Type.Optional(Type.Array(Type.String())) }),
  mem_limit: Type.Union([Type.String(), Type.Number()]),
  pids_limit: Type.Number(),
  environment: Type.Optional(Type.Record(Type.String(), Type.String())),
  volumes: Type.Optional(Type.Array(Type.Unknown())),
  // As it was written, or taken apart: versions of Compose differ.
  ports: Type.Optional(Type.Array(Type.Union([Type.String(), Type.Object({ host_ip: Type.String() })]))),
});
const Composed = Type.Object({ services: Type.Record(Type.String(), Service) });

test.skipIf(compose === undefined)(
  'Docker Compose reads compose.yaml; every service in it is hardened, bounded and watched, and no secret stands in it',
  () => {
    const env = { ...process.env, PYTHONPATH: PYTHON_LIBRARIES };
    const text = execFileSync(compose ?? '', ['config'], { cwd: ROOT, env, encoding: 'utf8' });
    const { services } = Parse(Composed, parse(text));
    expect(Object.keys(services).sort()).toEqual(['facility-watch', 'influxdb', 'secrets']);
    for (const [name, service] of Object.entries(services)) {
      expect(service, name).toMatchObject({ read_only: true, cap_drop: ['ALL'] });
      expect(service.user, name).toMatch(/^[1-9]\d*:[1-9]\d*$/);
      expect(service.security_opt, name).toContain('no-new-privileges:true');
      expect(service.healthcheck.test !== undefined || service.restart === 'no', name).toBe(true);
      for (const port of service.ports ?? [])
        expect(typeof port === 'string' ? port : `${port.host_ip}:`, name).toMatch(/^127\.0\.0\.1:/);
      for (const [key, value] of Object.entries(service.environment ?? {}))
        if (/TOKEN|PASSWORD|SECRET|KEY/.test(key))
          expect([key, value]).toEqual([expect.stringMatching(/_FILE$/), expect.stringMatching(/^\/secrets\//)]);
    }

    // What it sets is what the program knows.
    const { INFLUX_TOKEN_FILE: file, ...settings } = services['facility-watch']?.environment ?? {};
    expect(file).toBe('/secrets/influx-token');
    for (const key of Object.keys(settings)) expect(isConfigKey(key), key).toBe(true);
    expect(readConfig({ env: settings, argv: [] })).toMatchObject({
      dataDir: '/data',
      influx: { url: 'http://influxdb:8086', org: 'facility-watch', bucket: 'facility_watch' },
    });
    // What the docs say is typed there, and InfluxDB's own tool can write beside our backups.
    const influxdb = services['influxdb'];
    expect(influxdb?.environment).toMatchObject({ DOCKER_INFLUXDB_INIT_BUCKET: settings['INFLUX_BUCKET'] });
    for (const name of ['influxdb', 'facility-watch'])
      expect(JSON.stringify(services[name]?.volumes), name).toContain('/backups');
  },
);
