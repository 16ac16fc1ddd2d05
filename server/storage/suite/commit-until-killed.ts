import { uuidv7 } from 'uuidv7';
import { CREW } from '../../core/model-dock.ts';
import { openSqliteStorage } from '../open-sqlite-storage.ts';
import { CLIENT, ROB, SuiteDock } from './suite-dock.ts';

// Run as a process of its own, to be killed: pushes notes without end and says each number on stdout once it was acknowledged.

const [file = '', at = '1'] = process.argv.slice(2);
const storage = await openSqliteStorage({ file, clock: () => new Date(), newId: uuidv7 });
const dock = new SuiteDock(storage, () => new Date());
if (storage.position().head === 0) {
  await dock.furnish();
  await dock.announce('S');
}
await dock.do('defineSupplier', { supplierId: `after-${at}`, name: 'still works' }, CREW.edi);
for (let n = Number(at); ; n += 1) {
  const note = dock.mutation(n, 'addNote', { shipmentId: 'S', noteId: `n${n}`, text: 'x'.repeat(200) });
  const { verdicts } = await storage.push(ROB, CLIENT, [note]);
  process.stdout.write(`${n} ${verdicts[0]?.verdict}\n`);
}
