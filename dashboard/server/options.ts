import type { Logger } from 'pino';
import type { LastingWarning } from '../../contract/access.ts';
import type { Clock } from '../../contract/clock.ts';
import type { HistoryQueries } from '../../contract/history.ts';
import type { Desk, QuerySide, RecordBook } from '../../contract/query.ts';
import type { StorageView } from '../../contract/storage.ts';
import type { AccessPorts } from './access-ports.ts';
import type { Accounts, CertificateSource, Channels, Metrics } from './ports.ts';

export interface AppOptions {
  /** Where it listens; also one of the names under which it may be asked for. */
  readonly host: string;
  readonly clock: Clock;
  /** Built with LOG_REDACTION. */
  readonly log: Logger;
  readonly query: QuerySide;
  readonly desk: Desk;
  readonly accounts: Accounts;
  readonly access?: AccessPorts;
  /** Where alarms go besides the screens. */
  readonly channels?: Channels;
  /** What was; without it there are no routes for it. */
  readonly history?: HistoryQueries;
  /** What is recorded of areas; without it there are no routes for it. */
  readonly records?: RecordBook;
  /** Absolute path of the built client. */
  readonly clientDir: string;
  /** Further origins under which the pages are served. */
  readonly allowedOrigins?: readonly string[];
  /** The pages are served over HTTPS: `__Host-` cookie, HSTS. */
  readonly secure?: boolean;
  /** With it the pages are served over HTTPS here; else, when `secure`, by a proxy in front. */
  readonly certificate?: CertificateSource;
  /** Addresses and networks of proxies whose forwarded headers are believed. With `secure` nobody passes by them. */
  readonly trustProxy?: readonly string[];
  /** What the operator accepted about security; every signed-in user is told. */
  readonly warnings?: readonly LastingWarning[];
  /** Where storing stands; without it there is no route for it. */
  readonly storage?: () => StorageView;
  /** Without them there is no `GET /metrics`. */
  readonly metrics?: Metrics;
  /** Of the program, for the API's document. */
  readonly version: string;
}

export interface DashboardOptions extends AppOptions {
  /** 0 takes a free one. */
  readonly port: number;
}
