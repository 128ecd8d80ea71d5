import type { Mutant } from '../mutant.ts';

const AUTHENTICATION = 'test/broker/authentication.test.ts';
const AUTHORIZATION = 'test/broker/authorization.test.ts';
const ACKNOWLEDGE = 'test/broker/acknowledge.test.ts';
const PRESENCE = 'test/broker/presence.test.ts';
const OUTAGE = 'test/broker/outage.test.ts';

export const BROKER_FAULTS: readonly Mutant[] = [
  {
    name: 'broker-acknowledges-at-once',
    breaks: 'an acknowledged message is stored',
    edits: [
      {
        file: 'broker/authorization.ts',
        from: 'committed: ready });',
        to: 'committed: nothing });\n  ready();',
      },
    ],
    tests: [ACKNOWLEDGE],
  },
  {
    name: 'broker-answers-as-commits-end',
    breaks: 'acknowledgements leave in the order in which the messages came',
    edits: [
      {
        file: 'broker/ordering.ts',
        from: 'entry.ready = true; this.#advance();',
        to: 'this.#line.splice(this.#line.indexOf(entry), 1);\n        this.#bytes -= waiting.bytes;\n        waiting.answer();\n        this.#advance();\n        if (this.#line.length === 0) this.#onEmpty();',
      },
    ],
    tests: ['test/broker/ordering.test.ts', ACKNOWLEDGE],
  },
  {
    name: 'broker-qos2-copy-handed-on-again',
    breaks: 'a QoS 2 message is handed on once',
    edits: [
      {
        file: 'broker/sessions.ts',
        from: 'if (known?.content === content) return known.committed;',
        to: '',
      },
    ],
    tests: [ACKNOWLEDGE],
  },
  {
    name: 'broker-qos2-identifier-is-enough',
    breaks: 'another message under an identifier that is still open is no copy of the first',
    edits: [{ file: 'broker/sessions.ts', from: 'if (known?.content === content)', to: 'if (known !== undefined)' }],
    tests: [ACKNOWLEDGE],
  },
  {
    name: 'broker-reads-on-past-its-bound',
    breaks: 'what one connection has in flight is bounded',
    edits: [
      {
        file: 'broker/guard.ts',
        from: 'return this.#owner.bounded() && (',
        to: 'return false && this.#owner.bounded() && (',
      },
    ],
    tests: [ACKNOWLEDGE],
  },
  {
    name: 'broker-believes-declared-lengths',
    breaks: 'no packet takes memory before its declared length is looked at',
    edits: [
      {
        file: 'broker/framer.ts',
        from: 'if (length <= limit) return undefined;',
        to: 'if (limit > 0) return undefined;',
      },
    ],
    tests: ['test/broker/framer.test.ts'],
  },
  {
    name: 'broker-takes-foreign-topics',
    breaks: 'no device publishes outside its own topics',
    edits: [
      {
        file: 'broker/authentication.ts',
        from: "parsed.site === device.site && parsed.device === device.device ? undefined : 'foreign_topic'",
        to: 'undefined',
      },
    ],
    tests: [AUTHORIZATION],
  },
  {
    name: 'broker-takes-topics-of-another-site',
    breaks: 'a device of the same name at another site is another device',
    edits: [
      { file: 'broker/authentication.ts', from: 'parsed.site === device.site && parsed.device', to: 'parsed.device' },
    ],
    tests: [AUTHORIZATION],
  },
  {
    name: 'broker-grants-subscriptions',
    breaks: 'a device subscribes to nothing',
    edits: [{ file: 'broker/authorization.ts', from: 'answer(null, null);', to: 'answer(null, { topic, qos: 0 });' }],
    tests: [AUTHORIZATION],
  },
  {
    name: 'broker-takes-any-will',
    breaks: 'a will is checked like a publish',
    edits: [
      {
        file: 'broker/authentication.ts',
        from: 'will === undefined ? undefined : topicRefusal(device, will.topic)',
        to: 'undefined',
      },
    ],
    tests: [AUTHENTICATION],
  },
  {
    name: 'broker-lets-client-ids-be-chosen',
    breaks: 'a client id is bound to its credential',
    edits: [
      { file: 'broker/authentication.ts', from: 'if (clientId !== device.clientId)', to: "if (clientId === '')" },
    ],
    tests: [AUTHENTICATION],
  },
  {
    name: 'broker-takes-endless-keepalives',
    breaks: 'a device that is gone is noticed',
    edits: [
      {
        file: 'broker/authentication.ts',
        from: 'if (keepalive === 0 || keepalive > maxKeepalive)',
        to: 'if (keepalive < 0)',
      },
    ],
    tests: [AUTHENTICATION],
  },
  {
    name: 'broker-blames-devices-for-takeovers',
    breaks: 'an end that we caused is no fault of the device',
    edits: [
      { file: 'broker/connection.ts', from: "??= this.#endSoFar() ?? 'ours';", to: "??= this.#endSoFar() ?? 'lost';" },
    ],
    tests: [PRESENCE],
  },
  {
    name: 'broker-keeps-connections-after-an-outage',
    breaks: 'what was let go unanswered is sent again once it can be stored',
    edits: [
      {
        file: 'broker/broker.ts',
        from: 'else if (connection.unanswered || ordering.awaited()) connection.closeAsOurs();',
        to: '',
      },
    ],
    tests: [OUTAGE],
  },
  {
    name: 'broker-remembers-what-it-let-go',
    breaks: 'a QoS 2 message let go unstored is taken when it comes again',
    edits: [
      {
        file: 'broker/authorization.ts',
        from: 'if (qos === 2) sessions.forget(client.id, publish.messageId);',
        to: '',
      },
      { file: 'broker/broker.ts', from: 'if (storing) sessions.forgetUncommitted();', to: '' },
    ],
    tests: [OUTAGE],
  },
  {
    name: 'broker-overtakes-qos2',
    breaks: 'messages of every QoS are handed on in the order in which they were sent',
    edits: [
      {
        file: 'broker/guard.ts',
        from: 'type === PUBLISH && (flags & 4) === 0 && this.#passed.length === 0',
        to: 'type === PUBLISH && (flags & 4) === 0',
      },
    ],
    tests: [ACKNOWLEDGE],
  },
  {
    name: 'broker-leaves-clients-behind',
    breaks: 'a connection that broke is over: its will is published, and its place is free',
    edits: [{ file: 'broker/connection.ts', from: 'this.client.close(); this.#finish();', to: 'this.#finish();' }],
    tests: [PRESENCE],
  },
  {
    name: 'broker-hears-nothing-after-connack',
    breaks: 'what goes to aedes behind the CONNECT is read there',
    edits: [{ file: 'broker/aedes-internals.ts', from: '#closed = false;', to: '#closed = true;' }],
    tests: [ACKNOWLEDGE],
  },
];
