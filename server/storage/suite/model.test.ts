import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { COMMAND_NAMES, type CommandName, commandRule } from '#contract/domain/command-table.ts';
import { ENTITY_NAMES } from '#contract/domain/entities.ts';
import { sampleArgs } from '../../core/model-commands.ts';
import { CREW, ModelDock, submissionOf } from '../../core/model-dock.ts';
import type { Submission } from '../../core/submission.ts';
import { deriveId } from '../digest.ts';
import { docksIn } from './docks.ts';
import { STORAGES } from './storages.ts';
import type { SuiteDock } from './suite-dock.ts';

type Draw = { name: CommandName; n: number; wait: boolean };

const ONWARD: readonly CommandName[] = [
  'recordArrival',
  'reportAtDoor',
  'startUnloading',
  'startCounting',
  'recordScan',
];
const draw: fc.Arbitrary<Draw> = fc.record({
  name: fc.oneof(fc.constantFrom(...COMMAND_NAMES), fc.constantFrom(...ONWARD)),
  n: fc.nat(2),
  wait: fc.boolean(),
});

const submission = ({ name, n }: Draw, occurredAt: string): Submission => {
  const crew = Object.values(CREW).find((person) => commandRule(name).who.some((role) => role === person.role));
  return submissionOf(name, sampleArgs(n)[name], crew ?? CREW.lea, { occurredAt });
};

/** Every row of a storage, read as a station that sees all would. */
const rowsOf = async ({ storage }: SuiteDock): Promise<Map<string, unknown>> => {
  const group = { id: 'all', projection: 'staff', warehouses: null, supplierId: null } as const;
  const rows = new Map<string, unknown>();
  let after: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof storage.snapshotPage>> = await storage.snapshotPage(group, after, 100);
    for (const { entity, id, text } of page.rows) rows.set(`${entity} ${id}`, JSON.parse(text));
    after = page.next;
  } while (after !== null);
  return rows;
};

// Whatever is read and when it is read must not change a decision: storage against the same rules in plain memory.
describe.each(STORAGES)('against the model on $name', ({ makePlace }) => {
  const docks = docksIn(makePlace, afterEach);

  it('decides as the model does and holds the rows the model holds, alone or in groups', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(draw, { minLength: 5, maxLength: 60 }), async (draws) => {
        const model = new ModelDock(deriveId);
        const dock = await docks.make({ clock: () => new Date(model.now) });
        await dock.announce('S');
        model.bring('S');
        const pending: Promise<unknown>[] = [];
        for (const each of draws) {
          const { verdict, code, shipment } = model.take(submission(each, model.time()));
          const outcome = dock.storage.submit([submission(each, model.time())]);
          pending.push(
            outcome.then(([found]) => expect(found).toMatchObject({ verdict, shipment, ...(code && { code }) })),
          );
          if (each.wait) await Promise.all(pending);
        }
        await Promise.all(pending);
        const expected = ENTITY_NAMES.flatMap((entity) =>
          model.state.all(entity).map((row) => [`${entity} ${row.id}`, row] as const),
        );
        expect(await rowsOf(dock)).toEqual(new Map(expected));
      }),
      { numRuns: 20 },
    );
  }, 120_000);
});
