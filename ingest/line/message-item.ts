import type { Clock } from '../../contract/clock.ts';
import type { InboundMessage } from '../../contract/message.ts';
import type { QuarantineEntry } from '../../contract/quarantine.ts';
import type { Meter, MessageOutcome } from '../meter.ts';
import type { Item } from './item.ts';
import { quarantineOffender, takeMessage, type MessageRules } from './message.ts';
import type { World } from './world.ts';

/** What all messages have in common on their way. */
export interface MessageRoad {
  readonly world: World;
  readonly rules: MessageRules;
  readonly clock: Clock;
  readonly meter: Pick<Meter, 'message'> | undefined;
}

/** A message on the line. A class, as thousands wait there: functions of its own for each would be most of what it takes. */
export class MessageItem implements Item {
  readonly #road: MessageRoad;
  readonly #message: InboundMessage;
  readonly #committed: () => void;
  #outcome: MessageOutcome = 'stored';

  constructor(road: MessageRoad, message: InboundMessage, committed: () => void) {
    this.#road = road;
    this.#message = message;
    this.#committed = committed;
  }

  judge(): void {
    takeMessage(this.#road.world, this.#message, this.#road.rules);
  }

  done(): void {
    this.#passed(this.#outcome);
    this.#committed();
  }

  /** Never answered, so that the device keeps it. */
  letGo(): void {
    this.#passed('not_stored');
  }

  offends(): readonly QuarantineEntry[] {
    this.#outcome = 'offender';
    return quarantineOffender(this.#message);
  }

  #passed(outcome: MessageOutcome): void {
    const { meter, clock } = this.#road;
    meter?.message(outcome, clock.now().mono - this.#message.received.mono);
  }
}
