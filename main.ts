import { join } from 'node:path';
import { askPassword } from './app/admin/password-prompt.ts';
import { openAdminLedger } from './app/admin/open-ledger.ts';
import { readTextFile, writeTextFile } from './app/admin/text-file.ts';
import { registryFiles } from './app/admin/registry-files.ts';
import { runAdmin } from './app/admin/run.ts';
import { watchCertificates } from './app/certificate-dates.ts';
import { systemClock } from './app/clock.ts';
import { ConfigError, readConfig, type Config } from './app/config.ts';
import { databaseSizes, openDataDir } from './app/data-dir.ts';
import { announceDemo, DEMO_USAGE, prepareDemo, spawnSimulators, temporaryDataDir } from './app/demo.ts';
import { tellHistory, tellingHistory } from './app/demo-history.ts';
import { demoRounds } from './app/demo-rounds.ts';
import { DEMO_LEADER, DEMO_USER, demoStores } from './app/demo-site.ts';
import { handoverClock } from './app/handover-clock.ts';
import { demoShift } from './simulators/demo.ts';
import { roomyUnderLoad } from './app/heap-growth.ts';
import { startHeartbeat } from './app/heartbeat.ts';
import { explainBrokerError, explainListenError } from './app/listen-error.ts';
import { lastingWarnings, servesHttps } from './app/exposure.ts';
import { createLog } from './app/log.ts';
import { createMetrics } from './app/metrics.ts';
import { setupLink } from './app/links.ts';
import { freeAt, preflight } from './app/preflight.ts';
import { StartError } from './app/start-error.ts';
import { notifySupervisor } from './app/supervisor.ts';
import type { Tools } from './app/tools/arguments.ts';
import { startBroker } from './broker/broker.ts';
import { keepCertificate } from './broker/certificate-keeper.ts';
import type { Clock } from './contract/clock.ts';
import { passwordHasher } from './dashboard/server/password.ts';
import { passwordWeakness } from './dashboard/server/password-rules.ts';
import { startDashboard } from './dashboard/server/start.ts';
import { recordBook } from './ingest/record/book.ts';
import { startIngest, type Ingest } from './ingest/start.ts';
import { steadyClock } from './ingest/steady-clock.ts';
import { storageView } from './ingest/live/storage-view.ts';
import { loadCatalogue } from './ingest/standards/catalogue.ts';
import { newToken } from './ingest/stores/ledger/tokens.ts';
import { UnusableFile } from './ingest/stores/sqlite/errors.ts';
import type { InfluxServer } from './ingest/stores/influx/types.ts';
import { openStores, type Stores, type StoresOptions } from './ingest/stores/open.ts';
import type { SpoiltBlock } from './ingest/stores/readings/stored.ts';

const DAY = 86_400_000;
const VERSION = '0.1.0';

export interface System {
  readonly url: string;
  readonly mqtt: { readonly host: string; readonly port: number };
  readonly stores: Stores;
  /** The line itself: the demo's days before it begins walk it without a network. */
  readonly ingest: Pick<Ingest, 'accept' | 'connection' | 'drained' | 'query' | 'desk'>;
  /** Resolves when all that was accepted so far is through the line. */
  drained(): Promise<void>;
  /** Reads the certificates of MQTT and of the dashboard anew. */
  reloadCertificate(): void;
  close(): Promise<void>;
}

export interface SystemOptions {
  readonly config: Config;
  readonly clock: Clock;
  readonly log: ReturnType<typeof createLog>;
  /** What an operator sets to choose other ports, as a refused one names them. */
  readonly settings?: { readonly http: string; readonly mqtt: string };
  /** Runs when the stores are open and nothing else is started yet. */
  readonly prepare?: (stores: Stores) => Promise<void>;
}

/** Constructs and connects everything: stores, then ingest, then what people and devices reach. */
export async function startSystem(options: SystemOptions): Promise<System> {
  const { config, log, prepare, settings = { http: 'HTTP_PORT', mqtt: 'MQTT_PORT' } } = options;
  // All go by one time, also when the machine's clock is set; only what comes in has moments of that one.
  const clock = steadyClock(options.clock);
  const onSpoilt = (block: SpoiltBlock) =>
    block.computed === true
      ? log.warn(
          block,
          'hours of a day cannot be read: they are computed again, from readings as far as those are kept',
        )
      : log.error(block, 'a block of readings cannot be read: its hour has a gap; its bytes are kept in readings.db');
  const stores = await openStores({
    dataDir: openDataDir(config.dataDir),
    clock,
    onSpoilt,
    influx: influxOf(config, log),
  });
  const closing: (() => Promise<void>)[] = [() => stores.close()];
  const close = async () => {
    for (const closeOne of closing.splice(0).reverse()) await closeOne();
  };
  try {
    await prepare?.(stores);
    const { ledger, gate, reader, readings, influx, directory, accounts, credentials, people, tokens, walls, audit } =
      stores;
    const retention = config.retentionRawDays * DAY;
    const metrics = createMetrics({ clock, version: VERSION });
    const meter = roomyUnderLoad(metrics.meter);
    const catalogue = loadCatalogue();
    const certificates = watchCertificates({ HTTP_TLS: config.httpTls, MQTT_TLS: config.mqtt.tls }, clock);
    closing.push(() => Promise.resolve(certificates.stop()));
    const ingest = await startIngest({
      clock,
      log,
      catalogue,
      ledger,
      gate,
      reader,
      readings,
      influx,
      rollups: stores.blocks.rollups,
      directory,
      retention,
      logLimit: config.maxWaitingReadings,
      freeBytes: () => stores.freeBytes(),
      expiringCertificates: () => certificates.expiring(),
      meter,
      notify: { serverKey: stores.key, publicUrl: config.publicUrl, plainHttp: config.allowPlainHttp },
    });
    closing.push(() => ingest.close());

    const clientDir = join(import.meta.dirname, 'dist', 'client');
    const allowedOrigins = config.publicUrl === null ? [] : [config.publicUrl];
    const { query, desk } = ingest;
    const certificate = config.httpTls === null ? null : openCertificate(config.httpTls, { clock, log });
    if (certificate !== null) closing.push(() => Promise.resolve(certificate.stop()));
    const dashboard = await startDashboard({
      ...config.http,
      clock,
      log,
      query,
      desk,
      accounts,
      access: { people, tokens, walls, audit },
      channels: ingest.channels,
      history: ingest.history,
      records: recordBook({
        ...{ query, clock, store: stores.shiftRecords, versions: stores.sheetVersions },
        ...{ sheets: ingest.sheets, began: ingest.began },
      }),
      clientDir,
      allowedOrigins,
      secure: servesHttps(config),
      ...(certificate === null ? {} : { certificate }),
      trustProxy: config.trustProxy,
      warnings: lastingWarnings(config),
      metrics,
      storage: () => storageView(ingest.levels()),
      version: VERSION,
    }).catch(explain('dashboard', config.http, { portSetting: settings.http, hostSetting: 'HTTP_HOST' }));
    closing.push(() => dashboard.close());

    const { maxPacketBytes, maxConnections, messagesPerSecond } = config.mqtt;
    const limits = {
      publishPacket: maxPacketBytes,
      connections: maxConnections,
      rate: { perSecond: messagesPerSecond, burst: 10 * messagesPerSecond },
    };
    const broker = await startBroker({
      ...config.mqtt,
      ...{ clock: options.clock, log, credentials, ingress: ingest, limits },
    }).catch((error: unknown) => {
      throw explainBrokerError(error, settings.mqtt);
    });
    closing.push(() => broker.close());
    ingest.onStoring((storing) => broker.setStoring(storing));
    metrics.watch({
      ingest: () => ingest.levels(),
      connections: () => broker.connections(),
      screens: () => dashboard.screens(),
      files: () => databaseSizes(config.dataDir),
    });
    if (config.heartbeatUrl !== null) {
      const storing = () => ingest.levels().storing;
      const heartbeat = startHeartbeat({ url: config.heartbeatUrl, clock, log, storing });
      closing.push(() => Promise.resolve(heartbeat.stop()));
    }
    log.info({ url: dashboard.url, mqtt: broker.urls.join(' ') }, 'ready');
    const reloadCertificate = (): void => {
      broker.reloadCertificate();
      certificate?.reload();
    };
    const drained = () => ingest.drained();
    return { url: dashboard.url, mqtt: broker, stores, ingest, drained, reloadCertificate, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Where readings go instead of readings.db; what is found out about it is logged. */
function influxOf({ influx, retentionRawDays }: Config, log: SystemOptions['log']): StoresOptions['influx'] {
  if (influx === null) return undefined;
  const onServer = ({ problem, ...server }: InfluxServer) => {
    if (problem === null) log.info(server, 'InfluxDB keeps the readings');
    else log.warn(server, `InfluxDB cannot be used yet: ${problem}`);
  };
  const onUnreached = (why: string) => log.warn({}, `${why} Readings wait in the ledger until it answers.`);
  return { settings: { ...influx, retention: retentionRawDays * DAY }, onServer, onUnreached };
}

/** @throws StartError saying what to do about its files. */
function openCertificate(files: NonNullable<Config['httpTls']>, { clock, log }: Pick<SystemOptions, 'clock' | 'log'>) {
  try {
    return keepCertificate({ files, use: 'HTTP_TLS', clock, log });
  } catch (error) {
    throw explainBrokerError(error, '');
  }
}

function explain(
  what: 'dashboard',
  listen: { host: string; port: number },
  settings: { portSetting: string; hostSetting: string },
) {
  return (error: unknown): never => {
    throw explainListenError(error, { what, ...listen, ...settings });
  };
}

/** `npm start`: for real use. */
async function serve(argv: readonly string[]): Promise<void> {
  const config = readConfig({ env: process.env, argv });
  const clock = systemClock();
  const log = createLog({ level: config.logLevel, stream: process.stdout });
  const machine = { dataDir: config.dataDir, now: clock.now().wall, free: freeAt(openDataDir(config.dataDir)) };
  for (const sentence of preflight(machine)) log.warn({}, sentence);
  const system = await startSystem({ config, clock, log });
  const supervisor = notifySupervisor(process.env, clock, (err) =>
    log.warn({ err }, 'systemd does not hear that we live'),
  );
  if (system.stores.accounts.setupNeeded()) {
    // Where people reach it, which behind a proxy or in a container is not where it listens.
    const url = config.publicUrl ?? system.url;
    const link = await setupLink({ url, stores: system.stores }, { at: clock.now().wall });
    process.stdout.write(`\n首次启动，建管理员 / First start, create the administrator (30 min, once):\n  ${link}\n\n`);
  }
  // Without a certificate SIGHUP keeps its meaning: the terminal was closed.
  if (config.mqtt.tls !== null || config.httpTls !== null) process.on('SIGHUP', () => system.reloadCertificate());
  await stopped();
  log.info({}, 'stopping');
  supervisor.stopping();
  await system.close();
}

/** `npm run demo`: the same with a simulated mine, on data of its own that goes when it ends. */
async function demo(argv: readonly string[]): Promise<void> {
  const options = prepareDemo(argv);
  if (options === 'help') return void process.stdout.write(DEMO_USAGE);
  const dataDir = temporaryDataDir();
  try {
    const today = Date.now();
    const begin = today - options.history * DAY;
    const clock = handoverClock(systemClock(), begin);
    const shift = demoShift(today);
    const site = demoStores({ begin, today, shift });
    const config = readConfig({
      argv: [],
      env: {
        DATA_DIR: dataDir.path,
        HTTP_HOST: options.host,
        HTTP_PORT: String(options.httpPort),
        MQTT_HOST: options.mqttHost,
        MQTT_PORT: String(options.mqttPort),
        ALLOW_PLAIN_HTTP: String(options.exposed),
        LOG_LEVEL: process.env['LOG_LEVEL'] ?? 'error',
      },
    });
    const log = createLog({ level: config.logLevel, stream: process.stderr });
    const settings = { http: '--http-port', mqtt: '--mqtt-port' };
    const system = await startSystem({ config, clock, log, settings, prepare: (stores) => site.prepare(stores) });
    const { site: id, devices } = site.credentials();
    const stopping = stopped();
    if (options.history > 0) process.stdout.write(tellingHistory(options.history));
    const handover = await tellHistory({
      ingest: system.ingest,
      clock,
      site: id,
      seed: options.seed,
      shift,
      today: Date.now,
      until: stopping,
      duty: DEMO_USER,
      rounds: demoRounds({
        book: system.stores.shiftRecords,
        registry: site.registry(),
        duty: DEMO_USER,
        leader: DEMO_LEADER,
      }),
    });
    if (handover === undefined) return void (await system.close());
    const onLine = (line: string, stream: 'out' | 'err') =>
      void (stream === 'out' ? process.stdout : process.stderr).write(`${line}\n`);
    const simulators = spawnSimulators({
      mqtt: system.mqtt,
      site: id,
      credentials: devices,
      seed: options.seed,
      handover,
      onLine,
    });
    process.stdout.write(
      announceDemo({ url: system.url, link: `${system.url}/enter#${site.signInToken()}`, exposed: options.exposed }),
    );
    await Promise.race([stopping, simulators.exited]);
    await simulators.stop();
    await system.close();
  } finally {
    dataDir.remove();
  }
}

/** `npm run admin`: beside a running server, or without one. */
async function admin(argv: readonly string[]): Promise<void> {
  const [option, file, ...rest] = argv;
  const named = option === '--config' && file !== undefined;
  const config = readConfig({ env: process.env, argv: named ? [option, file] : [] });
  const hasher = passwordHasher();
  process.exitCode = await runAdmin(named ? rest : argv, {
    openLedger: () => openAdminLedger(config.dataDir),
    now: () => systemClock().now().wall,
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    askPassword: (question) => askPassword(question, { input: process.stdin, output: process.stderr }),
    readStdin: async () => Buffer.concat(await Array.fromAsync(process.stdin)).toString(),
    readFile: readTextFile,
    writeFile: writeTextFile,
    newToken,
    hashPassword: (password) => hasher.hash(password),
    passwordWeakness,
    ...registryFiles,
    mqtt: mqttForDevices(config.mqtt),
  });
}

/** What an operator's own commands run with. */
function tools(): Tools {
  const clock = systemClock();
  const out = (line: string) => void process.stdout.write(`${line}\n`);
  return { env: process.env, version: VERSION, now: () => clock.now().wall, out };
}

/** Where a device is told to connect: over TLS where there is TLS. */
function mqttForDevices({ host, port, tls }: Config['mqtt']): { host: string; port: number; certFile?: string } {
  return tls ?? { host, port: port ?? 0 };
}

function stopped(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
  });
}

/** Runs a command; what an operator can mend is said in a sentence, without a stack. */
export async function main([command = 'start', ...argv]: readonly string[]): Promise<void> {
  const commands: Record<string, (argv: readonly string[]) => Promise<void>> = {
    start: serve,
    demo,
    admin,
    // Loaded for themselves only: a server that runs for months has no use for them.
    backup: async (given) => (await import('./app/backup/backup.ts')).runBackup(given, tools()),
    restore: async (given) => (await import('./app/backup/restore.ts')).runRestore(given, tools()),
    cert: async (given) => (await import('./app/cert/run.ts')).runCert(given, tools()),
    async 'copy-readings'(given) {
      const { runCopy } = await import('./app/copy/run.ts');
      process.exitCode = await runCopy(given, tools());
    },
  };
  try {
    const run = Object.hasOwn(commands, command) ? commands[command] : undefined;
    if (run === undefined)
      throw new StartError(`"${command}" is no command. These are: ${Object.keys(commands).join(', ')}.`);
    await run(argv);
  } catch (error) {
    const plain = error instanceof StartError || error instanceof ConfigError || error instanceof UnusableFile;
    process.stderr.write(
      `${plain ? error.message : String(error instanceof Error ? (error.stack ?? error.message) : error)}\n`,
    );
    process.exitCode = 1;
  }
}
