import type { Mutant } from '../mutant.ts';

const DELIVERY = 'test/ingest/notify/delivery.test.ts';
const TAKEOVER = 'test/ingest/notify/takeover.test.ts';
const SEND = 'test/ingest/notify/send.test.ts';
const TEXT = 'test/ingest/notify/text.test.ts';
const PLAN = 'test/ingest/notify/plan.property.test.ts';
const ROUTES = 'test/dashboard/server/channels.test.ts';

const DISPATCHER = 'ingest/notify/dispatcher.ts';

export const NOTIFY_FAULTS: readonly Mutant[] = [
  {
    name: 'notify-answer-body-unread',
    breaks: 'a robot has delivered when its answer says so, not when its status is 200',
    edits: [
      {
        file: 'ingest/notify/send.ts',
        from: 'if (status >= 200 && status < 300) return judged;',
        to: 'if (status >= 200 && status < 300) return { delivered: true, problem: null, code: judged.code };',
      },
    ],
    tests: [SEND, DELIVERY],
  },
  {
    name: 'notify-status-unread',
    breaks: 'a status that refuses is not outvoted by a body that does not',
    edits: [
      {
        file: 'ingest/notify/send.ts',
        from: 'if (status >= 200 && status < 300) return judged;',
        to: 'if (status < 300 || judged.delivered) return judged;',
      },
    ],
    tests: [SEND],
  },
  {
    name: 'notify-never-gives-up-waiting',
    breaks: 'a robot that never answers is given up after ten seconds',
    edits: [
      { file: 'ingest/notify/post.ts', from: 'clock.after(ANSWER_WITHIN, giveUp)', to: 'clock.after(1e9, giveUp)' },
    ],
    tests: [SEND],
  },
  {
    name: 'notify-retry-dropped',
    breaks: 'what did not arrive is sent again until it has',
    edits: [
      {
        file: DISPATCHER,
        from: "const failed = { op: 'delivery.failed', ids: rows.map((row) => row.id), uncertain } as const;",
        to: "void uncertain;\n    const failed = endOf(rows, 'refused', null);",
      },
    ],
    tests: [DELIVERY],
  },
  {
    name: 'notify-order-ignored',
    breaks: 'of one alarm nothing goes before what may still be on its way',
    edits: [
      { file: 'ingest/notify/plan.ts', from: 'for (const { alarm } of parts) stuck.add(alarm);', to: '' },
      {
        file: 'ingest/notify/plan.ts',
        from: 'if (message !== null && !parts.some(({ alarm }) => stuck.has(alarm)))',
        to: 'if (message !== null && ordered.every(({ uncertain }) => uncertain))',
      },
    ],
    tests: [PLAN],
  },
  {
    name: 'notify-end-before-beginning',
    breaks: 'all that waits of an alarm goes in the order in which it happened',
    edits: [
      {
        file: 'ingest/notify/plan.ts',
        from: 'const ordered = rows.toSorted((a, b) => a.id - b.id);',
        to: 'const ordered = rows.toSorted((a, b) => b.id - a.id);',
      },
    ],
    tests: [PLAN],
  },
  {
    name: 'notify-repeat-unmarked',
    breaks: 'what may have arrived is sent again as a repeat',
    edits: [{ file: 'ingest/notify/message.ts', from: 'repeat: plan.message !== null,', to: 'repeat: false,' }],
    tests: [DELIVERY, TAKEOVER],
  },
  {
    name: 'notify-start-unwritten',
    breaks: 'that an attempt begins is written before it is made',
    edits: [
      {
        file: DISPATCHER,
        from: "await commit([{ op: 'delivery.start', ids: rows.map((row) => row.id), message: id }]);",
        to: '',
      },
    ],
    tests: [TAKEOVER],
  },
  {
    name: 'notify-fallback-missing',
    breaks: 'the next channel takes over from one that keeps failing',
    edits: [
      {
        file: DISPATCHER,
        from: 'owner.id === channel.id || (!works(owner) && standInFor(owner.id, all)?.id === channel.id)',
        to: 'owner.id === channel.id || (works(owner) && !works(owner))',
      },
    ],
    tests: [TAKEOVER],
  },
  {
    name: 'notify-failure-silent',
    breaks: 'a channel that keeps failing is an alarm',
    edits: [
      {
        file: 'ingest/line/channels.ts',
        from: 'subject: subjectOf(channel.id) }, channel.failing, now);',
        to: 'subject: subjectOf(channel.id) }, false, now);',
      },
    ],
    tests: [TAKEOVER],
  },
  {
    name: 'notify-channel-never-recovers',
    breaks: 'a failing channel returns by itself',
    edits: [
      {
        file: DISPATCHER,
        from: 'if (failing && rows.length === 0) launch(post, () => probe(post));',
        to: 'if (failing && rows.length < 0) launch(post, () => probe(post));',
      },
    ],
    tests: [TAKEOVER],
  },
  {
    name: 'notify-flood-unbounded',
    breaks: 'in a flood one message gathers what would mute a robot',
    edits: [{ file: 'ingest/notify/robots/wecom.ts', from: 'perMinute: 15', to: 'perMinute: 1_000' }],
    tests: [TAKEOVER],
  },
  {
    name: 'notify-message-too-long',
    breaks: 'a message is never longer than its robot takes',
    edits: [
      { file: 'ingest/notify/text.ts', from: "return Buffer.byteLength(text, 'utf8');", to: 'return text.length;' },
    ],
    tests: [TEXT],
  },
  {
    name: 'notify-markup-let-through',
    breaks: 'a name that somebody typed is text in every robot',
    edits: [{ file: 'ingest/notify/words.ts', from: '(sign) => MARKUP[sign] ?? sign', to: '(sign) => sign' }],
    tests: [TEXT],
  },
  {
    name: 'notify-names-the-person',
    breaks: 'an acknowledgement shows the duty post',
    edits: [{ file: 'ingest/notify/text.ts', from: 'alarm.acknowledged?.post;', to: 'alarm.acknowledged?.by;' }],
    tests: [DELIVERY],
  },
  {
    name: 'notify-secret-shown',
    breaks: 'an answer that repeats a key is shown without it',
    edits: [
      {
        file: 'ingest/notify/send.ts',
        from: 'withoutSecrets(result.body, channel.opened)',
        to: '(withoutSecrets(result.body, channel.opened), result.body)',
      },
    ],
    tests: [SEND, ROUTES],
  },
  {
    name: 'notify-secret-unsealed',
    breaks: 'a copied ledger gives no secret away',
    edits: [
      {
        file: 'ingest/stores/ledger/seal.ts',
        from: 'return new Uint8Array(Buffer.concat([nonce, cipher.getAuthTag(), body]));',
        to: 'return new Uint8Array(Buffer.concat([nonce, cipher.getAuthTag(), body, Buffer.from(text)]));',
      },
    ],
    tests: [ROUTES],
  },
  {
    name: 'notify-secret-follows-address',
    breaks: 'an old secret never goes to a new address',
    edits: [
      {
        file: 'ingest/notify/channels.ts',
        from: 'if (address !== undefined && secret === undefined && before.signed)',
        to: 'if (address === undefined && secret === undefined && !before.signed && before.opened === null)',
      },
    ],
    tests: [ROUTES],
  },
  {
    name: 'notify-body-unsigned',
    breaks: 'a webhook’s signature covers the body',
    edits: [
      {
        file: 'ingest/notify/robots/webhook.ts',
        from: '.update(`${timestamp}.${body}`)',
        to: '.update(timestamp + body.slice(0, 0))',
      },
    ],
    tests: [SEND],
  },
  {
    name: 'notify-routes-for-nobody',
    breaks: 'a site without channels pays no second commit for each alarm',
    edits: [
      {
        file: 'ingest/stores/ledger/write-alarms.ts',
        from: 'iif(EXISTS (SELECT 1 FROM channel WHERE site = :site), NULL, 0)',
        to: 'NULL',
      },
    ],
    tests: [DELIVERY],
  },
];
