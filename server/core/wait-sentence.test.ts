import { describe, expect, it } from 'vitest';
import { waitSentence } from './wait-sentence.ts';

const at = (_ms: number): string => '2026-11-27T14:00:00.000Z';

describe('what is said to whoever wanted to close', () => {
  const one = (station: string, userName: string, state: 'unsent' | 'unheard') => ({
    station,
    userName,
    state,
    since: at(0),
  });

  it.each([
    [[one('Dock 3', 'Mara', 'unsent')], 'Dock 3 (Mara) has work on it that is not sent yet.'],
    [
      [one('Dock 3', 'Mara', 'unsent'), one('', 'Ivo', 'unsent')],
      'Dock 3 (Mara) and Ivo have work on it that is not sent yet.',
    ],
    [[one('Dock 3', '', 'unsent')], 'Dock 3 has work on it that is not sent yet.'],
    [[one('Dock 3', 'Mara', 'unheard')], 'Dock 3 (Mara) has worked on it, cannot be reached, and may hold more.'],
  ])('%#', (awaited, sentence) => {
    expect(waitSentence(awaited)).toBe(`${sentence} Wait until it has come, or say why you close without it.`);
  });
});

it('names a few of many', () => {
  const many = Array.from({ length: 12 }, (_, n) => ({
    station: `Dock ${n + 1}`,
    userName: '',
    state: 'unheard' as const,
    since: at(0),
  }));
  expect(waitSentence(many)).toContain('Dock 1, Dock 2, Dock 3, Dock 4, Dock 5, and 7 more have worked on it');
});
