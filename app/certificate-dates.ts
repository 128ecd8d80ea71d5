import { readCertificate, type CertificateFiles, type CertificateUse } from '../broker/certificate.ts';
import type { Clock } from '../contract/clock.ts';

const HOUR = 3_600_000;
const SOON = 30 * 24 * HOUR;

const NAMES: Readonly<Record<CertificateUse, string>> = { HTTP_TLS: 'HTTPS', MQTT_TLS: 'MQTT' };

export interface CertificateDates {
  /** What expires within 30 days, or did, in words of no language, such as `MQTT 2026-12-20`; null: nothing. */
  expiring(): string | null;
  stop(): void;
}

/** Looks at the certificates every hour. One that cannot be read any more keeps the date that it had: it stays in use. */
export function watchCertificates(
  files: Readonly<Partial<Record<CertificateUse, CertificateFiles | null>>>,
  clock: Clock,
): CertificateDates {
  const ends = new Map<CertificateUse, number>();
  const look = (): void => {
    for (const use of ['HTTP_TLS', 'MQTT_TLS'] as const) {
      const given = files[use];
      if (given == null) continue;
      try {
        ends.set(use, readCertificate(given, use).validTo);
      } catch {
        // Whoever serves it says so.
      }
    }
  };
  look();
  const hourly = clock.every(HOUR, look);
  return {
    expiring() {
      const now = clock.now().wall;
      const soon = [...ends].filter(([, end]) => end - now < SOON).sort(([, a], [, b]) => a - b);
      if (soon.length === 0) return null;
      return soon.map(([use, end]) => `${NAMES[use]} ${new Date(end).toISOString().slice(0, 10)}`).join(', ');
    },
    stop: () => hourly.cancel(),
  };
}
