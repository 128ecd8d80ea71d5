import type { Instant } from '../../contract/clock.ts';
import type { InboundMessage } from '../../contract/message.ts';
import type { QuarantineEntry, QuarantineReason } from '../../contract/quarantine.ts';
import { decodeNative } from '../decoders/native.ts';
import { quarantineEntries } from '../decoders/quarantine.ts';
import { judgeTerminal, takeEvents, type SeenEvents } from './events.ts';
import { noteTrust } from './host-clock.ts';
import { hearWitness } from './host-step.ts';
import { noteMessage, noteStatus } from './presence.ts';
import { takeSamples } from './readings.ts';
import type { World } from './world.ts';

export interface MessageRules {
  readonly seen: SeenEvents;
  /** ms: readings older than this are quarantined. */
  readonly retention: number;
}

/** One message: decoded, qualified, judged; what cannot be used of it goes to quarantine with its reason. */
export function takeMessage(world: World, message: InboundMessage, rules: MessageRules): void {
  const now: Instant = message.received;
  noteTrust(world, now);
  const model = world.models.get(message.topic.site);
  const device = model?.devices.get(message.topic.device);
  if (model === undefined || device === undefined) {
    const detail = `no device ${message.topic.device} in the registry of site ${message.topic.site}; add it there`;
    return quarantine(world, message, [{ code: 'unknown_device', path: '$', detail }]);
  }

  const context = { world, model, device, now };
  const decoded = decodeNative(message);
  if (decoded.cleared) return;
  if (world.distrustedSince !== null || world.heldStep() !== null) hearWitness(context, decoded);
  if (message.origin === 'publish') noteMessage(context);
  if (decoded.status !== null) noteStatus(context, decoded.status, message.origin);
  const unusable = takeSamples(context, decoded.samples, rules.retention);
  if (decoded.events.length > 0) unusable.push(...takeEvents(context, decoded.events, rules));
  else if (message.origin === 'publish' && message.topic.leaf === 'readings') judgeTerminal(context, false);
  quarantine(world, message, [...decoded.rejected, ...unusable]);
}

/** What is kept of a message whose effects cannot be committed although others' can. */
export function quarantineOffender(message: InboundMessage): readonly QuarantineEntry[] {
  const detail = 'the message was understood, but what follows from it cannot be stored; please report it';
  return quarantineEntries(message, [{ code: 'offender', path: '$', detail }]);
}

function quarantine(world: World, message: InboundMessage, reasons: readonly QuarantineReason[]): void {
  if (reasons.length > 0) world.pending.quarantine.push(...quarantineEntries(message, reasons));
}
