import type { Clock } from '../contract/clock.ts';

/** So many takeovers of one identity within the window are no device that lost its network: two are fighting. */
const TAKEOVERS = 5;
const WINDOW_MS = 60_000;
/** While a fight goes on the older connection stays this long, then twice as long, up to the last. */
const FIRST_BACKOFF_MS = 5_000;
/** No longer: should it be one device whose broken connections we have not noticed, it is kept out for a minute at most. */
const LAST_BACKOFF_MS = 60_000;
/** A fight is over when nobody tried to take over for so long. */
const QUIET_MS = 120_000;
const TELL_EVERY_MS = 60_000;
const MAX_ADDRESSES = 4;

export interface Contender {
  readonly clientId: string;
  /** Address of the connection that is open. */
  readonly former: string;
  /** Address of the one that wants its place. */
  readonly newer: string;
}

export interface Judged {
  /** The newer one is to be refused for now. */
  readonly refused: boolean;
  /** What to tell the operator, at most once a minute for each identity. */
  readonly tell: { readonly sentence: string; readonly addresses: readonly string[] } | null;
}

export interface IdentityConflicts {
  /** Asked when a connection would replace a living one. */
  judge(contender: Contender): Judged;
}

interface Fight {
  takeovers: number[];
  addresses: string[];
  /** 0: not a fight yet. ms */
  backoff: number;
  heldUntil: number;
  lastTry: number;
  toldAt: number;
}

/**
 * Two clients with one identity push each other out for ever, each reconnecting at once (MQTT asks that the newer one
 * wins). From the fifth takeover within a minute the older connection stays for a growing time instead, so that the
 * work is bounded whatever the two do.
 */
export function createIdentityConflicts(clock: Clock): IdentityConflicts {
  const fights = new Map<string, Fight>();

  function fightOf(clientId: string, now: number): Fight {
    const known = fights.get(clientId);
    if (known !== undefined && now - known.lastTry < QUIET_MS) return known;
    const fresh: Fight = {
      takeovers: [],
      addresses: [],
      backoff: 0,
      heldUntil: -Infinity,
      lastTry: now,
      toldAt: known?.toldAt ?? -Infinity,
    };
    fights.set(clientId, fresh);
    return fresh;
  }

  return {
    judge({ clientId, former, newer }) {
      const now = clock.now().mono;
      const fight = fightOf(clientId, now);
      fight.lastTry = now;
      fight.addresses = [...new Set([...fight.addresses, former, newer])].slice(0, MAX_ADDRESSES);
      const refused = now < fight.heldUntil;
      if (!refused) {
        fight.takeovers = [...fight.takeovers.filter((at) => now - at < WINDOW_MS), now];
        if (fight.backoff === 0 && fight.takeovers.length < TAKEOVERS) return { refused, tell: null };
        fight.backoff = Math.min(LAST_BACKOFF_MS, Math.max(FIRST_BACKOFF_MS, 2 * fight.backoff));
        fight.heldUntil = now + fight.backoff;
      }
      if (now - fight.toldAt < TELL_EVERY_MS) return { refused, tell: null };
      fight.toldAt = now;
      const { addresses } = fight;
      return { refused, tell: { sentence: sentence(addresses), addresses } };
    },
  };
}

function sentence(addresses: readonly string[]): string {
  const who = addresses.length === 1 ? `two connections from ${addresses.join()}` : addresses.join(' and ');
  return `${who} push each other out with one identity: give each device a credential of its own`;
}
