import type { Mutant } from '../mutant.ts';

const LOG = 'test/ingest/line/log-cap.test.ts';
const LOST = 'test/ingest/line/lost-writer.test.ts';
const COMMANDS = 'test/ingest/line/commands.test.ts';
const HELD = 'test/integration/held-ledger.test.ts';
const IDENTITY = 'test/ingest/line/identity-conflict.test.ts';
const RESERVE = 'test/ingest/stores/ledger/reserve.test.ts';
const CROWD = 'test/broker/crowd.test.ts';
const STANDSTILL = 'test/ingest/line/standstill.test.ts';

/** What has to hold while disks, stores and neighbours do not. */
export const TROUBLE_FAULTS: readonly Mutant[] = [
  {
    name: 'silence-counts-while-we-slept',
    breaks: 'nobody is called silent for a standstill of ours',
    edits: [{ file: 'ingest/line/standstill.ts', from: 'world.listeningSince = now.mono;', to: '' }],
    tests: [STANDSTILL],
  },
  {
    name: 'values-hold-over-a-standstill',
    breaks: 'after a standstill everything is unknown until it reports',
    edits: [
      {
        file: 'ingest/line/standstill.ts',
        from: 'if (binding.metric !== EVENTS_BINDING) becomeUnknown(world, model, binding, before);',
        to: 'void binding;',
      },
    ],
    tests: [STANDSTILL],
  },
  {
    name: 'sleep-of-the-machine-is-no-time',
    breaks: 'time that the machine slept has passed',
    edits: [{ file: 'app/clock.ts', from: 'mono: mono + asleep', to: 'mono' }],
    tests: [STANDSTILL],
  },
  {
    name: 'log-grows-without-end',
    breaks: 'a log at its cap takes no more readings',
    edits: [{ file: 'ingest/start.ts', from: '&& !logRoom.isFull()', to: '' }],
    tests: [LOG],
  },
  {
    name: 'log-fills-in-silence',
    breaks: 'people are told before the log is full',
    edits: [
      {
        file: 'ingest/stores/log-room.ts',
        from: 'isFilling: () => share() >= FILLING,',
        to: 'isFilling: () => share() >= 1,',
      },
    ],
    tests: [LOG],
  },
  {
    name: 'log-takes-the-last-of-the-disk',
    breaks: 'the log leaves its store the room that it needs to take readings over',
    edits: [
      {
        file: 'ingest/stores/log-room.ts',
        from: 'return Math.max(waiting() / limit, ofDisk / DISK_SHARE);',
        to: 'void ofDisk;\n    void DISK_SHARE;\n    return waiting() / limit;',
      },
    ],
    tests: [LOG],
  },
  {
    name: 'alarms-wait-for-room-for-readings',
    breaks: 'at the cap of the log alarms still commit',
    edits: [
      {
        file: 'ingest/line/line.ts',
        from: 'if (failing) { refuseCommands();',
        to: 'refuseCommands();\n    if (failing) {',
      },
    ],
    tests: [LOG],
  },
  {
    name: 'screens-are-not-told-of-commits-in-an-outage',
    breaks: 'an alarm that was committed is shown as stored',
    edits: [
      { file: 'ingest/line/line.ts', from: "world.merge('alarms');", to: "world.merge('nothing');" },
      { file: 'ingest/line/line.ts', from: '[...world.alarmsStored(), ...changes.alarms];', to: 'changes.alarms;' },
    ],
    tests: [LOG],
  },
  {
    name: 'command-beside-a-full-log-is-never-answered-well',
    breaks: 'commands are refused only when nothing can be committed',
    edits: [
      {
        file: 'ingest/line/line.ts',
        from: 'if (!storing && !(await catchUp())) return takeBack(items);',
        to: 'if (!storing) return takeBack(items);',
      },
    ],
    tests: [LOG],
  },
  {
    name: 'recovery-is-told-twice',
    breaks: 'a probe during a recovery is no second recovery',
    edits: [{ file: 'ingest/line/line.ts', from: 'if (storing) return; // asked', to: '// asked' }],
    tests: ['test/ingest/line/outage.test.ts'],
  },
  {
    name: 'lost-writer-writes-twice',
    breaks: 'a batch that was committed without an answer is not written again',
    edits: [
      {
        file: 'ingest/line/outage.ts',
        from: 'if (await ledger.committed(batch)) {',
        to: 'if ((await ledger.committed(batch)) && at(batch)) {',
      },
      {
        file: 'ingest/line/outage.ts',
        from: 'return { add: (batch) => deferred.add(batch),',
        to: 'function at(batch: LedgerBatch): boolean {\n    return batch.at < 0;\n  }\n\n  return {\n    add: (batch) => deferred.add(batch),',
      },
    ],
    tests: [LOST],
  },
  {
    name: 'found-readings-are-forgotten',
    breaks: 'readings that turned out to be in the log are known when they come again',
    edits: [
      {
        file: 'ingest/line/outage.ts',
        from: 'if (batch.arrivals !== undefined) world.foundStored(batch.arrivals);',
        to: '',
      },
    ],
    tests: [LOST],
  },
  {
    name: 'refused-command-comes-true-later',
    breaks: 'a command whose commit failed is taken back, and not kept for later',
    edits: [
      {
        file: 'ingest/line/line.ts',
        from: 'suspected = true; takeBack(judged);',
        to: 'suspected = true;\n    outage.add(batch);\n    letGo(judged);',
      },
    ],
    tests: [COMMANDS],
  },
  {
    name: 'command-is-committed-without-its-rows',
    breaks: 'beside a full log a command is committed whole',
    edits: [
      {
        file: 'ingest/line/line.ts',
        from: 'const result = await commit(batch, judged.length, storing ? COMMAND_PATIENCE : 0);',
        to: "if (!storing) outage.add(batch);\n    const result = storing ? await commit(batch, judged.length, COMMAND_PATIENCE) : 'stored';",
      },
    ],
    tests: [COMMANDS],
  },
  {
    name: 'found-command-is-forgotten',
    breaks: 'a command that was refused and is in the ledger all the same becomes the state',
    edits: [{ file: 'ingest/line/outage.ts', from: 'onFound(batch, commands);', to: 'void [onFound, commands];' }],
    tests: [LOST],
  },
  {
    name: 'everybody-waits-for-the-lock',
    breaks: 'while nothing can be committed only the line touches the ledger',
    edits: [
      {
        file: 'ingest/stores/ledger/gate.ts',
        from: 'if (failed === undefined || trouble === undefined) return;',
        to: 'if (failed === undefined || trouble !== null) return;',
      },
    ],
    tests: [HELD],
  },
  {
    name: 'quiet-line-never-looks',
    breaks: 'a commit of anybody that fails makes the line look',
    edits: [
      {
        file: 'ingest/start.ts',
        from: 'options.gate?.onTrouble(line.suspect);',
        to: 'options.gate?.onTrouble(() => {});',
      },
    ],
    tests: [HELD],
  },
  {
    name: 'full-log-is-two-alarms',
    breaks: 'an outage is one system alarm',
    edits: [
      { file: 'ingest/line/tick.ts', from: 'else giveWay(world, model, condition, now);', to: 'else void giveWay;' },
    ],
    tests: [LOG],
  },
  {
    name: 'contested-identity-is-no-alarm',
    breaks: 'two clients with one identity are an alarm of their device',
    edits: [
      {
        file: 'ingest/start.ts',
        from: 'if (contested === undefined) return;',
        to: 'if (contested === undefined || contested.device !== "") return;',
      },
    ],
    tests: [IDENTITY, 'test/integration/identity.test.ts'],
  },
  {
    name: 'contested-identity-never-ends',
    breaks: 'the alarm returns when nobody fights on',
    edits: [{ file: 'ingest/line/tick.ts', from: 'endConflict(world, alarm, now);', to: 'void endConflict;' }],
    tests: [IDENTITY],
  },
  {
    name: 'alarm-keeps-its-former-limit',
    breaks: 'a standing alarm is of the limit in force',
    edits: [
      {
        file: 'ingest/line/registry.ts',
        from: 'saveAlarm(world, { ...alarm, priority, limit });',
        to: 'saveAlarm(world, alarm);',
      },
    ],
    tests: ['test/ingest/line/registry.test.ts'],
  },
  {
    name: 'small-disk-has-no-reserve',
    breaks: 'a start on a nearly full disk keeps a smaller reserve',
    edits: [
      { file: 'ingest/stores/ledger/reserve.ts', from: 'part < Math.min(LEAST, bytes) ? 0', to: 'part < bytes ? 0' },
    ],
    tests: [RESERVE],
  },
  {
    name: 'silent-connections-keep-devices-out',
    breaks: 'a connection that says nothing makes room',
    edits: [
      {
        file: 'broker/admission.ts',
        from: 'if (isFull && !makeRoom(address))',
        to: 'void makeRoom;\n      if (isFull)',
      },
    ],
    tests: [CROWD],
  },
  {
    name: 'devices-make-room-for-strangers',
    breaks: 'who has shown who it is makes room for nobody',
    edits: [{ file: 'broker/connection.ts', from: 'this.#peer?.known();', to: '' }],
    tests: [CROWD],
  },
];
