import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openLedger, openLedgerReader } from '../../../../ingest/stores/ledger/index.ts';
import { alarm, START, temporaryFolder } from '../fixtures/rows.ts';

test('the number of an alarm that is over stays its own', async () => {
  const file = join(temporaryFolder(), 'ledger.db');
  const ledger = await openLedger({ file });
  onTestFinished(() => ledger.close());
  await ledger.commit({ at: START, alarms: [alarm(7, { returnedAt: START, closedAt: START })] });
  await ledger.commit({ at: START + 1, alarms: [] });
  const reader = openLedgerReader({ file });
  onTestFinished(() => reader.close());
  expect(reader.load()).toMatchObject({ alarms: [], nextAlarmId: 8 });
  expect(reader.alarm(7)).toMatchObject({ id: 7, closedAt: START });
});
