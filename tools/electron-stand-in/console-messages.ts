import { fromCarrier } from './carrier.ts';
import type { CdpSession, Payload } from './cdp.ts';

type Call = Payload<'Runtime.consoleAPICalled'>;
type Level = Electron.WebContentsConsoleMessageEventParams['level'];
export type ConsoleMessage = Omit<Electron.WebContentsConsoleMessageEventParams, 'frame'>;

const levels: Partial<Record<Call['type'] | Payload<'Log.entryAdded'>['entry']['level'], Level>> = {
  assert: 'error',
  debug: 'debug',
  error: 'error',
  verbose: 'debug',
  warning: 'warning',
};

/** A console argument as Chromium's own log would print it. */
const text = ({ value, description, unserializableValue }: Call['args'][number]): string =>
  String(value ?? unserializableValue ?? description ?? '');

/** Reports what a page logs, throws uncaught, or is refused (CSP, network), as Electron's `console-message` does. */
export const watchConsole = (session: CdpSession, report: (message: ConsoleMessage) => void): void => {
  session.on('Runtime.consoleAPICalled', ({ type, args, stackTrace }) => {
    const { url = '', lineNumber = 0 } = stackTrace?.callFrames[0] ?? {};
    report({
      message: args.map(text).join(' '),
      level: levels[type] ?? 'info',
      lineNumber: lineNumber + 1,
      sourceId: fromCarrier(url),
    });
  });
  session.on('Runtime.exceptionThrown', ({ exceptionDetails }) => {
    const { exception, text: prefix, lineNumber, url = '' } = exceptionDetails;
    const message = `${prefix} ${exception?.description ?? text(exception ?? { type: 'undefined' })}`;
    report({ message, level: 'error', lineNumber: lineNumber + 1, sourceId: fromCarrier(url) });
  });
  session.on('Log.entryAdded', ({ entry }) =>
    report({
      message: entry.text,
      level: levels[entry.level] ?? 'info',
      lineNumber: (entry.lineNumber ?? 0) + 1,
      sourceId: fromCarrier(entry.url ?? ''),
    }),
  );
};
