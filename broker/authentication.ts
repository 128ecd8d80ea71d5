import type { ConnectPacket } from 'aedes';
import type { RefusalReason } from '../contract/message.ts';
import { parseTopic } from '../contract/topics.ts';
import type { CredentialStore, VerifiedDevice } from './ports.ts';

/** Return codes of CONNACK, MQTT 3.1.1 table 3.1. */
const IDENTIFIER_REJECTED = 2;
const BAD_USERNAME_OR_PASSWORD = 4;
const NOT_AUTHORIZED = 5;

interface ConnectRefused {
  readonly reason: RefusalReason;
  readonly detail: string | null;
  readonly returnCode: 2 | 4 | 5;
}

export type ConnectJudged = { readonly device: VerifiedDevice } | { readonly refused: ConnectRefused };

/** Who connects, and whether this CONNECT may be taken. `maxKeepalive` in seconds. */
export function judgeConnect(
  connect: ConnectPacket,
  credentials: CredentialStore,
  { maxKeepalive }: { readonly maxKeepalive: number },
): ConnectJudged {
  const { username, password, clientId, keepalive = 0, will } = connect;
  if (!username || password === undefined) {
    return refused('no_credentials', 'user name and password are required', BAD_USERNAME_OR_PASSWORD);
  }
  const device = credentials.verify(username, password);
  if (typeof device === 'string') return refused(device, null, BAD_USERNAME_OR_PASSWORD);
  // A zero-length id never equals one either, with a clean session or without [MQTT-3.1.3-8].
  if (clientId !== device.clientId) {
    return refused('client_id_mismatch', `this credential connects as ${device.clientId}`, IDENTIFIER_REJECTED);
  }
  if (keepalive === 0 || keepalive > maxKeepalive) {
    return refused('keepalive_required', `keepalive ${keepalive} s; 1 to ${maxKeepalive} s allowed`, NOT_AUTHORIZED);
  }
  const fault = will === undefined ? undefined : topicRefusal(device, will.topic);
  if (fault !== undefined && will !== undefined) return refused(fault, `will to ${will.topic}`, NOT_AUTHORIZED);
  return { device };
}

/** Why a device may not publish to a topic; undefined when it may. */
export function topicRefusal(
  device: VerifiedDevice,
  topic: string,
): Extract<RefusalReason, 'unknown_topic' | 'foreign_topic'> | undefined {
  const parsed = parseTopic(topic);
  if (parsed === undefined) return 'unknown_topic';
  return parsed.site === device.site && parsed.device === device.device ? undefined : 'foreign_topic';
}

function refused(
  reason: RefusalReason,
  detail: string | null,
  returnCode: ConnectRefused['returnCode'],
): ConnectJudged {
  return { refused: { reason, detail, returnCode } };
}
