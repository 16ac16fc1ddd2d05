import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { commandForStatus, commandRule } from '#contract/domain/command-table.ts';
import type { ShipmentStatus } from '#contract/domain/status.ts';
import { UP } from '#contract/wire/up.ts';

// Artillery itself is not a dependency, so what it would say of the file is checked by what the file says.
const scenario = readFileSync(join(import.meta.dirname, 'artillery.yml'), 'utf8');
const all = (pattern: RegExp): string[] => [...scenario.matchAll(pattern)].map(([, found = '']) => found);

it('sends events that there are, in the one form that Artillery takes an object in', () => {
  const channels = all(/emit: \{ channel: "([^"]+)"/g);
  expect(all(/^\s*- (emit):/gm)).toHaveLength(channels.length);
  expect(channels).toEqual(expect.arrayContaining(['join:shipment', 'ping', 'leave:shipment']));
  expect(channels.filter((name) => !Object.hasOwn(UP, name))).toEqual([]);
});

it('goes through statuses step by step, each of which its lead may take', () => {
  const [over = '[]'] = all(/over: (\[.*\])/g);
  const path = JSON.parse(over) as ShipmentStatus[];
  expect(path.length).toBeGreaterThan(0);
  let from: ShipmentStatus = 'announced';
  for (const to of path) {
    const name = commandForStatus(from, to, 'lead');
    expect(name === null ? null : commandRule(name).who, `${from} to ${to}`).toContain('lead');
    from = to;
  }
});
