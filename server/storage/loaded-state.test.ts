import { describe, expect, it } from 'vitest';
import type { EntityRow } from '#contract/domain/entities.ts';
import type { Decision, InternalWrite, Write } from '../core/decision.ts';
import { CREW, ModelDock } from '../core/model-dock.ts';
import { Absent, LoadedState } from './loaded-state.ts';

const line = (id: string, more: Partial<EntityRow['line']> = {}): EntityRow['line'] => ({
  id,
  shipmentId: 'S',
  lineNumber: 1,
  poNumber: null,
  sku: null,
  gtin: null,
  description: null,
  expected: '1',
  counted: null,
  damaged: null,
  unit: 'EA',
  lot: null,
  expiresOn: null,
  handlingUnitId: null,
  ...more,
});

const decision = (writes: Partial<Write>[], internals: InternalWrite[] = []): Decision => ({
  verdict: 'applied',
  shipment: null,
  actor: CREW.lea,
  history: null,
  internals,
  writes: writes.map((write) => ({
    entity: 'line',
    id: write.row?.id ?? '',
    op: 'put',
    row: null,
    before: null,
    shipmentId: 'S',
    warehouseFrom: null,
    warehouseTo: null,
    supplierId: null,
    ...write,
  })),
});

const ids = (rows: readonly { id: string }[]): string[] => rows.map(({ id }) => id).sort();

const scan = (id: string, voided = false): InternalWrite => ({
  kind: 'scan',
  row: {
    id,
    shipmentId: 'S',
    lineId: null,
    unitIds: [],
    sscc: null,
    raw: null,
    effects: [],
    voided,
    occurredAt: '',
    scannedBy: '',
  },
});

describe('LoadedState', () => {
  it('throws for what was not read, naming it', () => {
    const state = new LoadedState();
    const missing = (ask: () => unknown): unknown => {
      try {
        return ask();
      } catch (error) {
        return error instanceof Absent ? error.query : error;
      }
    };
    expect(missing(() => state.row('line', 'a'))).toEqual({ want: 'row', entity: 'line', id: 'a' });
    expect(missing(() => state.parts('line', 'S'))).toEqual({ want: 'parts', entity: 'line', shipmentId: 'S' });
    expect(missing(() => state.byNumber(null, 'N'))).toEqual({ want: 'byNumber', supplierId: null, number: 'N' });
    expect(missing(() => state.internal('scan', 'S', 'x'))).toEqual({
      want: 'internal',
      kind: 'scan',
      shipmentId: 'S',
      id: 'x',
    });
    expect(missing(() => state.scansOf('S'))).toEqual({ want: 'scansOf', shipmentId: 'S' });
    expect(missing(() => state.hasContent('h'))).toEqual({ want: 'content', contentHash: 'h' });
  });

  it('keeps lists right over what was decided since they were read', () => {
    const state = new LoadedState();
    state.loadList({ want: 'parts', entity: 'line', shipmentId: 'S' }, [line('a'), line('b')]);
    state.loadList({ want: 'linesBy', field: 'gtin', shipmentId: 'S', value: '04006381333931' }, []);
    state.apply(decision([{ row: line('c', { gtin: '4006381333931' }) }, { id: 'a', op: 'del', row: null }]));
    expect(ids(state.parts('line', 'S'))).toEqual(['b', 'c']);
    expect(ids(state.linesBy('gtin', 'S', '04006381333931'))).toEqual(['c']);
    expect(state.row('line', 'a')).toBeNull();
  });

  it('lays what was decided over lists that are read later', () => {
    const state = new LoadedState();
    for (const id of ['a', 'b', 'new']) state.loadRow('line', id, id === 'new' ? null : line(id));
    state.apply(
      decision([{ row: line('b', { handlingUnitId: 'U' }) }, { row: line('new') }, { id: 'a', op: 'del', row: null }]),
    );
    state.loadList({ want: 'parts', entity: 'line', shipmentId: 'S' }, [line('a'), line('b'), line('c')]);
    state.loadList({ want: 'linesBy', field: 'unit', shipmentId: 'S', value: 'U' }, []);
    expect(ids(state.parts('line', 'S'))).toEqual(['b', 'c', 'new']);
    expect(ids(state.linesBy('unit', 'S', 'U'))).toEqual(['b']);
  });

  it('keeps what it has when it is read again', () => {
    const state = new LoadedState();
    state.loadRow('line', 'a', line('a'));
    state.apply(decision([{ row: line('a', { counted: '5' }) }]));
    state.loadRow('line', 'a', line('a'));
    expect(state.row('line', 'a')?.counted).toBe('5');
  });

  it('knows who is at a door and under which number, as decided', () => {
    const dock = new ModelDock();
    const shipment = dock.bring('S', 'arrived');
    const state = new LoadedState();
    state.loadList({ want: 'atDoor', doorId: 'D1' }, []);
    state.loadList({ want: 'byNumber', supplierId: 'ACME', number: 'N' }, []);
    const moved = { ...shipment, status: 'at_door', doorId: 'D1', number: 'N' } as const;
    state.apply(decision([{ entity: 'shipment', row: moved }]));
    expect(ids(state.atDoor('D1'))).toEqual(['S']);
    expect(state.byNumber('ACME', 'N')?.id).toBe('S');
    state.apply(decision([{ entity: 'shipment', row: { ...moved, status: 'received' } }]));
    expect(state.atDoor('D1')).toEqual([]);
  });

  it('takes back to a mark everything since: rows, lists, scans and contents', () => {
    const state = new LoadedState();
    state.loadList({ want: 'parts', entity: 'line', shipmentId: 'S' }, [line('a'), line('b')]);
    state.loadScans('S', []);
    state.loadContent('h', false);
    state.loadInternal({ want: 'internal', kind: 'scan', shipmentId: 'S', id: 'one' }, null);
    state.apply(decision([{ row: line('a', { counted: '1' }) }], [scan('one')]));
    const mark = state.mark();
    const document = { id: 'd', shipmentId: 'S', contentHash: 'h' } as EntityRow['document'];
    state.apply(
      decision(
        [
          { row: line('a', { counted: '2' }) },
          { id: 'b', op: 'del', row: null },
          { row: line('c') },
          { entity: 'document', row: document },
        ],
        [scan('one', true), scan('two')],
      ),
    );
    expect([ids(state.parts('line', 'S')), ids(state.scansOf('S')), state.hasContent('h')]).toEqual([
      ['a', 'c'],
      ['two'],
      true,
    ]);
    state.rollback(mark);
    expect([ids(state.parts('line', 'S')), ids(state.scansOf('S')), state.hasContent('h')]).toEqual([
      ['a', 'b'],
      ['one'],
      false,
    ]);
    expect(state.row('line', 'a')?.counted).toBe('1');
    expect(() => state.row('line', 'c')).toThrow(Absent);
    expect(state.internal('scan', 'S', 'one')?.voided).toBe(false);
  });

  it('forgets lists that were read over what was taken back: they are of a state that never was', () => {
    const dock = new ModelDock();
    const shipment = { ...dock.bring('S', 'counting'), doorId: 'D1' };
    const state = new LoadedState();
    state.loadRow('shipment', 'S', shipment);
    const mark = state.mark();
    state.apply(
      decision([{ entity: 'shipment', row: { ...shipment, status: 'received' } }, { row: line('new') }], [scan('new')]),
    );
    state.loadList({ want: 'atDoor', doorId: 'D1' }, [shipment]);
    state.loadList({ want: 'parts', entity: 'line', shipmentId: 'S' }, [line('a')]);
    state.loadScans('S', []);
    expect([state.atDoor('D1'), ids(state.parts('line', 'S')), ids(state.scansOf('S'))]).toEqual([
      [],
      ['a', 'new'],
      ['new'],
    ]);
    state.rollback(mark);
    for (const read of [() => state.atDoor('D1'), () => state.parts('line', 'S'), () => state.scansOf('S')])
      expect(read).toThrow(Absent);
    state.loadList({ want: 'atDoor', doorId: 'D1' }, [shipment]);
    state.loadList({ want: 'parts', entity: 'line', shipmentId: 'S' }, [line('a')]);
    expect([ids(state.atDoor('D1')), ids(state.parts('line', 'S'))]).toEqual([['S'], ['a']]);
    state.apply(decision([{ entity: 'shipment', row: { ...shipment, status: 'received' } }]));
    expect(state.atDoor('D1')).toEqual([]);
  });
});
