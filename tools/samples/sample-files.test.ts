import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isValidGtin, isValidSscc } from '#contract/domain/gs1.ts';
import { sampleFiles } from './sample-files.ts';
import { CLASSIC, levelRows, sampleGtin, sampleSscc, spoil, writeBody, writeInterchange } from './write-856.ts';

const FOLDER = join(import.meta.dirname, '../../resources/samples');

describe('resources/samples', () => {
  it('holds exactly what make-samples writes', () => {
    const files = sampleFiles();
    const committed = readdirSync(FOLDER).filter((name) => !name.startsWith('.'));
    expect(committed.sort()).toEqual(files.map(({ name }) => name).sort());
    for (const { name, content } of files) expect(readFileSync(join(FOLDER, name), 'utf8')).toBe(content);
  });

  it('keeps its README short', () => {
    const readme = sampleFiles().find(({ name }) => name === 'README.md')?.content ?? '';
    expect(readme.trimEnd().split('\n').length).toBeLessThanOrEqual(15);
  });
});

describe('write-856', () => {
  it('pads the ISA to its fixed width, with the component separator and terminator at its end', () => {
    const text = writeBody([]);
    expect(text.indexOf('GS*')).toBe(107);
    expect(text.slice(104, 106)).toBe('>~');
  });

  it('numbers levels in file order and names their parents', () => {
    const item = { level: 'I', rows: [] };
    expect(
      levelRows([{ level: 'S', rows: [['REF', 'BM', '1']], below: [{ level: 'O', rows: [], below: [item, item] }] }]),
    ).toEqual([
      ['HL', '1', '', 'S', '1'],
      ['REF', 'BM', '1'],
      ['HL', '2', '1', 'O', '1'],
      ['HL', '3', '2', 'I', '0'],
      ['HL', '4', '2', 'I', '0'],
    ]);
  });

  it('computes the counts, unless told to state others', () => {
    const one = {
      header: [['BSN', '00', 'N']],
      levels: [
        {
          level: 'S',
          rows: [
            ['SN1', '', '2.5', 'EA'],
            ['SN1', '', 'x', 'EA'],
          ],
        },
      ],
    };
    const envelope = {
      sender: 'S',
      receiver: 'R',
      control: '000000001',
      date: '20261123',
      time: '0915',
      layout: CLASSIC,
    };
    const text = writeInterchange({
      ...envelope,
      groups: [[one, { ...one, states: { levels: 9, quantity: '8', segments: 7 } }]],
      states: { groups: 6 },
    });
    expect(text).toContain('CTT*1*2.5~\nSE*7*1001~');
    expect(text).toContain('CTT*9*8~\nSE*7*1002~');
    expect(text).toContain('GE*2*1~\nIEA*6*000000001~');
  });

  it('makes keys with right digits, and wrong ones on purpose', () => {
    expect([isValidSscc(sampleSscc(7)), isValidGtin(sampleGtin(7)), isValidGtin(sampleGtin(7, 1))]).toEqual([
      true,
      true,
      true,
    ]);
    expect([isValidSscc(spoil(sampleSscc(7))), isValidGtin(spoil(sampleGtin(7)))]).toEqual([false, false]);
    expect(sampleSscc(1).slice(1, 4)).toBe('952');
  });
});
