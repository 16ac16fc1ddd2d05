/** What a part of the fault tests came to; no failures is a pass. */
export type PartResult = { readonly summary: string; readonly failures: readonly string[] };
