import { id } from '#contract/domain/fields.ts';

/** The shipment named by `--shipment=<id>`, or null. Anybody may start the program with anything, so it is only an id. */
export const shipmentFromArguments = (argv: readonly string[]): string | null => {
  const given = argv.find((each) => each.startsWith('--shipment='))?.slice('--shipment='.length);
  const parsed = id.safeParse(given);
  return parsed.success && /^[\w.-]+$/.test(parsed.data) ? parsed.data : null;
};
