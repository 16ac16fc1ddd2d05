const LONGEST = 150;

/** Bidirectional marks and overrides: `invoice‮fdp.exe` reads as `invoiceexe.pdf`. */
const BIDI = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
const CONTROL = /\p{Cc}/gu;

/** Keeps the ending when a name is too long. */
const shorten = (name: string): string => {
  if (name.length <= LONGEST) return name;
  const ending = name.match(/\.[^.]{1,10}$/)?.[0] ?? '';
  return name.slice(0, LONGEST - ending.length).toWellFormed() + ending;
};

/** A name for people to read, from whatever a client called its file; it is never used as a path. */
export const displayName = (name: string | undefined): string => {
  const last = (name ?? '').split(/[/\\]/).at(-1) ?? '';
  const clean = last
    .toWellFormed()
    .replace(CONTROL, '')
    .replace(BIDI, '')
    .replace(/[<>:"|?*]/g, '_')
    .trim();
  const named = clean.replace(/^\.+/, '').replace(/[. ]+$/, '');
  return named === '' ? 'document' : shorten(named);
};

/** RFC 6266: an ASCII name for old clients, and the real one in RFC 5987 form. */
export const contentDisposition = (kind: 'inline' | 'attachment', name: string): string => {
  const plain = name.replace(/[^\x20-\x7e]/g, '_').replace(/["\\%]/g, '_');
  const encoded = encodeURIComponent(name.toWellFormed()).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `${kind}; filename="${plain}"; filename*=UTF-8''${encoded}`;
};
