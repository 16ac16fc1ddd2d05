import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CLASSIC, type Layout, writeBody } from '../../../tools/samples/write-856.ts';
import { readDelimiters } from './read-delimiters.ts';

const isa = (layout: Partial<Layout> = {}): string => writeBody([], { ...CLASSIC, ...layout });
const delimitersOf = (text: string) => {
  const read = readDelimiters(text, 0);
  if (!read.ok) throw new Error(read.message);
  return read.delimiters;
};
const refusalOf = (text: string) => {
  const read = readDelimiters(text, 0);
  if (read.ok) throw new Error('was read');
  return read;
};

describe('readDelimiters', () => {
  it('takes them from the fixed places of the ISA', () => {
    expect(delimitersOf(isa())).toEqual({ element: '*', component: '>', repetition: null, terminator: '~' });
    expect(isa().charAt(105)).toBe('~');
  });

  it('takes ISA11 as repetition separator from version 00402 on only', () => {
    expect(delimitersOf(isa({ repetition: '^', version: '00401' })).repetition).toBeNull();
    expect(delimitersOf(isa({ repetition: '^', version: '00402' })).repetition).toBe('^');
    expect(delimitersOf(isa({ repetition: '^', version: '00501' })).repetition).toBe('^');
    expect(delimitersOf(isa({ repetition: 'U', version: '00501' })).repetition).toBeNull();
  });

  it.each(['\n', '\r', "'", '\u001c', '\u0085', '!', '"'])('accepts %j as terminator', (terminator) => {
    expect(delimitersOf(isa({ terminator, lineBreak: '' })).terminator).toBe(terminator);
  });

  it('accepts any punctuation and control character in any role', () => {
    const signs = [...'!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~', '\t', '\u001c', '\u001d', '\u001e', '\u001f', '§', '¬'];
    fc.assert(
      fc.property(
        fc.shuffledSubarray(signs, { minLength: 3, maxLength: 3 }),
        ([element = '', component = '', terminator = '']) => {
          const text = isa({ element, component, terminator, lineBreak: '' });
          expect(delimitersOf(text)).toMatchObject({ element, component, terminator });
        },
      ),
    );
  });

  it('reads an ISA whose fields have the wrong width', () => {
    const trimmed = isa().replaceAll(/ +\*/g, '*');
    expect(trimmed.charAt(105)).not.toBe('~');
    expect(delimitersOf(trimmed)).toMatchObject({ element: '*', component: '>', terminator: '~' });
  });

  it('looks through line breaks of a file wrapped at 80 columns', () => {
    const wrapped = isa({ lineBreak: '' }).replace(/(.{80})/g, '$1\r\n');
    expect(delimitersOf(wrapped)).toMatchObject({ element: '*', component: '>', terminator: '~' });
  });

  it.each([
    ['UNB+UNOA:1+SENDER+RECEIVER', 'EDIFACT'],
    ["UNA:+.? 'UNB", 'EDIFACT'],
    ['{"shipments": []}', 'JSON'],
    ['<?xml version="1.0"?>', 'XML'],
    ['%PDF-1.7', 'PDF'],
    ['PK\u0003\u0004', 'ZIP'],
    ['ST*856*0001~', 'ISA segment is missing'],
    ['po;sku;quantity', 'begins with an ISA segment'],
    ['isa*00*', 'begins with an ISA segment'],
  ])('says what %j looks like', (text, hint) => {
    expect(refusalOf(text)).toMatchObject({ code: 'not_x12', message: expect.stringContaining(hint) });
  });

  it('tells a cut ISA from one that declares nothing', () => {
    expect(refusalOf(isa().slice(0, 60)).code).toBe('truncated');
    expect(refusalOf('ISA').code).toBe('truncated');
    expect(refusalOf('ISABELLA').code).toBe('not_x12');
    expect(refusalOf(`ISABELLA ${'x'.repeat(200)}`).code).toBe('not_x12');
    expect(refusalOf(isa({ terminator: 'A', lineBreak: '' })).code).toBe('not_x12');
    expect(refusalOf(isa({ terminator: '*', lineBreak: '' })).code).toBe('not_x12');
    expect(refusalOf(isa({ component: '~' })).code).toBe('not_x12');
  });
});
