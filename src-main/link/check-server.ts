import type { Configured } from '#contract/bridge/view.ts';
import { PROBLEMS } from '#contract/wire/errors.ts';
import { LinkFault } from '../core/link-fault.ts';
import type { Log } from '../core/ports.ts';
import { type SignedIn, signedIn } from '../core/session.ts';
import { DownDoor } from './parse-down.ts';
import { PollLink } from './poll-link.ts';
import { readToken } from './read-token.ts';

type Refused = Extract<Configured, { ok: false }>;
export type Checked = { readonly ok: true; readonly signedIn: SignedIn } | Refused;

/** What a person types becomes `https://host:port`, without path, query, user or slash; null when it is no address. */
export const serverUrl = (typed: string): string | null => {
  const text = typed.trim();
  const url = URL.parse(/^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `https://${text}`);
  const plain = url !== null && (url.protocol === 'https:' || url.protocol === 'http:') && url.hostname !== '';
  return plain && url.username === '' && url.pathname === '/' && url.search === '' ? url.origin : null;
};

const no = (code: Refused['code'], message: string): Refused => ({ ok: false, code, message });

/** Whether there is a Dockline server at this address and it takes this token; asked before anything is saved. */
export const checkServer = async (typed: string, token: string, log: Log): Promise<Checked> => {
  const url = serverUrl(typed);
  if (url === null) {
    return no('bad_address', 'This is not an address. It looks like https://dockline.example.com, without a path.');
  }
  const claims = readToken(token);
  if (claims === null) {
    return no('token_invalid', 'This is not a Dockline token. Copy it again, whole; nothing was changed.');
  }
  const link = new PollLink({ url, token: () => token, door: new DownDoor(log) });
  try {
    await link.probe();
  } catch (error) {
    return error instanceof LinkFault && error.isForeign
      ? no(
          'not_dockline',
          'Something answers there, but it is not a Dockline server. Check the address and the network.',
        )
      : no(
          'unreachable',
          'Nothing answers there. Check the address, the cable or Wi-Fi, and that the server is running.',
        );
  }
  try {
    const code = await link.refusesToken();
    if (code !== null) return no(code, PROBLEMS[code].title);
  } catch (error) {
    const why = error instanceof LinkFault ? error.message : 'The connection broke off.';
    return no('unreachable', `${why} Nothing was changed; try again.`);
  }
  return { ok: true, signedIn: signedIn(url, token, claims) };
};
