// A station's journal at work, as a process of its own, to have its power cut: appends, verdicts, inbox. Says on stdout what is
// safe, the moment a person would be told.
import { writeSync } from 'node:fs';
import { canonicalJson } from '../../../src-main/core/canonical-json.ts';
import { sha256 } from '../../../src-main/shell/system-clock.ts';
import { openJournal } from '../../../src-main/store/open-journal.ts';

const [file = '', count = '0'] = process.argv.slice(2);
const { journal } = openJournal(
  file,
  () => Date.now(),
  (event) => {
    throw new Error(event);
  },
);
const owner = { key: 'o', userId: 'u', userName: 'U', role: 'receiver', server: 's' };
const clientId = await journal.setOwner(owner, 'client-0001');
const told = (what: string): void => void writeSync(1, `told ${what}\n`);

for (let at = 1; at <= Number(count); at += 1) {
  const contents = {
    type: 'addNote',
    args: { text: 'x'.repeat(100 + (at % 7) * 300) },
    occurredAt: new Date().toISOString(),
  } as const;
  const hash = sha256(canonicalJson({ ...contents, base: null }));
  const { mutation } = await journal.append('o', { ...contents, shipmentId: null, shipmentNumber: null }, hash);
  told(`s${mutation.n}`);
  if (at % 3 === 0) {
    const verdict = { n: mutation.n - 1, verdict: 'applied', seq: at } as const;
    await journal.storeVerdicts(clientId, [verdict], 'epoch');
    told(`a${verdict.n}`);
  }
  if (at % 4 === 0) {
    const item = {
      seq: at,
      kind: 'hold',
      shipmentId: null,
      title: 't',
      body: 'b',
      at: '2026-11-24T12:00:00.000Z',
      seen: false,
      inspectionId: null,
      takenBy: null,
    } as const;
    await journal.addInbox({ epoch: 'epoch', seq: at, chain: `${at}`, view: 'staff:*', at: item.at }, [item]);
    told(`i${at}`);
  }
}
