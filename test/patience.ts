/**
 * For what comes by itself in real time: as long as a machine may take that does much else. It bounds what never comes,
 * not what is slow, and is less than a test may take.
 */
export const PATIENCE = { timeout: 60_000 };
