import { describe, expect, it } from 'vitest';
import type { CommandName } from '#contract/domain/command-table.ts';
import { stationReport } from '#contract/wire/station-report.ts';
import type { Work } from './ports.ts';
import { buildReport, isAwaited, type Standing } from './station-report.ts';

const work = (n: number, shipmentId: string | null, clientId = 'client-mara', more: Partial<Work> = {}): Work => ({
  owner: 'srv:mara',
  server: 'srv',
  userId: 'mara',
  userName: 'Mara',
  role: 'receiver',
  mutation: { clientId, n, type: 'addNote', args: {}, occurredAt: '2026-11-23T08:00:00.000Z' },
  shipmentId,
  shipmentNumber: null,
  state: 'pending',
  verdict: null,
  verdictEpoch: null,
  ...more,
});
const of = (type: CommandName, state: Work['state'] = 'pending'): Work => {
  const plain = work(1, 's1');
  return { ...plain, state, mutation: { ...plain.mutation, type } };
};
const standing = (more: Partial<Standing> = {}): Standing => ({
  station: 'Dock 3',
  present: 'client-mara',
  unsent: [],
  worked: new Map(),
  ...more,
});
const ids = (count: number, prefix = 's'): string[] => Array.from({ length: count }, (_, at) => `${prefix}${at}`);

describe('what closing waits for', () => {
  it('is facts and provisional work without a verdict, and no decision', () => {
    for (const type of ['addNote', 'recordScan', 'completeCount'] as const)
      expect(isAwaited(of(type)), type).toBe(true);
    for (const type of ['closeShipment', 'releaseHold'] as const) expect(isAwaited(of(type)), type).toBe(false);
    for (const state of ['answered', 'needs_person', 'handled', 'done'] as const)
      expect(isAwaited(of('addNote', state)), state).toBe(false);
    expect(isAwaited(work(1, null))).toBe(false);
    // Saved by a later version of the application.
    expect(isAwaited(of('weighShipment' as CommandName))).toBe(true);
  });
});

describe('buildReport', () => {
  it('names everybody who works there, each shipment once', () => {
    const report = buildReport(
      standing({
        unsent: [work(1, 's2'), work(2, 's1'), work(3, 's2'), work(1, 's9', 'client-ivo')],
        worked: new Map([
          ['client-mara', ['s2', 's1', 's0']],
          ['client-lena', ['s5']],
        ]),
      }),
      false,
    );
    expect(report).toEqual({
      station: 'Dock 3',
      clientId: 'client-mara',
      clients: [
        { clientId: 'client-ivo', unsentOn: ['s9'], workedOn: [] },
        { clientId: 'client-lena', unsentOn: [], workedOn: ['s5'] },
        { clientId: 'client-mara', unsentOn: ['s1', 's2'], workedOn: ['s0', 's1', 's2'] },
      ],
      leaving: false,
    });
  });

  it('names whoever is signed in although they have done nothing, and says so of others who have nothing left', () => {
    const { clients, leaving } = buildReport(standing({ worked: new Map([['client-ivo', []]]) }), true);
    expect(clients).toEqual([
      { clientId: 'client-ivo', unsentOn: [], workedOn: [] },
      { clientId: 'client-mara', unsentOn: [], workedOn: [] },
    ]);
    expect(leaving).toBe(true);
  });

  it('is the same text for the same standing in another order', () => {
    const worked = new Map([
      ['client-mara', ['s1', 's2']],
      ['client-ivo', ['s3']],
    ]);
    const turned = new Map([...worked].reverse().map(([client, each]) => [client, [...each].reverse()]));
    const [one, other] = [work(1, 's1'), work(2, 's2')];
    const said = (each: Partial<Standing>): string => JSON.stringify(buildReport(standing(each), false));
    expect(said({ worked: turned, unsent: [other, one] })).toBe(said({ worked, unsent: [one, other] }));
  });

  it('keeps within what the wire takes, and what is unsent longest', () => {
    const unsent = ids(1_200).map((id, at) => work(at + 1, id));
    const others = ids(300, 'client-').map((clientId) => [clientId, clientId === 'client-299' ? ['s1'] : []] as const);
    const worked = new Map<string, readonly string[]>([['client-mara', ids(500)], ...others]);
    const late = work(1, 'late', 'client-zoe');
    const report = buildReport(standing({ station: 'x'.repeat(200), unsent: [...unsent, late], worked }), false);
    expect(stationReport.safeParse(report).error).toBeUndefined();
    expect(report.clients).toHaveLength(200);
    const named = (clientId: string) => report.clients.find((each) => each.clientId === clientId);
    expect(named('client-mara')?.unsentOn).toEqual(ids(1_000).sort());
    expect(named('client-mara')?.workedOn).toEqual(ids(200).sort());
    expect(named('client-zoe')?.unsentOn).toEqual(['late']);
    expect(named('client-299')?.workedOn).toEqual(['s1']);
  });
});
