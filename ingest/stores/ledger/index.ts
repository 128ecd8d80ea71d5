export { openLedger } from './open.ts';
export { openLedgerReader } from './reader.ts';
