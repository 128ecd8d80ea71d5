import type { Guard } from './guard.ts';

export interface Acknowledgements {
  add(guard: Guard, messageId: number): void;
}

/** What one commit acknowledges leaves in one write for each connection: a write is dearer than all that it holds. */
export function createAcknowledgements(): Acknowledgements {
  let waiting: Guard[] = [];

  function flush(): void {
    const guards = waiting;
    waiting = [];
    for (const guard of guards) guard.flush();
  }

  return {
    add(guard, messageId) {
      if (!guard.acknowledge(messageId)) return;
      if (waiting.push(guard) === 1) queueMicrotask(flush);
    },
  };
}
