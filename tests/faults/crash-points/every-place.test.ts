import { describe, expect, it } from 'vitest';
import { PASSED_ELSEWHERE, WITHOUT_A_POINT } from './passed-elsewhere.ts';
import { labelsAt, placesIn, productPlaces } from './places.ts';
import { CRASH_POINTS } from './points.ts';

const labels = new Set(CRASH_POINTS.map(({ label }) => label));
const places = productPlaces();

const isBoth = (found: Iterable<string>): boolean => {
  const all = [...found];
  return ['before ', 'after '].every((when) => all.some((label) => label.startsWith(when)));
};

describe('every rename, commit and emit of the product', () => {
  it('has a place to die at before and after it, or a reason not to', () => {
    const open = places.filter((place) => {
      const elsewhere = PASSED_ELSEWHERE[place.name];
      if (elsewhere !== undefined) return !labels.has(`before ${elsewhere}`) || !labels.has(`after ${elsewhere}`);
      return !Object.hasOwn(WITHOUT_A_POINT, place.name) && !isBoth(labelsAt(place, CRASH_POINTS));
    });
    expect(open.map(({ name }) => name)).toEqual([]);
  });

  it('is listed only while it is there and has no point of its own', () => {
    const names = new Map(places.map((place) => [place.name, place]));
    const listed = [...Object.keys(PASSED_ELSEWHERE), ...Object.keys(WITHOUT_A_POINT)];
    const stale = listed.filter((name) => {
      const place = names.get(name);
      return place === undefined || isBoth(labelsAt(place, CRASH_POINTS));
    });
    expect(stale).toEqual([]);
    expect(new Set(listed).size).toBe(listed.length);
  });

  it('is found however it is written', () => {
    const source = [
      'export class Shelf {',
      '  async #put(file: string): Promise<void> {',
      '    await rename(file, this.#place);',
      '    renameSync(file, this.#place);',
      '    // rename(file) would not do',
      '    guarded(() => all.immediate());',
      "    guarded(() => this.db.prepare('DELETE FROM shelf').run(file));",
      "    socket.emit('shelf:put', file);",
      '  }',
      '}',
      'const beginAnew = async (writer: Db): Promise<void> => {',
      '  await writer',
      "    .insertInto('stream').execute();",
      '  await writer.db.transaction().execute(async (db) => db);',
      '};',
    ];
    expect(placesIn('shelf.ts', source.join('\n')).map(({ name }) => name)).toEqual([
      'shelf.ts #put rename',
      'shelf.ts #put rename 2',
      'shelf.ts #put commit',
      'shelf.ts #put commit 2',
      'shelf.ts beginAnew commit',
      'shelf.ts beginAnew commit 2',
      'shelf.ts #put emit',
    ]);
  });
});
