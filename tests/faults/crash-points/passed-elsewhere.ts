/** Calls whose points stand around whoever makes them: the place, and what the two labels say after `before` and `after`. */
export const PASSED_ELSEWHERE: Readonly<Record<string, string>> = {
  'server/realtime/event-handlers.ts sync:hello emit': 'an old station is told',
  'server/realtime/shipment-events.ts emitShipmentStatusChange emit': 'a page hears the guide’s event',
  'server/realtime/shipment-events.ts emitDocumentUploaded emit': 'a page hears the guide’s event',
  'server/realtime/shipment-events.ts emitInspectionStatusChange emit': 'a page hears the guide’s event',
  'server/realtime/shipment-events.ts emitShipmentRejection emit': 'a page hears the guide’s event',
  'server/realtime/shipment-events.ts emitWarehouseCapacityChange emit': 'a page hears the guide’s event',
  'server/realtime/socket-manager.ts invite emit': 'who was behind is asked to catch up',
  'server/realtime/socket-manager.ts #emitFrame emit': 'a frame is emitted',
  'server/storage/open-sqlite-storage.ts readPosition commit': 'the stream is there',
  'server/storage/push-in-parts.ts pushInParts commit': 'COMMIT of a group',
  'server/storage/sql-storage.ts submit commit': 'COMMIT of a group',
  'server/storage/sql-storage.ts keepAnswer commit': 'COMMIT of a group',
  'server/storage/sql-storage.ts keepReports commit': 'a station’s report is kept',
  'server/storage/sql-storage.ts setAccess commit': 'a change of access is kept',
  'src-main/store/journal-inbox.ts add commit': 'inbox rows are committed',
  'src-main/store/journal-inbox.ts setFollowing commit': 'the inbox follows the rows',
  'src-main/store/journal-inbox.ts #part commit': 'inbox rows are committed',
  'src-main/store/journal-inbox.ts #part commit 2': 'inbox rows are committed',
  'src-main/store/journal-inbox.ts #mark commit': 'inbox rows are committed',
  'src-main/store/journal-inbox.ts markTaken commit': 'an inspection is off the list',
  'src-main/store/journal-inbox.ts mark commit': 'toasts are marked as shown',
  'src-main/store/journal.ts markDone commit': 'done work is marked',
  'src-main/store/journal.ts renumber commit': 'work gets other numbers',
  'src-main/store/journal.ts reopenAnswered commit': 'answered work is open again',
  'src-main/store/journal.ts #addIdentity commit': 'the owner gets an identity',
  'src-main/store/migrate.ts migrate commit': 'the journal is one version newer',
  'src-main/store/open-journal.ts takeIn commit': 'rescued work is in the new journal',
};

/** Calls without a point, and why nothing could be lost or doubled there. */
export const WITHOUT_A_POINT: Readonly<Record<string, string>> = {
  'server/realtime/presence-events.ts tellGone emit':
    'who looks on is in memory only, and comes back with the next connection',
  'server/storage/maintain.ts maintain commit 2': 'a job of the writer that only reads',
  'src-main/shell/log-file.ts rotate rename': 'the log file: nothing is promised about it',
  'src-main/shell/log-file.ts rotate rename 2': 'the log file: nothing is promised about it',
  'src-main/store/journal-inbox.ts prune commit':
    'one statement, of what is past its time; it goes the next time otherwise',
  'src-main/store/journal.ts prune commit': 'one statement, of what is past its time; it goes the next time otherwise',
  'src-main/store/journal.ts markHandled commit': 'one statement on one row; what was not marked is still on the list',
  'src-main/store/journal-file.ts writeWhole commit':
    'before it and right after it, the only journal is a file that somebody removed',
  'src-main/store/journal-file.ts writeWhole rename':
    'before it, the only journal is a file that somebody removed; after it comes the next rename, which has a place',
  'src-main/store/log-folder.ts #foldWhatIsDue commit': 'ends a transaction that only reads',
};
