import type { Mutant } from '../mutant.ts';

const BACKUP = 'test/deploy/backup.test.ts';
const COPY = 'test/deploy/copy-readings.test.ts';
const WATCH = 'test/deploy/watch.test.ts';
const CERT = 'test/deploy/cert.test.ts';

export const DEPLOY_FAULTS: readonly Mutant[] = [
  {
    name: 'backup-takes-the-readings-first',
    breaks: 'what the ledger forgets during a backup is in its readings',
    edits: [
      {
        file: 'ingest/stores/backup/database.ts',
        from: "export const DATABASES = ['ledger.db', 'readings.db'] as const;",
        to: "export const DATABASES = ['readings.db', 'ledger.db'] as const;",
      },
    ],
    tests: [BACKUP],
  },
  {
    name: 'restore-believes-any-copy',
    breaks: 'a backup that is not whole restores nothing',
    edits: [
      {
        file: 'app/backup/restore.ts',
        from: 'if (differs !== undefined || said.sha256 !== found.sha256)',
        to: 'if (differs !== undefined)',
      },
    ],
    tests: [BACKUP],
  },
  {
    name: 'restore-writes-over-what-is-there',
    breaks: 'a restore leaves data alone that nobody said to set aside',
    edits: [
      { file: 'app/backup/restore.ts', from: 'if (there.length > 0 && !setAside)', to: 'if (there.length > 99)' },
    ],
    tests: [BACKUP],
  },
  {
    name: 'migration-keeps-no-copy',
    breaks: 'there is a way back from an upgrade',
    edits: [
      {
        file: 'ingest/stores/sqlite/migrate.ts',
        from: 'if (version > 0 && schema.copyBefore !== undefined)',
        to: 'if (version < 0 && schema.copyBefore !== undefined)',
      },
    ],
    tests: ['test/deploy/upgrade.test.ts'],
  },
  {
    name: 'copy-writes-over-newer-readings',
    breaks: 'a copy beside a running system replaces nothing that came in later',
    edits: [
      {
        file: 'ingest/stores/copy/day.ts',
        from: 'return held.receivedAt > reading.receivedAt || areOnTime(held, reading);',
        to: 'return held.receivedAt > Infinity && areOnTime(held, reading);',
      },
    ],
    tests: [COPY],
  },
  {
    name: 'copy-believes-what-it-wrote',
    breaks: 'what a copy wrote is read back and compared',
    edits: [
      {
        file: 'ingest/stores/copy/copy.ts',
        from: 'difference(expected, await target.read(series, from, to))',
        to: 'difference(expected, expected)',
      },
    ],
    tests: [COPY],
  },
  {
    name: 'restored-log-is-not-sent',
    breaks: 'what InfluxDB lacked when the ledger was backed up is sent to it after a restore',
    edits: [
      {
        file: 'ingest/stores/forward/forwarder.ts',
        from: 'queue.push(packArrivals(options.log.filter(({ seq }) => seq > from)));',
        to: 'void [from, packArrivals];',
      },
    ],
    tests: ['test/deploy/influx-backup.test.ts'],
  },
  {
    name: 'copy-done-without-what-was-refused',
    breaks: 'a day of which the target did not take all is looked at again',
    edits: [
      {
        file: 'ingest/stores/copy/copy.ts',
        from: 'else if (copied.tooOld + copied.rejected.length + copied.waiting === 0)',
        to: 'else if (copied.tooOld + copied.rejected.length + copied.waiting < 1e9)',
      },
    ],
    tests: [COPY],
  },
  {
    name: 'copy-marks-a-day-by-its-size',
    breaks: 'a corrected value of the same size is copied again',
    edits: [
      {
        file: 'ingest/stores/copy/blocks.ts',
        from: 'if (data instanceof Uint8Array) hash.update(data);',
        to: 'if (data instanceof Uint8Array) hash.update(String(data.length));',
      },
    ],
    tests: [COPY],
  },
  {
    name: 'copy-replaces-what-came-meanwhile',
    breaks: 'what is forwarded between a read and the write of a copy stays',
    edits: [
      {
        file: 'ingest/stores/copy/copy.ts',
        from: 'const expected = await restoreOvertaken(planned, write);',
        to: 'const expected = write.length < 0 ? await restoreOvertaken(planned, write) : planned;',
      },
    ],
    tests: [COPY],
  },
  {
    name: 'copy-takes-the-place-of-the-log',
    breaks: 'times for which the log of a running system holds something are left to it',
    edits: [
      {
        file: 'ingest/stores/copy/copy.ts',
        from: 'all.filter(({ t }) => log.at(series, t) === undefined)',
        to: 'all.filter(({ t }) => t > 0)',
      },
    ],
    tests: [COPY],
  },
  {
    name: 'copy-does-not-hold-the-log',
    breaks: 'the log keeps what a copy has not looked at',
    edits: [
      {
        file: 'ingest/stores/ledger/delete.ts',
        from: 'Math.min(upTo, held() - 1)',
        to: 'Math.min(upTo, Math.abs(held()) + upTo)',
      },
    ],
    tests: [COPY],
  },
  {
    name: 'heartbeat-beats-while-nothing-is-stored',
    breaks: 'the heartbeat is silent while nothing can be stored',
    edits: [
      {
        file: 'app/heartbeat.ts',
        from: 'if (underWay !== undefined || !storing()) return;',
        to: 'if (underWay !== undefined) return;',
      },
    ],
    tests: [WATCH],
  },
  {
    name: 'certificates-are-looked-at-once',
    breaks: 'a renewed certificate ends its alarm',
    edits: [{ file: 'app/certificate-dates.ts', from: 'clock.every(HOUR, look)', to: 'clock.every(HOUR, () => {})' }],
    tests: [WATCH],
  },
  {
    name: 'secrets-are-made-anew',
    breaks: 'the secrets of the first start are those of every later one',
    edits: [
      {
        file: 'deploy/make-secrets.mjs',
        from: 'if (existsSync(file)) continue;',
        to: 'if (existsSync(file)) rmSync(file);',
      },
    ],
    tests: ['test/deploy/image.test.ts'],
  },
  {
    name: 'cert-prints-the-machine-itself',
    breaks: 'the settings printed beside certificates name what people type',
    edits: [{ file: 'app/cert/run.ts', from: 'host: named.first,', to: "host: named.names[0] ?? ''," }],
    tests: [CERT],
  },
  {
    name: 'cert-refuses-who-needs-it',
    breaks: 'who is refused for want of a certificate can make one',
    edits: [
      { file: 'app/cert/run.ts', from: "{ ...env, ALLOW_PLAIN_HTTP: 'true', ALLOW_PLAIN_MQTT: 'true' }", to: 'env' },
    ],
    tests: [CERT],
  },
  {
    name: 'restore-believes-any-key',
    breaks: 'certificates and keys of a backup are compared with what was backed up',
    edits: [
      {
        file: 'app/backup/certificates.ts',
        from: 'if (!existsSync(file) || hashOf(file) !== hash)',
        to: 'if (!existsSync(file))',
      },
    ],
    tests: [BACKUP],
  },
  {
    name: 'restore-takes-certificates-away',
    breaks: 'a backup without certificates leaves alone those that are there',
    edits: [
      {
        file: 'app/backup/restore.ts',
        from: '(withCertificates && name === CERTIFICATES)',
        to: 'name === CERTIFICATES',
      },
    ],
    tests: [BACKUP],
  },
  {
    name: 'nightly-backup-deletes-the-newer',
    breaks: 'only old backups are deleted by the timer',
    edits: [{ file: 'deploy/facility-watch-backup.service', from: '-mtime +30', to: '-mtime +3' }],
    tests: ['test/deploy/systemd.test.ts'],
  },
  {
    name: 'command-for-a-service-as-root',
    breaks: 'what a command makes for a service can be read by it',
    edits: [{ file: 'deploy/run.sh', from: '--uid=facility-watch --gid=facility-watch', to: '--gid=facility-watch' }],
    tests: ['test/deploy/systemd.test.ts'],
  },
  {
    name: 'heap-stays-roomy',
    breaks: 'after a flood the heap grows as little as before',
    edits: [
      {
        file: 'app/heap-growth.ts',
        from: 'if (busy === roomy) return;',
        to: 'if (busy === roomy || !busy) return;',
      },
    ],
    tests: ['test/app/heap-growth.test.ts'],
  },
];
