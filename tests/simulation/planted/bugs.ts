import { DECISION_BUGS } from './decision-bugs.ts';
import type { Bug } from './plant.ts';

/** Mistakes that are easily made, each in the product's own words: the laboratory must find every one of them. */
export const BUGS: readonly Bug[] = [
  {
    name: 'ack-before-commit',
    number: 1,
    edits: [
      {
        file: 'server/storage/group-committer.ts',
        find: '      return { results, written: await writeTransaction(transaction) };',
        replace: `      const early = await writeTransaction(transaction);
      for (const { waiting, tell } of results) waiting.resolve(tell(early.base));
      await new Promise((resolve) => setImmediate(resolve));
      return { results, written: early };`,
      },
    ],
  },
  {
    name: 'cursor-in-another-transaction',
    number: 2,
    edits: [
      {
        file: 'src-main/store/cache-file.ts',
        find: `    return this.#transaction(async (slicer) => {
      const after = this.#position?.cursor.seq ?? 0;`,
        replace: `    const after = this.#position?.cursor.seq ?? 0;
    return this.setPosition(next).then(() => this.#transaction(async (slicer) => {`,
      },
      {
        file: 'src-main/store/cache-file.ts',
        find: `      this.#sql.putMeta.run('position', JSON.stringify(next));
    }).then(() => {
      this.#position = next;
    });
  }

  /** Rows of a snapshot.`,
        replace: `    })).then(() => {
      this.#position = next;
    });
  }

  /** Rows of a snapshot.`,
      },
    ],
  },
  {
    name: 'data-before-position',
    number: 3,
    edits: [
      {
        file: 'server/http/snapshot-shelf.ts',
        find: `      const position = storage.position();
      const file = await SnapshotFile.begin(id, join(folder, \`\${id}.ndjson.gz\`), snapshotLines(storage, group));`,
        replace: `      const texts = [];
      for await (const text of snapshotLines(storage, group)) texts.push(text);
      const position = storage.position();
      const again = async function* () { yield* texts; };
      const file = await SnapshotFile.begin(id, join(folder, \`\${id}.ndjson.gz\`), again());`,
      },
    ],
  },
  {
    name: 'join-after-await',
    number: 4,
    edits: [
      {
        file: 'server/realtime/event-handlers.ts',
        find: 'const enter = (): void => void socket.join(groupRoom(group));',
        replace: "const enter = () => void storage.lastN('nobody').then(() => socket.join(groupRoom(group)));",
      },
    ],
  },
  {
    name: 'no-warehouse-from',
    number: 5,
    edits: [
      {
        file: 'server/core/visibility.ts',
        find: 'const was = isVisible(group, { entity, warehouseId: warehouseFrom, supplierId });',
        replace: 'const was = isVisible(group, { entity, warehouseId: warehouseTo, supplierId });',
      },
    ],
  },
  {
    name: 'replay-without-hash',
    number: 6,
    edits: [
      {
        file: 'server/storage/push-job.ts',
        find: '  if (known.hash === hash) {',
        replace: '  if (hash !== null) {',
      },
    ],
  },
  {
    name: 'rejected-keeps-its-number',
    number: 7,
    edits: [
      {
        file: 'server/storage/push-job.ts',
        find: '  transaction.verdicts.push({',
        replace: `  if (verdict.verdict !== 'rejected' && verdict.verdict !== 'conflict') transaction.verdicts.push({`,
      },
    ],
  },
  {
    name: 'numbers-not-given-back',
    number: 8,
    edits: [
      {
        file: 'server/storage/transaction.ts',
        find: 'this.session = { db, run: this.#breath.within(run) };',
        replace: 'this.session = { db, run: this.#breath.within(run), raw: run };',
      },
      {
        file: 'server/storage/write-transaction.ts',
        find: 'const takeNumbers = async ({ db, run }: Session, count',
        replace: 'const takeNumbers = async ({ db, run, raw }: Session & { readonly raw: never }, count',
      },
      {
        file: 'server/storage/write-transaction.ts',
        find: 'const query = count === 0 ? READ_STREAM(db) : { ...TAKE_NUMBERS(db), parameters: [count, STREAM] };',
        replace: `const [stands] = await run(READ_STREAM(db));
  const skipped = count === 0 ? 0 : Math.max(0, (raw.handedOut ?? 0) - Number(stands.head));
  raw.handedOut = Number(stands.head) + skipped + count;
  const query = count === 0 ? READ_STREAM(db) : { ...TAKE_NUMBERS(db), parameters: [count + skipped, STREAM] };`,
      },
    ],
  },
  {
    name: 'restored-unnoticed',
    number: 10,
    edits: [
      {
        file: 'server/storage/open-sqlite-storage.ts',
        find: 'const position = isContinued ? found : await beginEpoch(writer.db, found);',
        replace: 'const position = isContinued ? found : ((_) => found)(beginEpoch);',
      },
      {
        file: 'server/realtime/hello.ts',
        find: `  if ((await storage.chainAt(cursor.seq)) !== cursor.chain) return 'fork';`,
        replace: '',
      },
      {
        file: 'server/http/routes/sync.ts',
        find: 'if (asked.chain !== undefined && asked.chain !== (await storage.chainAt(asked.from)))',
        replace: `if (asked.chain === 'never')`,
      },
      {
        file: 'src-main/core/judge-frame.ts',
        find: `  if (frame.to === at.cursor.seq && frame.chain !== at.cursor.chain) return 'rebuild';`,
        replace: '',
      },
    ],
  },
  {
    name: 'half-a-transaction',
    number: 11,
    edits: [
      {
        file: 'server/storage/read-changes.ts',
        find: 'if (row.tx_end === 1) whole = index + 1;',
        replace: 'whole = index + 1;',
      },
      {
        file: 'server/storage/read-changes.ts',
        find: 'if (rows.length > 0 && rows.at(-1)?.tx_end !== 1) throw',
        replace: 'if (rows.length > 1e9) throw',
      },
      {
        file: 'server/storage/read-changes.ts',
        find: ': last.chain;',
        replace: ': (last.chain ?? genesis(String(last.seq)));',
      },
    ],
  },
  {
    name: 'done-at-ack',
    number: 12,
    edits: [
      {
        file: 'src-main/station-parts.ts',
        find: 'cursor: () => cache.position()?.cursor ?? null,',
        replace: `cursor: () => {
      const at = cache.position()?.cursor ?? null;
      return at === null ? null : { ...at, seq: Number.MAX_SAFE_INTEGER };
    },`,
      },
    ],
  },
  {
    name: 'restored-noted-late',
    number: 13,
    edits: [{ file: 'server/storage/sql-storage.ts', find: 'ports.onWritten?.(position);', replace: '' }],
  },
  {
    name: 'stays-in-old-room',
    number: 14,
    edits: [
      { file: 'server/realtime/reseat.ts', find: 'void socket.leave(groupRoom(before));', replace: 'void before;' },
    ],
  },
  {
    name: 'snapshot-not-cut-off',
    number: 15,
    edits: [
      {
        file: 'server/http/snapshot-shelf.ts',
        find: 'if (reader === userId) breakOff(stream);',
        replace: 'if (reader === userId && stream.destroyed) breakOff(stream);',
      },
    ],
  },
  {
    name: 'parts-stay-behind',
    number: 16,
    edits: [
      {
        file: 'server/core/decide/redirect.ts',
        find: 'for (const entity of SHIPMENT_PARTS) putAgain',
        replace: 'for (const entity of SHIPMENT_PARTS.slice(1)) putAgain',
      },
    ],
  },
  {
    name: 'shared-view-kept',
    number: 17,
    edits: [
      {
        file: 'src-main/core/session.ts',
        find: '(group === null || group === ownGroup(next))',
        replace: '(group === null || ownGroup(next) !== null)',
      },
    ],
  },
  {
    name: 'rebuild-skips-news',
    number: 18,
    edits: [
      {
        file: 'src-main/core/inbox.ts',
        find: 'for await (const step of newsSince({ changes }, await journal.bookmarks(), to)) {',
        replace:
          'for await (const step of newsSince({ changes }, await journal.bookmarks(), to)) {\n      if (to !== null) break;',
      },
    ],
  },
  {
    name: 'news-again-after-a-restore',
    number: 19,
    edits: [
      {
        file: 'src-main/core/news-since.ts',
        find: 'if (wasLookedAt(change, lost)) keep = change.seq;',
        replace: 'if (wasLookedAt(change, lost) && lost === null) keep = change.seq;',
      },
      {
        file: 'src-main/store/journal-inbox.ts',
        find: 'SELECT 1 FROM inbox WHERE owner = @owner AND seq = @seq',
        replace: 'SELECT 1 FROM inbox WHERE owner = @owner AND seq = -@seq',
      },
    ],
  },
  {
    name: 'closing-forgets-the-silent',
    number: 30,
    edits: [
      {
        file: 'server/core/station-book.ts',
        find: '    if (hasLeft || this.#isHere(clientId)) return null;',
        replace: '    if (!hasLeft || this.#isHere(clientId)) return null;',
      },
    ],
  },
  {
    name: 'report-forgets-others',
    number: 31,
    edits: [
      {
        file: 'src-main/core/station-report.ts',
        find: '  const named = firstOf([present, ...byClient.keys(), ...busy, ...worked.keys()], MOST_CLIENTS);',
        replace: '  const named = firstOf([present], MOST_CLIENTS);',
      },
    ],
  },
  ...DECISION_BUGS,
];
