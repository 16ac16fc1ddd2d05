import { SAMPLES } from './sample-notices.ts';
import { writeInterchange } from './write-856.ts';

const README = (rows: string): string => `# Sample ship notices

X12 856 notices of our own making: invented suppliers, carriers called DEMO, numbers under GS1's example prefix 952, check
digits computed unless a wrong one is the point. The demo loads them in this order. \`node tools/make-samples.ts\` writes them.

| File | Shows |
|---|---|
${rows}
`;

/** Every file of `resources/samples` with its content; the same bytes each time. */
export const sampleFiles = (): { name: string; content: string }[] => [
  {
    name: 'README.md',
    content: README(SAMPLES.map(({ file, shows }) => `| \`${file}\` | ${shows.replaceAll('|', '\\|')} |`).join('\n')),
  },
  ...SAMPLES.map(({ file, envelope }) => ({ name: file, content: writeInterchange(envelope) })),
];
