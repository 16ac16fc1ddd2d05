import { describe, expect, it } from 'vitest';
import { newId } from './new-id.ts';

describe('new ids', () => {
  it('are UUIDv7: version, variant and the time in front', () => {
    const id = newId(Date.UTC(2026, 10, 23, 15));
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)).toBe(Date.UTC(2026, 10, 23, 15));
  });

  it('sort by time and never repeat', () => {
    const ids = Array.from({ length: 2000 }, (_, n) => newId(1_800_000_000_000 + n));
    expect([...ids].sort()).toEqual(ids);
    expect(new Set(Array.from({ length: 2000 }, () => newId(1)))).toHaveProperty('size', 2000);
  });
});
