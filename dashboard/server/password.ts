import { argon2, randomBytes, timingSafeEqual } from 'node:crypto';

/** OWASP Password Storage Cheat Sheet, argon2id: 19 MiB, 2 passes, one lane. */
const MEMORY_KIB = 19_456;
const PASSES = 2;
const LANES = 1;
const SALT_BYTES = 16;
const TAG_BYTES = 32;

export class PasswordQueueFull extends Error {
  override readonly name = 'PasswordQueueFull';
  constructor(waiting: number) {
    super(`${waiting} passwords are waiting to be checked already: try again in a few seconds`);
  }
}

export interface PasswordHasher {
  /** PHC string of argon2id with a new salt. @throws PasswordQueueFull */
  hash(password: string): Promise<string>;
  /**
   * False, after the same time, for an absent hash and for one that cannot be read: an unknown user
   * cannot be told from a wrong password. @throws PasswordQueueFull
   */
  verify(password: string, phc: string | undefined): Promise<boolean>;
}

/** Runs in the thread pool, at most `atOnce` together (19 MiB and about 50 ms each); more than `waiting` others are refused. */
export function passwordHasher({ atOnce = 2, waiting = 32 } = {}): PasswordHasher {
  const turns = queue(atOnce, waiting);
  const nobody: Phc = {
    memory: MEMORY_KIB,
    passes: PASSES,
    lanes: LANES,
    salt: randomBytes(SALT_BYTES),
    tag: randomBytes(TAG_BYTES),
  };
  return {
    hash: (password) =>
      turns(async () => {
        const salt = randomBytes(SALT_BYTES);
        const phc = { memory: MEMORY_KIB, passes: PASSES, lanes: LANES, salt, tag: Buffer.alloc(TAG_BYTES) };
        return formatPhc({ ...phc, tag: await derive(password, phc) });
      }),
    verify: (password, text) =>
      turns(async () => {
        const phc = text === undefined ? undefined : parsePhc(text);
        const expected = phc ?? nobody;
        const equal = timingSafeEqual(await derive(password, expected), expected.tag);
        return equal && phc !== undefined;
      }),
  };
}

interface Phc {
  readonly memory: number;
  readonly passes: number;
  readonly lanes: number;
  readonly salt: Buffer;
  readonly tag: Buffer;
}

function derive(password: string, { memory, passes, lanes, salt, tag }: Phc): Promise<Buffer> {
  // NFKC: one password, whichever keyboard composed it (NIST SP 800-63B, 3.1.1.2).
  const message = password.normalize('NFKC');
  const parameters = { message, nonce: salt, parallelism: lanes, tagLength: tag.length, memory, passes };
  return new Promise((resolve, reject) => {
    argon2('argon2id', parameters, (error, key) => (error === null ? resolve(key) : reject(error)));
  });
}

const PHC =
  /^\$argon2id\$v=19\$m=([0-9]{1,6}),t=([0-9]{1,2}),p=([0-9])\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{22,86})$/;

/** Undefined for what is no argon2id, or costs more than 64 MiB, 10 passes or 4 lanes. */
function parsePhc(text: string): Phc | undefined {
  const [, memory, passes, lanes, salt = '', tag = ''] = PHC.exec(text) ?? [];
  const phc = {
    memory: Number(memory),
    passes: Number(passes),
    lanes: Number(lanes),
    salt: Buffer.from(salt, 'base64'),
    tag: Buffer.from(tag, 'base64'),
  };
  const inRange =
    phc.memory >= 8 * phc.lanes &&
    phc.memory <= 65_536 &&
    phc.passes >= 1 &&
    phc.passes <= 10 &&
    phc.lanes >= 1 &&
    phc.lanes <= 4;
  return inRange ? phc : undefined;
}

function formatPhc({ memory, passes, lanes, salt, tag }: Phc): string {
  return `$argon2id$v=19$m=${memory},t=${passes},p=${lanes}$${unpadded(salt)}$${unpadded(tag)}`;
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '');
}

function queue(atOnce: number, most: number): <T>(run: () => Promise<T>) => Promise<T> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (run) => {
    if (running >= atOnce) {
      if (waiting.length >= most) throw new PasswordQueueFull(waiting.length);
      // Whoever leaves hands its place over, so `running` stays.
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else {
      running += 1;
    }
    try {
      return await run();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}
