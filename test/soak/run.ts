import { parseArgs } from 'node:util';
import { influx2Missing } from '../servers/influx2.ts';
import { soakBacklog } from './backlog.ts';
import { soakFaults } from './faults.ts';

/** `npm run soak`: what takes too long for `npm test`. About 25 minutes; exits with 1 when anything is not as it was acknowledged. */
const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    rate: { type: 'string', default: '1000' },
    readings: { type: 'string', default: '3000000' },
    only: { type: 'string' },
  },
});
const say = (line: string): void => void process.stdout.write(`${line}\n`);
const rate = Number(values.rate);
const parts = {
  faults: () => soakFaults({ seconds: Number(values.seconds), rate, say }),
  backlog: () => soakBacklog({ readings: Number(values.readings), rate, say }),
};

if (influx2Missing !== undefined) {
  say(influx2Missing);
  process.exit(1);
}
let wrong = 0;
for (const [name, soak] of Object.entries(parts)) {
  if (values.only !== undefined && values.only !== name) continue;
  say(`\n${name}`);
  const found = await soak();
  wrong += found.length;
  for (const line of found.slice(0, 20)) say(`wrong: ${line}`);
  say(found.length === 0 ? 'all that was acknowledged is there, once' : `${found.length} wrong`);
}
process.exit(wrong === 0 ? 0 : 1);
