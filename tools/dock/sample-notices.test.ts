import { expect, test } from 'vitest';
import { movedTo, sampleNotices } from './sample-notices.ts';

test('dates move by whole days, across the month', () => {
  expect(movedTo('DTM*017*20261124*0600~', new Date('2026-11-24T09:00:00Z'))).toBe('DTM*017*20261124*0600~');
  expect(movedTo('DTM*017*20261125*0600~', new Date('2026-11-30T09:00:00Z'))).toBe('DTM*017*20261201*0600~');
  expect(movedTo('DTM*017*20261124~', new Date('2026-11-22T23:00:00Z'))).toBe('DTM*017*20261122~');
});

test('numbers that only look like dates stay', () => {
  expect(movedTo('MAN*GM*00120261124000000012~SN1**120261124~', new Date('2027-01-01'))).toBe(
    'MAN*GM*00120261124000000012~SN1**120261124~',
  );
});

test('there are at least eight samples and each is a ship notice', () => {
  const notices = sampleNotices();
  expect(notices.length).toBeGreaterThanOrEqual(8);
  for (const { file, text } of notices) expect(text, file).toMatch(/ST.856/);
});
