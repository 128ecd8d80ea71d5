import type { Clock, Instant } from '../../contract/clock.ts';
import type { Meter } from '../meter.ts';
import { CommitFailed, type Ledger, type LedgerBatch } from '../stores/ledger/types.ts';
import { createOutage } from './outage.ts';
import { takeSeries } from './readings.ts';
import type { Changes, World } from './world.ts';
import type { Item } from './item.ts';

/** Most items that one commit carries: bounds memory and the time that a batch holds the event loop. */
const BATCH_ITEMS = 2_000;
/** ms of judging after which a batch is cut: settling, screens and answers get their turn in between. */
const BATCH_TIME = 15;
/** The same while somebody waits for an answer. */
const SHORT_BATCH_TIME = 3;
/** Items judged between two looks at the clock. */
const LOOK_EVERY = 16;
/** Commits failing for this long (ms) are no hiccup: screens go on, marked *not stored*. */
const PATIENCE = 5_000;
/** People wait less long for an answer (ms): a command changes nothing before its commit, and can be given again. */
const COMMAND_PATIENCE = 1_000;
const FIRST_RETRY = 50;
const LAST_RETRY = 500;

export interface LineOptions {
  readonly world: World;
  readonly ledger: Ledger;
  readonly clock: Clock;
  /** False while there is no room for what devices send: what is left of the disk, or of the log, is for alarms. */
  readonly mayStore: () => boolean;
  readonly onChanges: (changes: Changes) => void;
  /** Storing stopped or works again. While it is stopped, `world` holds what is shown. */
  readonly onStoring: (storing: boolean) => void;
  readonly onError: (error: unknown) => void;
  readonly meter?: Pick<Meter, 'commit' | 'commitFailed'> | undefined;
  /** Waited for between two batches: what takes the line's readings on may be behind. */
  readonly pace?: () => Promise<void> | undefined;
  /** Somebody waits for an answer that passes the event loop. */
  readonly isHurried?: () => boolean;
}

export interface Line {
  enqueue(item: Item): void;
  /** Items that wait to be judged. */
  queued(): number;
  storing(): boolean;
  /** Tries the ledger again; called by tick while storing is stopped. */
  probe(): void;
  /** A commit of somebody else's failed: sees whether the line's own do. */
  suspect(): void;
  /** Resolves when everything enqueued so far is through. */
  drained(): Promise<void>;
  /** Nothing more is taken; what was enqueued is let go. */
  stop(): void;
}

const NONE: ReadonlySet<string> = new Set();
const NO_CHANGES: Changes = { series: NONE, devices: NONE, alarms: [], models: NONE, schedules: NONE };

/** The one ordered queue: judged in batches, one batch in flight, merged after its commit. */
export function createLine(options: LineOptions): Line {
  const {
    world,
    ledger,
    clock,
    mayStore,
    onChanges,
    onStoring,
    onError,
    meter,
    pace,
    isHurried = () => false,
  } = options;
  const queue: Item[] = [];
  const waiting: (() => void)[] = [];
  const outage = createOutage({ world, ledger, onFound, onError });
  let running = false;
  let storing = true;
  /** Commits pass: where readings are not stored, alarms and commands are. */
  let committing = true;
  let probing = false;
  let suspected = false;
  let stopped = false;

  async function run(): Promise<void> {
    while (queue.length > 0 || probing || suspected) {
      if (probing) await recover().catch(onError);
      if (suspected) await examine().catch(onError);
      if (queue.length === 0) continue;
      // Nothing that goes wrong with one batch may end the line.
      await walk(nextBatch()).catch(onError);
      // What is shown and not stored fills no log.
      if (storing) await pace?.();
    }
    running = false;
    for (const resolve of waiting.splice(0)) resolve();
  }

  function start(): void {
    if (running) return;
    running = true;
    // What one socket read brings is enqueued before the batch is cut.
    setImmediate(() => void run().catch(onError));
  }

  /** From the head of the queue: commands, or what is none. */
  function nextBatch(): readonly Item[] {
    const commands = queue[0]?.storedOnly === true;
    const end = queue.findIndex(({ storedOnly }, index) => index === BATCH_ITEMS || (storedOnly === true) !== commands);
    return queue.splice(0, end === -1 ? queue.length : end);
  }

  function walk(items: readonly Item[]): Promise<void> {
    return items[0]?.storedOnly === true ? takeCommands(items) : take(items);
  }

  async function take(items: readonly Item[]): Promise<void> {
    const { judged, failed } = judgeAll(items);
    if (failed !== undefined) return takeSingly(items, failed);
    queue.unshift(...items.slice(judged.length));
    const batch = world.batch(clock.now().wall);
    if (batch === undefined) return finish(judged);
    if (!storing) return setAside(judged, batch);
    if (takesRoom(batch) && !mayStore()) return stopStoring(judged, batch, { failing: false });
    const result = await commit(batch, judged.length);
    if (result === 'stored') return finish(judged);
    if (result === 'failing') return stopStoring(judged, batch, { failing: true });
    return takeSingly(judged, result.refused);
  }

  /** What cannot be stored is as if it had never been asked for: nothing of it is judged, shown or kept for later. */
  async function takeCommands(items: readonly Item[]): Promise<void> {
    if (!committing) return takeBack(items);
    // What commands refer to comes before them.
    if (!storing && !(await catchUp())) return takeBack(items);
    const { judged, failed } = judgeAll(items);
    if (failed !== undefined) return takeSingly(items, failed);
    queue.unshift(...items.slice(judged.length));
    const batch = world.batch(clock.now().wall);
    if (batch === undefined) return finish(judged);
    if (takesRoom(batch) && !(storing && mayStore())) return judged.length > 1 ? oneByOne(judged) : takeBack(judged);
    const result = await commit(batch, judged.length, storing ? COMMAND_PATIENCE : 0);
    if (result === 'stored') return finish(judged);
    if (result !== 'failing') return takeSingly(judged, result.refused);
    outage.doubt(batch, judged);
    suspected = true;
    takeBack(judged);
    refuseCommands();
  }

  function takeBack(items: readonly Item[]): void {
    world.rollback();
    for (const item of items) item.letGo();
  }

  function refuseCommands(): void {
    committing = false;
    for (const command of queue.filter(({ storedOnly }) => storedOnly === true)) {
      queue.splice(queue.indexOf(command), 1);
      command.letGo();
    }
  }

  /** The items that there was time for, in order; or what one of them met. */
  function judgeAll(items: readonly Item[]): { judged: readonly Item[]; failed?: { error: unknown } } {
    const until = clock.now().mono + (isHurried() ? SHORT_BATCH_TIME : BATCH_TIME);
    try {
      for (const [index, item] of items.entries()) {
        if (index > 0 && index % LOOK_EVERY === 0 && clock.now().mono > until) return { judged: items.slice(0, index) };
        item.judge();
      }
      return { judged: items };
    } catch (error) {
      return { judged: items, failed: { error } };
    }
  }

  /** One item of the batch cannot be taken: all walk alone, so that only the offender is left behind. */
  async function takeSingly(items: readonly Item[], { error }: { error: unknown }): Promise<void> {
    if (items.length > 1) return oneByOne(items);
    world.rollback();
    const [only] = items;
    if (only === undefined) return;
    onError(error);
    world.pending.quarantine.push(...only.offends(error));
    const batch = world.batch(clock.now().wall);
    if (batch === undefined) return finish(items);
    if (!storing) return setAside(items, batch);
    const result = await commit(batch, items.length);
    if (result === 'stored') return finish(items);
    if (result === 'failing') return stopStoring(items, batch, { failing: true });
    onError(result.refused.error);
    outage.add(batch);
    letGo(items);
  }

  async function oneByOne(items: readonly Item[]): Promise<void> {
    world.rollback();
    for (const item of items) await walk([item]);
  }

  async function commit(
    batch: LedgerBatch,
    items: number,
    patience = PATIENCE,
  ): Promise<'stored' | 'failing' | { refused: { error: unknown } }> {
    const since = clock.now().mono;
    for (let wait = FIRST_RETRY; ; wait = Math.min(wait * 2, LAST_RETRY)) {
      try {
        await ledger.commit(batch);
        noteCommit({ wall: batch.at, mono: since });
        committing = true;
        meter?.commit({ took: clock.now().mono - since, items, batch });
        return 'stored';
      } catch (error) {
        meter?.commitFailed();
        if (!(error instanceof CommitFailed && error.transient)) {
          committing = true; // it took the batch and found fault with it
          return { refused: { error } };
        }
        onError(error);
        const waited = clock.now().mono - since;
        if (stopped || waited >= patience) return 'failing';
        if (waited >= COMMAND_PATIENCE) refuseCommands();
        await new Promise<void>((resolve) => clock.after(wait, resolve));
      }
    }
  }

  function noteCommit({ wall, mono }: Instant): void {
    if (wall < world.lastCommitAt) return;
    world.lastCommitAt = wall;
    world.lastCommitMono = mono;
  }

  function finish(items: readonly Item[]): void {
    const changes = world.merge('all');
    for (const item of items) item.done();
    announce(changes);
  }

  function letGo(items: readonly Item[]): void {
    const changes = world.merge('nothing');
    for (const item of items) item.letGo();
    announce(changes);
  }

  /** Judged while readings are not stored: shown, and alarms committed as long as anything can be. */
  async function setAside(items: readonly Item[], batch: LedgerBatch): Promise<void> {
    outage.add(batch);
    if (!committing || (batch.alarms?.length ?? 0) === 0 || !(await commitDeferred())) return letGo(items);
    const changes = world.merge('alarms');
    const alarms = [...world.alarmsStored(), ...changes.alarms];
    for (const item of items) item.letGo();
    announce({ ...changes, alarms });
  }

  /** Who listens is no part of the line: what is committed stays so, whatever a listener meets. */
  function announce(changes: Changes): void {
    try {
      onChanges(changes);
    } catch (error) {
      onError(error);
    }
  }

  async function stopStoring(
    items: readonly Item[],
    batch: LedgerBatch,
    { failing }: { failing: boolean },
  ): Promise<void> {
    storing = false;
    world.storing = false;
    if (failing) {
      refuseCommands();
      outage.doubt(batch);
    }
    outage.note({ at: batch.at, site: null, kind: 'storing_stopped', actor: null, detail: {} });
    await setAside(items, batch);
    onStoring(false);
  }

  /** The alarm transitions judged meanwhile come first; then devices send again what was let go. */
  async function recover(): Promise<void> {
    probing = false;
    if (storing) return; // asked again while the answer was under way
    if (!(await outage.dispel()) || !(await catchUp())) return;
    if (!mayStore()) return;
    const at = clock.now().wall;
    const again = { at, site: null, kind: 'storing_again', actor: null, detail: {} };
    if ((await outage.attempt({ at, systemEvents: [again] })) === 'failing') return refuseCommands();
    storing = true;
    world.storing = true;
    world.listeningSince = clock.now().mono;
    onStoring(true);
  }

  /** Something could not be committed, and no batch of devices' speaks of it: an empty one shows how things are. */
  async function examine(): Promise<void> {
    suspected = false;
    if (!storing) return; // the next probe shows it
    const batch = { at: clock.now().wall };
    if ((await commit(batch, 0)) === 'stored' && (await outage.dispel()) && (await catchUp())) return;
    await stopStoring([], batch, { failing: true });
  }

  /** Commits what was kept for later; screens see it as stored. False: nothing can be committed. */
  async function catchUp(): Promise<boolean> {
    if (!(await commitDeferred())) return false;
    const alarms = world.alarmsStored();
    if (alarms.length > 0) announce({ ...NO_CHANGES, alarms });
    return true;
  }

  async function commitDeferred(): Promise<boolean> {
    const now = clock.now();
    if ((await outage.commit(now.wall)) === 'failing') {
      refuseCommands();
      return false;
    }
    committing = true;
    noteCommit(now);
    return true;
  }

  /** Nothing is being judged: what was refused and is in the ledger all the same becomes the state, and is told. */
  function onFound(batch: LedgerBatch, commands: readonly Item[]): void {
    if (commands.length === 0) return;
    onError(new Error('A command that was refused is stored all the same: its writer was lost before it answered.'));
    takeSeries(world, batch.series ?? [], clock.now().mono);
    for (const command of commands) command.found?.();
    const at = clock.now().wall;
    const { alarms = [], machines = [] } = world.batch(at) ?? { at };
    // Of these the newest counts, and what was judged meanwhile does not know of the command.
    outage.add({ at, alarms, machines });
    announce(world.merge('nothing'));
  }

  return {
    enqueue(item) {
      if (stopped || (item.storedOnly === true && !committing)) return item.letGo();
      queue.push(item);
      start();
    },
    queued: () => queue.length,
    storing: () => storing,
    probe() {
      if (storing) return;
      probing = true;
      start();
    },
    suspect() {
      suspected = true;
      start();
    },
    drained: () => (running ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve()),
    stop() {
      stopped = true;
      for (const item of queue.splice(0)) item.letGo();
    },
  };
}

/** What devices send, and send again when it was not acknowledged. */
function takesRoom({ arrivals, events = [], quarantine = [] }: LedgerBatch): boolean {
  return (arrivals?.length ?? 0) + events.length + quarantine.length > 0;
}
