import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sampleFiles } from './samples/sample-files.ts';

// `node tools/make-samples.ts` writes resources/samples again; a test holds the committed files to what this would write.

const folder = join(import.meta.dirname, '..', 'resources', 'samples');
mkdirSync(folder, { recursive: true });
const files = sampleFiles();
for (const { name, content } of files) writeFileSync(join(folder, name), content);
console.log(`Wrote ${files.length} files to resources/samples.`);
