import { SAMPLES } from './sample-notices.ts';
import { writeInterchange } from './write-856.ts';

const README = `# Sample ship notices

X12 856 notices of our own making: invented suppliers, carriers called DEMO, numbers under GS1's example prefix 952, check
digits computed unless a wrong one is the point. [contents.md](contents.md) says what each shows; the demo loads them in the order
of their names. \`node tools/make-samples.ts\` writes them.
`;

const row = ({ file, shows }: (typeof SAMPLES)[number]): string => `| \`${file}\` | ${shows.replaceAll('|', '\\|')} |`;

const contents = (): string => `# What each notice shows

| File | Shows |
|---|---|
${SAMPLES.map(row).join('\n')}
`;

/** Every file of `resources/samples` with its content; the same bytes each time. */
export const sampleFiles = (): { name: string; content: string }[] => [
  { name: 'README.md', content: README },
  { name: 'contents.md', content: contents() },
  ...SAMPLES.map(({ file, envelope }) => ({ name: file, content: writeInterchange(envelope) })),
];
