import { unreachable } from '../core/link-fault.ts';

/** Longer than any row may be; a body without line ends must not fill the memory. */
const MAX_LINE = 4_000_000;

/** Lines of a body as they come. Rejects as unreachable when nothing comes for `stallMs`, or the body breaks off. */
export async function* readLines(
  body: ReadableStream<Uint8Array>,
  stallMs: number,
  abort: AbortController,
): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  const reader = body.getReader();
  let rest = '';
  let timer: NodeJS.Timeout | undefined;
  try {
    for (;;) {
      timer = setTimeout(() => abort.abort(), stallMs);
      const { done, value } = await reader.read();
      clearTimeout(timer);
      if (done) break;
      const lines = (rest + decoder.decode(value, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      if (rest.length > MAX_LINE) throw unreachable('The snapshot could not be read.');
      for (const line of lines) if (line !== '') yield line;
    }
    if (rest !== '') yield rest;
  } catch {
    throw unreachable('The snapshot broke off.');
  } finally {
    clearTimeout(timer);
    // Ends the transfer when the reader of these lines stopped early.
    abort.abort();
  }
}
