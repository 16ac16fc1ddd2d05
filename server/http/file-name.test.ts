import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contentDisposition, displayName } from './file-name.ts';

describe('displayName', () => {
  it.each([
    ['bol.pdf', 'bol.pdf'],
    ['../../etc/passwd', 'passwd'],
    ['C:\\Users\\mara\\bol.pdf', 'bol.pdf'],
    ['Lieferschein März.pdf', 'Lieferschein März.pdf'],
    ['a\u0000b\r\n.pdf', 'ab.pdf'],
    ['invoice\u202efdp.exe', 'invoicefdp.exe'],
    ['.htaccess', 'htaccess'],
    ['..', 'document'],
    ['', 'document'],
    [undefined, 'document'],
    ['a<b>:c.pdf', 'a_b__c.pdf'],
    ['name. . ', 'name'],
  ])('%j becomes %j', (sent, shown) => {
    expect(displayName(sent)).toBe(shown);
  });

  it('keeps the ending of a name that is too long', () => {
    const name = displayName(`${'x'.repeat(500)}.pdf`);
    expect(name).toHaveLength(150);
    expect(name.endsWith('x.pdf')).toBe(true);
  });

  it('never holds a separator or a control character, and is never empty', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (sent) => {
        const name = displayName(sent);
        expect(name).not.toMatch(/[/\\\p{Cc}]/u);
        expect(name.length).toBeGreaterThan(0);
        expect(name.length).toBeLessThanOrEqual(150);
      }),
    );
  });
});

describe('contentDisposition', () => {
  it('gives old clients ASCII and others the name', () => {
    expect(contentDisposition('inline', 'März "1".pdf')).toBe(
      `inline; filename="M_rz _1_.pdf"; filename*=UTF-8''M%C3%A4rz%20%221%22.pdf`,
    );
  });

  it('is one header line whatever the name', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        expect(contentDisposition('attachment', name)).toMatch(/^[\x20-\x7e]+$/);
      }),
    );
  });
});
