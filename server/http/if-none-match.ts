/** Whether an `If-None-Match` header names `etag`: `*`, one of a list, or weakened by a proxy on the way (RFC 9110, 13.1.2). */
export const namesEtag = (header: string | undefined, etag: string): boolean => {
  if (header === undefined) return false;
  if (header.trim() === '*') return true;
  return header.split(',').some((each) => each.trim().replace(/^W\//, '') === etag);
};
